"""Keeps the links from copies to their firsts in step with the reports. Derived, so rebuilt from them at any time."""

from __future__ import annotations

from datetime import datetime

from pipeline.likeness import WITHIN, Copy, Likeness, draw, find_copies, plain_address, plain_headline
from pipeline.store import Store


def link_copies(store: Store) -> int:
    """Compare the reports that are new or reworded with those around them in time; how many copies there are.

    A link is looked for within `WITHIN`, so only reports within that of a changed one are compared anew.
    """
    changed: list[datetime] = []
    last = ""
    while rows := store.without_digest(last):
        last = rows[-1]["id"]
        digests = [
            (row["id"], row["content_hash"], plain_address(row["url"]), plain_headline(row["title"]), draw(row["text"]))
            for row in rows
        ]
        store.save_digests(digests)
        changed += [row["said_at"] for row in rows]
    for begin, end in spans(changed):
        _compare(store, begin, end)
    return store.db["report_copies"].count


def spans(moments: list[datetime]) -> list[tuple[datetime, datetime]]:
    """The times around the moments in which links may change; those that touch are one."""
    found: list[tuple[datetime, datetime]] = []
    for moment in sorted(moments):
        if found and moment - WITHIN <= found[-1][1]:
            found[-1] = (found[-1][0], moment + WITHIN)
        else:
            found.append((moment - WITHIN, moment + WITHIN))
    return found


def _compare(store: Store, first: datetime, last: datetime) -> None:
    around = [
        Likeness(row["id"], row["source"], row["said_at"], row["address"], row["headline"], row["sketch"])
        for row in store.digests(first - WITHIN, last)
    ]
    inside = {report.report_id for report in around if report.said_at >= first}
    known = [Copy(*row) for row in store.copies() if row[0] not in inside]
    links = [copy for copy in find_copies(around, known) if copy.report_id in inside]
    store.save_copies(sorted(inside), [(copy.report_id, copy.first_id, copy.why) for copy in links])
