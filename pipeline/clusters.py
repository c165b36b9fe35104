"""Which reports tell of one outage: groups of claims whose services are kin and whose times agree.

The method is leader clustering. Claims are taken in an order that depends on their content alone, the
finest time first (`windows.Tier`) and within a tier by the end of the window. Each joins the best
matching group or opens one, and is always compared with what the opening claim said and never with
the last to join, so that the outages of a busy service are not chained into one. Within a tier all
windows of a group hold one common moment (the least number of groups with that property, as in
interval stabbing). Each claim looks at a bounded number of neighbours, found by bisection, so that
the whole is linear up to the sorting.
"""

from __future__ import annotations

import gc
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from pipeline.belief import Claim
from pipeline.kinship import NAMED, PARENT, SAME, Families, extended, likeness, names
from pipeline.members import GROUPED, Group, Item, gap_between, own_keys, support_for, telling, title_of
from pipeline.terms import Kind, SourceKind
from pipeline.windows import DAY, HOUR, LONGEST, OPEN, Tier, window_of

# Neighbours looked at on each side; more are there only where a service has an outage every hour.
NEIGHBOURS = 32
# Two pages that post one incident under one title: the share of words that makes it one title.
ONE_TITLE = 0.6
# Over how long the likeness of two times falls to a half.
HALF: dict[Tier, float] = {Tier.OFFICIAL: HOUR, Tier.STATED: 2 * HOUR, Tier.DAY: 12 * HOUR, Tier.PUBLISHED: 12 * HOUR}
TIME_WEIGHT = 3.0
# Stated days of one outage differ by one at most, by the zone; but outages on neighbouring days are
# common as well, so that stated times this far apart need more in common than the service.
NEAR, ENOUGH = 20 * HOUR, 0.5


@dataclass(slots=True)
class Shelf:
    """The groups under one service: `settled` by time, `fresh` those of the tier in work."""

    settled: list[Group] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    fresh: list[Group] = field(default_factory=list)
    reach: float = 0.0


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the collector of cycles: millions of records without one are made, and each pass would walk them all."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def group_claims(claims: Iterable[Claim], families: Families, as_of: datetime) -> list[list[Claim]]:
    """The groups, each at least one claim; claims without a service or a time stand alone.

    Maintenance and outages are grouped apart. Neither the order of the claims nor repetition matters.
    """
    with uncollected():
        return _group(claims, families, as_of)


def _group(claims: Iterable[Claim], families: Families, as_of: datetime) -> list[list[Claim]]:
    lanes: dict[bool, list[Item]] = {False: [], True: []}
    alone: list[list[Claim]] = []
    for claim in claims:
        services = names(claim)
        if not services:
            alone.append([claim])
            continue
        main = services[0]
        home = families.providers.get(main) or claim.provider or main
        item = Item(claim, window_of(claim, as_of), main, extended(claim, services, families), home)
        lanes[claim.kind is Kind.MAINTENANCE].append(item)
    found = [[item.claim for item in g.members] for lane in lanes.values() for g in Grouping(families).run(lane)]
    return found + alone


def _order(item: Item) -> tuple[Tier, float, float, str]:
    w = item.window
    return (w.tier, w.hi, w.lo, item.claim.report_id)


def _agree(item: Item, group: Group, gap: float) -> bool:
    """Whether stated days that are not one day have more in common than the service."""
    return item.window.tier is not Tier.DAY or gap <= NEAR or support_for(item, group) >= ENOUGH


