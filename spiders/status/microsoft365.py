"""Microsoft 365: ``status.cloud.microsoft/api/posts/<surface>``, one sentence for each surface.

`mac` (admin center), `ppac` (Power Platform admin center) and `azure` answer one object, `m365Consumer`
a list of the consumer services. It is no list of incidents: a surface that is available says what the
page is for, and is no report. An address that is not known answers the page itself with status 200,
which is refused. `LastUpdatedTime` is the clock of the request and `InternalDateTime` moves every ten
minutes, so that only `AuthoredDateTime` tells anything.

Unverified: whether `Id` belongs to the sentence or to the surface; with the day it serves for both.
The API is the page's own and is nowhere promised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from urllib.parse import urljoin

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source, Update
from pipeline.terms import Kind, SourceKind, Status
from spiders.bodies import load_json, one_line, plain_text
from spiders.strict import BadRecordError, Reading, Record, distinct, maybe, need
from spiders.vendor_json import listed_with

KIND = SourceKind.STATUS

WELL = frozenset({"Available", "Operational"})
STATUS = {
    "Service degradation": Status.INVESTIGATING,
    "Service restored": Status.RESOLVED,
}
STATED = {"Service degradation": Kind.DEGRADATION, "Service restored": None}

POST_KEYS = frozenset(
    {"Id", "AuthoredDateTime", "Title", "Message", "Status", "ServiceDisplayName"}
    # Ignored: two clocks that move by themselves, and another form of the service's name.
    | {"InternalDateTime", "LastUpdatedTime", "ServiceWorkloadName"}
)


def start(source: Source) -> list[str]:
    """`source.url` is the address of one surface."""
    return [source.url]


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each post that is not of a surface in order, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    posts = [value] if isinstance(value, dict) else listed_with(value, "Status")
    if not posts or (isinstance(value, dict) and "Status" not in value):
        raise ShapeError("the body holds no post with a Status")
    reading = Reading(source)
    ill = []
    for post in posts:
        word = post.get("Status") if isinstance(post, dict) else None
        if word in WELL:
            reading.keys(post, POST_KEYS, "post")
            continue
        ill.append(post)
    yield from reading.records(ill, partial(_report, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: only what holds now is told."""
    return None


def _report(reading: Reading, record: Record) -> Report:
    reading.keys(record, POST_KEYS, "post")
    word, service = need(record, "Status"), maybe(record, "ServiceDisplayName")
    authored = reading.time(record.get("AuthoredDateTime"), "post.AuthoredDateTime")
    if authored is None:
        raise BadRecordError("the post has no readable AuthoredDateTime")
    native_id = f"{need(record, 'Id')}_{authored:%Y-%m-%d}"
    status = reading.word(STATUS, word, Status.UNKNOWN, "post.Status")
    text = plain_text(maybe(record, "Message") or "")
    title = one_line(maybe(record, "Title") or "") or ": ".join(distinct([service, word]))
    return Report(
        native_id=native_id,
        title=title,
        url=urljoin(reading.source.url, "/"),
        published_at=authored,
        status=status,
        native_status=word,
        kind=reading.word(STATED, word, Kind.UNKNOWN, "post.Status"),
        components=distinct([service]),
        updates=(Update(native_id, authored, text, status, word),) if text else (),
        language=reading.source.language,
    )
