"""Which reports are copies of one text: by address, by wording, and by headline where there is no text. Pure.

The press prints what agencies and other papers wrote, search feeds list what feeds have brought, and a paper moves
its own article. A copy tells nothing that its first did not, so it is no second witness.

Wording is compared by a bottom-k sketch (Broder, "On the resemblance and containment of documents", 1997): the
`SKETCH` smallest hashes of all runs of `RUN` words. The share of the smallest hashes of both that both have estimates
the share of runs that both texts have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from pipeline.model import digest

RUN = 4
SKETCH = 48
LEAST_WORDS = 40
"""Words below which a text is too short to be told from another by its wording."""
MOST_WORDS = 4_000
ALIKE = 0.6
WITHIN = timedelta(days=7)
HEADLINE_WITHIN = timedelta(days=3)
LEAST_HEADLINE = 5
MOST_SHARED = 200
"""Texts beyond which a run of words is a phrase of the trade and leads nowhere."""

_WORD = re.compile(r"\w+")
_WIDE = re.compile(r"[぀-ヿ㐀-鿿가-힯]")
_HOUSE = re.compile(r"\s+[-–—|•]\s+[^-–—|•]{2,40}$")
_TRACKING = re.compile(
    r"utm_\w+|amp|fbclid|gclid|mc_[ce]id|cmp(?:id)?|ref|src|source|ocid|at_\w+|ns_\w+|xtor|smid|guccounter|__twitter\w*"
)
_FRONT = re.compile(r"^(?:www|m|mobile|amp)\.")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a report is compared by. `said_at` is when it was published, or else first seen."""

    report_id: str
    source: str
    said_at: datetime
    address: str
    headline: str
    sketch: str | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """A report that is a copy of `first_id`; `why` is ``address``, ``wording`` or ``headline``."""

    report_id: str
    first_id: str
    why: str


def plain_address(url: str) -> str:
    """An address without what differs between two ways to one page: scheme, www, AMP, tracking, fragment.

    Empty for a front page, which is the address of whatever had none.
    """
    try:
        parts = urlsplit(url)
        host = _FRONT.sub("", (parts.hostname or "").lower())
    except ValueError:
        return url
    path = re.sub(r"/amp/?$|\.amp(?=\.html$)", "", parts.path).rstrip("/")
    kept = sorted((k, v) for k, v in parse_qsl(parts.query) if not _TRACKING.fullmatch(k.lower()))
    return f"{host}{path}" + (f"?{urlencode(kept)}" if kept else "") if path or kept else ""


def plain_headline(title: str) -> str:
    """The words of a title, without the house that a search puts behind it; empty where they are too few to go by."""
    words = _words(_HOUSE.sub("", title))
    return " ".join(words) if len(words) >= LEAST_HEADLINE else ""


def draw(text: str | None) -> str | None:
    """The sketch of a text: `SKETCH` hashes of eight hex digits, smallest first; None where the text is short."""
    words = _words(text or "")[:MOST_WORDS]
    if len(words) < LEAST_WORDS:
        return None
    runs = {digest(*words[at : at + RUN], length=8) for at in range(len(words) - RUN + 1)}
    return "".join(sorted(runs)[:SKETCH])


def _words(text: str) -> list[str]:
    """The words in lower case; of scripts that write no blanks the single signs."""
    found: list[str] = []
    for word in _WORD.findall(text.lower()):
        found += list(word) if _WIDE.search(word) else [word]
    return found


def resemblance(one: str, other: str) -> float:
    """The share of wording that two sketches have in common, as far as they tell."""
    mine, theirs = _hashes(one), _hashes(other)
    smallest = sorted(set(mine) | set(theirs))[:SKETCH]
    both = set(mine) & set(theirs)
    return sum(each in both for each in smallest) / len(smallest)


def _hashes(sketch: str) -> list[str]:
    return [sketch[at : at + 8] for at in range(0, len(sketch), 8)]


def find_copies(reports: Iterable[Likeness], known: Iterable[Copy] = ()) -> list[Copy]:
    """The copies among `reports`, each linked to the first of its kind, whatever the order they come in.

    `known` are links found before, by which a report that is itself a copy leads on to its first.
    """
    roots = {copy.report_id: copy.first_id for copy in known}
    found: list[Copy] = []
    past = _Past()
    for report in sorted(reports, key=lambda r: (r.said_at, r.report_id)):
        like = past.like(report)
        if like is not None:
            first, why = like
            roots[report.report_id] = roots.get(first.report_id, first.report_id)
            found.append(Copy(report.report_id, roots[report.report_id], why))
        past.add(report)
    return found


class _Past:
    """The reports so far, by what they may be found by."""

    def __init__(self) -> None:
        self._by_address: dict[str, Likeness] = {}  # the latest of each
        self._by_headline: dict[str, list[Likeness]] = {}
        self._by_hash: dict[str, list[Likeness]] = {}

    def add(self, report: Likeness) -> None:
        if report.address:
            self._by_address[report.address] = report
        if report.headline:
            self._by_headline.setdefault(report.headline, []).append(report)
        for each in _hashes(report.sketch or ""):
            self._by_hash.setdefault(each, []).append(report)

    def like(self, report: Likeness) -> tuple[Likeness, str] | None:
        """A report that this one is a copy of, and by what."""
        same = self._by_address.get(report.address)
        if same is not None and report.said_at - same.said_at <= WITHIN:
            return same, "address"
        if (alike := self._in_words(report)) is not None:
            return alike, "wording"
        for other in self._by_headline.get(report.headline, ()) if report.headline else ():
            # Two whole texts under one headline were compared by their wording.
            either = report.sketch is None or other.sketch is None
            if either and other.source != report.source and report.said_at - other.said_at <= HEADLINE_WITHIN:
                return other, "headline"
        return None

    def _in_words(self, report: Likeness) -> Likeness | None:
        if report.sketch is None:
            return None
        shared: dict[str, int] = {}
        others: dict[str, Likeness] = {}
        for each in _hashes(report.sketch):
            listed: Sequence[Likeness] = self._by_hash.get(each, ())
            for other in listed if len(listed) <= MOST_SHARED else ():
                if report.said_at - other.said_at <= WITHIN:
                    shared[other.report_id] = shared.get(other.report_id, 0) + 1
                    others[other.report_id] = other
        least = ALIKE * min(SKETCH, len(report.sketch) // 8) / 2
        alike = [
            other
            for key, other in others.items()
            if shared[key] >= least and resemblance(report.sketch, other.sketch or "") >= ALIKE
        ]
        return min(alike, key=lambda r: (r.said_at, r.report_id), default=None)
