"""Posts that repeat one another: shares of one story or copies of one text, which are one voice and not many.

Recognised by what a record holds: the page that a post links to, or its wording without names, links and
punctuation. Short questions ("is X down?") are asked by many in the same words and are no echo.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from pipeline.belief import Claim

LINK = re.compile(r"https?://[^\s<>\"']{4,300}")
SHARED = re.compile(r"^\s*(?:rt|via|boost(?:ed)?)\b\s*", re.IGNORECASE)
NAMES = re.compile(r"[@#]\S{1,80}")
WORD = re.compile(r"\w+")
# A wording of so many words is not hit upon twice by chance; compared are its first words alone.
LONG, COMPARED = 9, 16
# So many authors with the same link or wording make an echo.
VOICES = 3


def keys_of(claim: Claim) -> list[str]:
    """What another post must have in common with this one to be its echo."""
    title = claim.title[:600]
    links = [link.rstrip(".,;:!?)").split("?", 1)[0].casefold() for link in LINK.findall(title)]
    if claim.url:
        links.append(claim.url.split("?utm_", 1)[0].casefold())
    plain = NAMES.sub(" ", LINK.sub(" ", SHARED.sub("", title)))
    words = WORD.findall(plain.casefold())
    wording = [" ".join(words[:COMPARED])] if len(words) >= LONG else []
    return [*dict.fromkeys(links), *wording]


def voices(posts: Iterable[Claim]) -> Mapping[str, str]:
    """Whose voice each post is, by report id: its author's, or that of the echo it belongs to.

    A post without a known author is a voice of its own. The order of the posts does not matter.
    """
    told = list(posts)
    authors: dict[str, set[str]] = defaultdict(set)
    keys = {post.report_id: keys_of(post) for post in told}
    for post in told:
        for key in keys[post.report_id]:
            authors[key].add(post.author_hash or post.report_id)
    found = {}
    for post in told:
        echoed = [key for key in keys[post.report_id] if len(authors[key]) >= VOICES]
        largest = min(echoed, key=lambda k: (-len(authors[k]), k), default=None)
        found[post.report_id] = f"echo:{largest}" if largest else post.author_hash or post.report_id
    return found
