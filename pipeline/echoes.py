"""Posts that repeat one another: shares of one story or copies of one text, which are one voice and not many.

Recognised by what a record holds: the page that a post links to, or its wording without names, links and
punctuation. Short questions ("is X down?") are asked by many in the same words and are no echo. A post's words are not
kept for ever, so what it is compared by is taken while it is read, as hashes that say nothing of the words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from pipeline.belief import Claim
from pipeline.model import digest

LINK = re.compile(r"https?://[^\s<>\"']{4,300}")
SHARED = re.compile(r"^\s*(?:rt|via|boost(?:ed)?)\b\s*", re.IGNORECASE)
NAMES = re.compile(r"[@#]\S{1,80}")
WORD = re.compile(r"\w+")
# A wording of so many words is not hit upon twice by chance; compared are its first words alone.
LONG, COMPARED = 9, 16
# So many authors with the same link or wording make an echo.
VOICES = 3
READ, HASH_LENGTH = 600, 16
"""Characters of a post that are looked at, and hex digits of each hash."""


def keys_of(text: str) -> tuple[str, ...]:
    """What another post must have one of to be this one's echo: a hash of each page it links to and of its wording."""
    told = text[:READ]
    links = [link.rstrip(".,;:!?)").split("?", 1)[0].casefold() for link in LINK.findall(told)]
    plain = NAMES.sub(" ", LINK.sub(" ", SHARED.sub("", told)))
    words = WORD.findall(plain.casefold())
    wording = [" ".join(words[:COMPARED])] if len(words) >= LONG else []
    return tuple(dict.fromkeys(digest(key, length=HASH_LENGTH) for key in (*links, *wording)))


def voices(posts: Iterable[Claim]) -> Mapping[str, str]:
    """Whose voice each post is, by report id: its author's, or that of the echo it belongs to.

    A post without a known author is a voice of its own. The order of the posts does not matter.
    """
    told = list(posts)
    authors: dict[str, set[str]] = defaultdict(set)
    for post in told:
        for key in post.echoes:
            authors[key].add(post.author_hash or post.report_id)
    found = {}
    for post in told:
        echoed = [key for key in post.echoes if len(authors[key]) >= VOICES]
        largest = min(echoed, key=lambda k: (-len(authors[k]), k), default=None)
        found[post.report_id] = f"echo:{largest}" if largest else post.author_hash or post.report_id
    return found
