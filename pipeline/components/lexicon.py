"""A dictionary of phrases that is looked up at every word of a text, the longest phrase first.

The cost is one dictionary access a word, whatever the number of phrases; see `Lexicon.scan`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

Payload = TypeVar("Payload")
WORD = re.compile(r"[^\W_]+")
# Japanese, Chinese and Korean put no blanks between words: each sign may begin one, and a name may end before any.
SIGNS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
SIGN = re.compile(f"[{SIGNS}]")
WORD_OR_SIGN = re.compile(f"[{SIGNS}]|[^\\W_{SIGNS}]+")


def flatten(text: str) -> str:
    """Lower case, plain apostrophes and blanks, and not one character more or fewer than `text`."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return lower.replace("\t", " ").replace("\xa0", " ").replace("’", "'").replace("‘", "'")


def is_sign(one: str, other: str) -> bool:
    """Whether one of two characters is a sign, so that a word may end between them."""
    return bool(SIGN.match(one) or SIGN.match(other))


class Lexicon(Generic[Payload]):
    """Phrases and what each stands for. A phrase begins and ends at the edge of a word."""

    def __init__(self, phrases: Iterable[tuple[str, Payload]]) -> None:
        by_word: dict[str, dict[str, Payload]] = {}
        for phrase, payload in phrases:
            flat = flatten(phrase)
            first = WORD_OR_SIGN.search(flat)
            if first is None or first.start():
                raise ValueError(f"a phrase must begin with a letter or a digit: {phrase!r}")
            by_word.setdefault(first.group(), {})[flat] = payload
        self._by_word = {
            word: sorted(phrases.items(), key=lambda item: -len(item[0])) for word, phrases in by_word.items()
        }

    def scan(self, flat: str) -> Iterator[tuple[int, int, Payload]]:
        """The phrases in a text that `flatten` prepared: start, end, payload; none overlaps another."""
        flat = flat.replace("\n", " ")
        by_word, size, after = self._by_word, len(flat), 0
        words = WORD if flat.isascii() or not SIGN.search(flat) else WORD_OR_SIGN
        for word in words.finditer(flat):
            entries = by_word.get(word.group())
            if entries is None or (start := word.start()) < after:
                continue
            for phrase, payload in entries:
                end = start + len(phrase)
                if flat.startswith(phrase, start) and (
                    end >= size or not (flat[end].isalnum() and phrase[-1].isalnum()) or is_sign(flat[end], phrase[-1])
                ):
                    yield start, end, payload
                    after = end
                    break
