"""A dictionary of phrases that is looked up at every word of a text, the longest phrase first.

The cost is one dictionary access a word, whatever the number of phrases; see `Lexicon.scan`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

Payload = TypeVar("Payload")
WORD = re.compile(r"[^\W_]+")


def flatten(text: str) -> str:
    """Lower case, plain apostrophes and blanks, and not one character more or fewer than `text`."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return lower.replace("\t", " ").replace("\xa0", " ").replace("’", "'").replace("‘", "'")


class Lexicon(Generic[Payload]):
    """Phrases and what each stands for. A phrase begins and ends at the edge of a word."""

    def __init__(self, phrases: Iterable[tuple[str, Payload]]) -> None:
        by_word: dict[str, dict[str, Payload]] = {}
        for phrase, payload in phrases:
            flat = flatten(phrase)
            first = WORD.search(flat)
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
        for word in WORD.finditer(flat):
            entries = by_word.get(word.group())
            if entries is None or (start := word.start()) < after:
                continue
            for phrase, payload in entries:
                end = start + len(phrase)
                if flat.startswith(phrase, start) and (
                    end >= size or not (flat[end].isalnum() and phrase[-1].isalnum())
                ):
                    yield start, end, payload
                    after = end
                    break
