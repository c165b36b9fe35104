"""The tokenizer: words, runs of other signs, and blanks beyond the one that a word may carry behind it.

Worked sentence: "Mail's down, again" has the tokens "Mail", "'", "s", "down", "," and "again". The
components read characters and need tokens only to count words and to mark sentences, so the
exceptions of spaCy's English tokenizer, five times this one's cost, would buy nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

NAME = "outagewire_words"
TOKEN = re.compile(r"\w+|[^\w\s]+|\s+")


class Words:
    """Makes the `Doc` of a text, whose tokens give the text back to the letter."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab
        # Of a word that is new spaCy would note its shape, its affixes and a dozen flags; nothing asks for them.
        vocab.lex_attr_getters = {}  # type: ignore[attr-defined]

    def __call__(self, text: str) -> Doc:
        """The tokens of a text; the text itself is kept beside them (`finds.whole`)."""
        words: list[str] = []
        spaces: list[bool] = []
        for found in TOKEN.findall(text):
            if found == " " and words:
                spaces[-1] = True
            else:
                words.append(found)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces, user_data={"whole": text})


@registry.tokenizers(NAME)  # type: ignore[untyped-decorator]
def make_words() -> Callable[[Language], Words]:
    """What `config.cfg` names as the tokenizer."""
    return lambda nlp: Words(nlp.vocab)
