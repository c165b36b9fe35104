"""What is compared in grouping: a claim made ready, a group of them, and how near the two are."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.belief import Claim
from pipeline.kinship import NEWSWORTHY, likeness, title_words, traits
from pipeline.terms import SourceKind
from pipeline.windows import FINE, Window

GROUPED = "group:"
TITLE_WEIGHT = 2.0
# A copy of one story under one title, where no date tells; fewer words return in every year's headlines.
REPRINT_WORDS = 4
# A start that lies this much before the posting was set by hand.
BACKDATED = 5 * 60.0


@dataclass(slots=True, eq=False)
class Item:
    """A claim prepared for comparing."""

    claim: Claim
    window: Window
    main: str
    others: tuple[str, ...]
    home: str
    words: frozenset[str] | None = None
    traits: frozenset[str] | None = None

    def support(self) -> tuple[frozenset[str], frozenset[str]]:
        """Words of the title and traits, worked out when first asked for."""
        if self.words is None or self.traits is None:
            self.words, self.traits = title_words(self.claim), traits(self.claim)
        return self.words, self.traits


@dataclass(slots=True, eq=False)
class Group:
    """Claims of one outage. `leader` opened it and is what others are compared with."""

    leader: Item
    members: list[Item]
    services: set[str]
    lo: float
    until: float
    sources: set[str] = field(default_factory=set)


def own_keys(item: Item) -> list[str]:
    """By what a source itself says that several of its reports are of one event.

    Its own grouping key; the conversation of a mailing list, whose messages answer each other; or a
    start that the operator set back by hand to one and the same minute, which is how a provider with a
    page entry for each product tells of one event.
    """
    claim = item.claim
    keys = [] if claim.group is None else [f"{GROUPED}{claim.group}"]
    if claim.thread is not None:
        keys.append(f"{GROUPED}thread:{claim.thread}")
    if claim.source_kind is SourceKind.STATUS and claim.started_at is not None and claim.published_at is not None:
        start = claim.started_at.timestamp()
        if claim.started_precision in FINE and claim.published_at.timestamp() - start >= BACKDATED:
            keys.append(f"start:{int(start // 60)}")
    return keys


def title_of(item: Item) -> str:
    """The title without regard to case and spacing."""
    return " ".join(item.claim.title.casefold().split())


def telling(item: Item) -> bool:
    """Whether the title has enough words of its own to be taken for one story."""
    return sum(len(word) > 1 for word in item.support()[0]) >= REPRINT_WORDS


def gap_between(item: Item, group: Group) -> float | None:
    """Seconds between the two times as best known; None where they cannot be of one outage."""
    w, leader = item.window, group.leader.window
    if w.lo <= leader.hi and leader.lo <= w.hi:
        return abs(w.at - leader.at)
    # Told while the incident was on, or soon after it: still about it.
    if leader.lo <= w.hi and w.lo <= group.until:
        return max(w.at - group.until, (w.at - leader.at) / 2, 0.0)
    return None


def support_for(item: Item, group: Group) -> float:
    """What speaks for it beside service and time: shared kinds of traits, words of the title, a large incident."""
    words, marks = item.support()
    other_words, other_marks = group.leader.support()
    shared = marks & other_marks
    kinds = len({mark.partition(":")[0] for mark in shared}) if shared else 0
    return kinds + TITLE_WEIGHT * likeness(words, other_words) + NEWSWORTHY[group.leader.claim.severity]