class Grouping:
    """One run over one lane of items."""

    def __init__(self, families: Families) -> None:
        self.families = families
        self.shelves: dict[str, Shelf] = {}
        self.groups: list[Group] = []
        self.by_key: dict[tuple[str, str], Group] = {}
        self.by_title: dict[tuple[str, str], list[Group]] = {}
        self.touched: set[str] = set()
        self.pages: dict[str, set[str]] = {}

    def run(self, items: list[Item]) -> list[Group]:
        """The groups of these items."""
        for item in items:
            if item.claim.source_kind is SourceKind.STATUS:
                self.pages.setdefault(item.home, set()).add(item.claim.source)
        for tier, members in groupby(sorted(items, key=_order), key=lambda i: i.window.tier):
            if tier is Tier.NONE:
                for group in self.groups:
                    for item in group.members:
                        self._index_title(item, group)
            for item in members:
                self._place(item, tier)
            self._settle()
        return self.groups

    def _place(self, item: Item, tier: Tier) -> None:
        claim = item.claim
        found: Group | None = None
        for key in own_keys(item):
            group = self.by_key.get((claim.source, key))
            if found is None and group is not None and (key.startswith(GROUPED) or item.main not in group.services):
                found = group
        if found is None:
            if claim.source_kind is SourceKind.STATUS:
                found = self._mirrored(item)
            elif tier is Tier.NONE:
                found = self._reprinted(item)
            elif tier is Tier.MONTH:
                found = self._only_match(item)
            else:
                found = self._best_match(item)
        if found is None:
            self._open(item)
        else:
            self._join(item, found)

    def _open(self, item: Item) -> None:
        group = Group(item, [], set(), item.window.lo, item.window.until)
        self.groups.append(group)
        self._join(item, group)
        if item.window.tier is Tier.NONE:
            self._index_title(item, group)
            return
        parent = self.families.parents.get(item.main)
        if parent is not None:
            # So that a report on the parent finds the groups of its children.
            self._shelve(f"^{parent}", group)

    def _join(self, item: Item, group: Group) -> None:
        group.members.append(item)
        claim = item.claim
        if claim.thread is not None:
            for key in own_keys(item):
                self.by_key.setdefault((claim.source, key), group)
        if claim.source_kind is SourceKind.STATUS:
            group.sources.add(claim.source)
            group.until = max(group.until, item.window.until)
            for key in own_keys(item):
                self.by_key.setdefault((claim.source, key), group)
            self._shelve(f"%{item.home}", group)
        elif item.window.tier in (Tier.STATED, Tier.DAY) and claim.status in OPEN and claim.published_at is not None:
            # It began when the group says, and is still on when this is written.
            published = min(claim.published_at.timestamp(), group.leader.window.at + LONGEST)
            group.until = max(group.until, published)
        if item.window.tier is Tier.NONE:
            return
        main = group.leader.main
        for service in (item.main, *item.others):
            if service not in group.services and (
                item is group.leader or service in group.leader.others or self.families.one_provider(service, main)
            ):
                group.services.add(service)
                self._shelve(service, group)

    def _shelve(self, key: str, group: Group) -> None:
        self.shelves.setdefault(key, Shelf()).fresh.append(group)
        self.touched.add(key)

    def _settle(self) -> None:
        for key in self.touched:
            shelf = self.shelves[key]
            shelf.settled += shelf.fresh
            shelf.settled.sort(key=lambda g: (g.leader.window.at, g.leader.claim.report_id))
            shelf.times = [g.leader.window.at for g in shelf.settled]
            shelf.reach = min(LONGEST, max(g.until - g.leader.window.at for g in shelf.settled))
            shelf.fresh = []
        self.touched.clear()

    def _near(self, item: Item) -> list[Group]:
        """The groups under the item's services whose time may agree with it; one may come twice."""
        main = item.main
        found = self._shelved(main, item) + self._shelved(f"^{main}", item)
        parent = self.families.parents.get(main)
        for key in (parent, *item.others) if parent else item.others:
            found += self._shelved(key, item)
        return found

    def _shelved(self, key: str, item: Item) -> list[Group]:
        shelf = self.shelves.get(key)
        if shelf is None:
            return []
        w, times, settled = item.window, shelf.times, shelf.settled
        near = shelf.fresh[-NEIGHBOURS:]
        if times:
            here = bisect_right(times, w.at)
            first = bisect_left(times, w.lo - shelf.reach - 2 * DAY, max(0, here - NEIGHBOURS), here)
            last = bisect_right(times, w.hi + 2 * DAY, here, min(len(times), here + NEIGHBOURS))
            near += settled[first:last]
        lo, until = w.lo, w.until
        return [g for g in near if g.lo <= until and lo <= g.until]

    def _best_match(self, item: Item) -> Group | None:
        tier = item.window.tier
        near: dict[str, tuple[Group, float, float]] = {}
        for group in self._near(item):
            gap = gap_between(item, group)
            kin = None if gap is None else self._kin(item, group)
            if gap is not None and kin is not None:
                near[group.leader.claim.report_id] = (group, gap, kin)
        if len(near) == 1:
            group, gap, _ = next(iter(near.values()))
            return group if _agree(item, group, gap) else None
        best: Group | None = None
        best_key = (0.0, "")
        for key, (group, gap, kin) in near.items():
            if not _agree(item, group, gap):
                continue
            score = kin + TIME_WEIGHT / (1 + gap / HALF[tier]) + support_for(item, group)
            # Of equals the group whose leader has the smaller id: any rule serves that knows no order.
            if best is None or (-score, key) < best_key:
                best, best_key = group, (-score, key)
        return best

    def _only_match(self, item: Item) -> Group | None:
        """The one group of the very service in the stated month; a month tells no two apart."""
        w = item.window
        found = {
            id(g): g
            for g in self._near(item)
            if self._kin(item, g) == SAME and w.lo <= g.leader.window.hi and g.leader.window.lo <= w.hi
        }
        return next(iter(found.values())) if len(found) == 1 else None

    def _mirrored(self, item: Item) -> Group | None:
        """The group of an incident that another page of the provider also posts.

        Two incidents of one page are two outages, whatever their times, but for what `own_keys` says.
        """
        source, w = item.claim.source, item.window
        if len(self.pages[item.home]) < 2:
            return None
        best: Group | None = None
        best_key: tuple[float, str] = (0.0, "")
        for group in self._shelved(f"%{item.home}", item):
            if source in group.sources:
                continue
            leader = group.leader.window
            starts_agree = w.lo <= leader.hi and leader.lo <= w.hi
            kin = self._kin(item, group) is not None
            if not (starts_agree or kin):
                continue
            likely = likeness(item.support()[0], group.leader.support()[0])
            shared = starts_agree and kin and likely > 0 and item.support()[1] & group.leader.support()[1]
            if likely < ONE_TITLE and not shared:
                continue
            key = (-likely - 1 / (1 + abs(w.at - leader.at) / HOUR), group.leader.claim.report_id)
            if best is None or key < best_key:
                best, best_key = group, key
        return best

    def _reprinted(self, item: Item) -> Group | None:
        """The one group of the service that has this very title, for a text that no date places."""
        found = self.by_title.get((item.main, title_of(item)), []) if telling(item) else []
        return found[0] if len(found) == 1 else None

    def _index_title(self, item: Item, group: Group) -> None:
        if item.claim.source_kind is not SourceKind.STATUS and telling(item):
            under = self.by_title.setdefault((item.main, title_of(item)), [])
            if group not in under:
                under.append(group)

    def _kin(self, item: Item, group: Group) -> float | None:
        one, other = item.main, group.leader.main
        if one == other:
            return SAME
        parents = self.families.parents
        if parents.get(one) == other or parents.get(other) == one:
            return PARENT
        if one in group.services or other in item.others:
            return NAMED
        return None
