"""The timeline of one incident: its updates oldest first, each under a key of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from pipeline.model import Update
from spiders.strict import BadRecordError, Reading, Record


def timeline(
    reading: Reading, incident: str, items: Iterable[Record], read: Callable[[Record], Update]
) -> tuple[Update, ...]:
    """Each item as `read` reads it, in order of time; a bad one is skipped and noted.

    Keys made of a second may meet: from the second such update on its count is put behind.
    """
    found: list[Update] = []
    for item in items:
        try:
            found.append(read(item))
        except BadRecordError as error:
            reading.note("bad_record", f"an update of {incident}: {error}", incident)
    found.sort(key=lambda update: update.posted_at)
    met: dict[str, int] = {}
    updates = []
    for update in found:
        count = met[update.native_id] = met.get(update.native_id, -1) + 1
        updates.append(replace(update, native_id=f"{update.native_id}-{count}") if count else update)
    return tuple(updates)


def known(moment: datetime | None) -> datetime:
    """The moment of an update. Raises `BadRecordError` where there is none: it has no place in the timeline."""
    if moment is None:
        raise BadRecordError("it has no readable time")
    return moment


def second(moment: datetime) -> int:
    """The second since 1970, for the key of an update that has no other."""
    return int(moment.timestamp())
