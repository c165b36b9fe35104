"""The `group` command's stream: annotated lines in, the same lines with the outage they tell of out.

There is no database here and so no "first seen": an outage is named after its earliest published
line, ties by id, so that the answer does not depend on the order of the lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

from pipeline.belief import Claim
from pipeline.catalogue import Catalogue, load_catalogue
from pipeline.clusters import group_claims
from pipeline.kinship import Families
from pipeline.model import believable, outage_id, parse_iso
from pipeline.terms import Cause, Kind, Precision, Severity, SourceKind, Status

NEVER = datetime.max.replace(tzinfo=UTC)
Term = TypeVar("Term", bound=StrEnum)


def group_lines(lines: Iterable[str], catalogue: Catalogue | None = None) -> Iterator[str]:
    """Each line of `annotate` with ``outage`` added: one id for all that tell of one outage.

    ``outage`` is null where the line tells of none or carries an error. A line that cannot be read
    yields ``{"id": ..., "error": ...}``. Same order as the input; empty lines are left out. All
    lines are held in memory until the last has been read.
    """
    rows: list[tuple[str, str | None]] = []
    claims: dict[str, Claim] = {}
    for line in lines:
        raw = line.strip()
        if not raw:
            continue
        row, claim = _read(raw)
        rows.append((row, claim.report_id if claim else None))
        if claim is not None:
            # Two lines of one id are one report; the choice must not depend on which comes first.
            other = claims.get(claim.report_id)
            claims[claim.report_id] = claim if other is None or repr(claim) < repr(other) else other
    outages = _outages(claims.values(), catalogue or load_catalogue())
    for row, report in rows:
        yield row if report is None else _with_outage(row, outages[report])


def _outages(claims: Iterable[Claim], catalogue: Catalogue) -> dict[str, str]:
    claims = list(claims)
    moments = [m for c in claims for m in (c.published_at, c.ended_at, c.started_at) if m is not None]
    as_of = max(moments, default=NEVER)
    found: dict[str, str] = {}
    for members in group_claims(claims, Families.of(catalogue), as_of):
        anchor = min(members, key=lambda c: (c.first_seen_at, c.report_id))
        for claim in members:
            found[claim.report_id] = outage_id(anchor.report_id)
    return found


def _read(raw: str) -> tuple[str, Claim | None]:
    """The line as it is to be printed but for the id, and its claim where it tells of an outage."""
    row: Any = None
    try:
        row = json.loads(raw)
        if "error" in row or not row["is_outage"]:
            return _with_outage(_plain(row, raw), None), None
        return _plain(row, raw), _claim(row)
    except (json.JSONDecodeError, RecursionError) as error:
        message = f"not JSON: {error}"
    except KeyError as error:
        message = f"not an annotated line: {error} is missing"
    except (ValueError, TypeError, AttributeError) as error:
        message = f"not an annotated line: {error}"
    identity = row.get("id") if isinstance(row, dict) else None
    return json.dumps({"id": identity, "error": message}, ensure_ascii=False), None


def _plain(row: dict[str, Any], raw: str) -> str:
    """The line without an earlier answer; verbatim where there is none."""
    if "outage" not in row:
        return raw
    return json.dumps({k: v for k, v in row.items() if k != "outage"}, ensure_ascii=False)


def _with_outage(row: str, outage: str | None) -> str:
    # Set behind the last field, so that the line stays as it was written. Every row has an id or an error.
    return f'{row[:-1].rstrip()}, "outage": {json.dumps(outage)}}}'


def _claim(row: Mapping[str, Any]) -> Claim:
    """The claim of an annotated line; a kind of source that is not said is taken for the press."""
    identity, minutes = row["id"], row.get("duration_minutes")
    # `annotate` takes whole numbers for ids as well and passes them on as they are.
    if isinstance(identity, bool) or not isinstance(identity, str | int):
        raise TypeError("the id is neither text nor a whole number")
    if isinstance(minutes, bool) or not isinstance(minutes, int | None):
        raise TypeError("duration_minutes is no whole number")
    published = believable(_published(row.get("published")))
    return Claim(
        report_id=str(identity),
        source=_text(row, "source") or "",
        source_kind=SourceKind(row.get("source_kind") or SourceKind.NEWS),
        rank=0,
        title=_text(row, "title") or "",
        url=None,
        first_seen_at=published or NEVER,
        published_at=published,
        services=_words(row["services"]),
        provider=_text(row, "provider"),
        components=_words(row.get("components")),
        regions=_words(row.get("regions")),
        started_at=believable(parse_iso(row.get("started_at"))),
        started_precision=_term(Precision, row.get("started_precision")),
        ended_at=believable(parse_iso(row.get("ended_at"))),
        ended_precision=_term(Precision, row.get("ended_precision")),
        duration_minutes=minutes,
        cause=Cause(row.get("cause") or Cause.UNKNOWN),
        causes=tuple(Cause(c) for c in row.get("causes") or ()),
        status=Status(row.get("status") or Status.UNKNOWN),
        kind=Kind(row.get("kind") or Kind.UNKNOWN),
        severity=Severity(row.get("severity") or Severity.UNKNOWN),
        group=_text(row, "group"),
    )


def _text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{key} is not a text but {type(value).__name__}")
    return value


def _words(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise TypeError(f"not a list of words: {value!r}")
    return tuple(value)


def _term(kind: type[Term], value: str | None) -> Term | None:
    return None if value is None else kind(value)


def _published(value: str | None) -> datetime | None:
    """When the line was published at the latest: a date or a time without a zone counts to the day's end."""
    if value is None:
        return None
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        return datetime.combine(moment.date(), time(23, 59, 59), UTC)
    return parse_iso(value)
