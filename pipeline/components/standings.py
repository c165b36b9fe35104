"""Where a name stands in a text as a word of its own: a pattern made for each name would cost more than the search."""

from __future__ import annotations

from collections.abc import Iterator


def standings(text: str, name: str, most: int | None = None) -> Iterator[int]:
    """The offsets at which a name stands in the first `most` characters, with no letter or digit on either side."""
    last = len(text) if most is None else min(most, len(text))
    at = text.find(name, 0, last) if name else -1
    while at >= 0:
        end = at + len(name)
        if not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
            yield at
        at = text.find(name, at + 1, last)


def count_of(text: str, name: str, most: int | None = None) -> int:
    """How often it stands there."""
    return sum(1 for _ in standings(text, name, most))
