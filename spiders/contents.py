"""From the bytes of one body to clean reports: what every platform would otherwise do for itself."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipeline.model import Gone, Issue, Posting, Report, Source, Update, WellPart, report_id
from pipeline.terms import Stage
from spiders.bodies import MOST_ENTRIES, cut_entries
from spiders.platforms import Platform

# SQLite keeps a NUL but its tools stop at one, and a lone surrogate has no UTF-8 form at all.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
REPLACEMENT = "\ufffd"
TEXTS = (
    *("native_id", "title", "url", "text", "summary", "native_status", "native_impact", "timezone", "language"),
    "part",
)
MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF32_LE)
WIDE = MARKS[1:]
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
MOST_REPORTS = 20_000
"""Reports of one body that are read; the largest list seen has some thousand."""
UNREAD = frozenset({"bad_record", "more_issues", "too_many_entries", "too_many_records"})
"""Issues after which a body may list more than was read."""
# Python knows codecs that are no charset of the web, some of them slow without bound (punycode).
TEXT_CODEC = re.compile(r"(?:utf-|iso8859|cp\d|koi8|mac|gb|big5|euc|shift|johab|tis)")
DECLARED = re.compile(rb"^\s*<\?xml[^>]*encoding", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Contents:
    """What one body said. `complete`, `window_start`, `native_states` and `well` are those of `Batch`."""

    reports: tuple[Report, ...]
    issues: tuple[Issue, ...]
    complete: bool
    window_start: datetime | None
    native_states: frozenset[str] | None = None
    well: tuple[WellPart, ...] = ()


def read_body(platform: Platform, body: bytes, source: Source) -> Contents:
    """Let the platform read the body, and stamp, clean and count what it yields.

    Raises what the platform raises: `ShapeError` for a body of another shape.
    """
    reports: dict[str, Report] = {}
    well: list[WellPart] = []
    issues = [*_count_nul(body, source), *_count_cut(body, source)]
    for said in platform.parse(body, source):
        if isinstance(said, Issue):
            issues.append(replace(said, source=source.name))
            continue
        if isinstance(said, Posting | Gone):
            raise TypeError(f"{platform.key} gives posts, which `spiders.posts` reads")
        if isinstance(said, WellPart):
            well.append(WellPart(UNSTORABLE.sub(REPLACEMENT, said.part), UNSTORABLE.sub(REPLACEMENT, said.word)))
            continue
        report, found = clean(said, source)
        issues += found
        if report.native_id in reports:
            issues.append(
                _issue("duplicate_id", f"{report.native_id} is listed twice; the first is kept", source, report)
            )
            continue
        if len(reports) >= MOST_REPORTS:
            detail = f"only the first {MOST_REPORTS} are read"
            issues.append(Issue(Stage.PARSE, "too_many_records", detail, source.name))
            break
        reports[report.native_id] = report
    listed = tuple(reports.values())
    start = platform.window(listed) if platform.window else None
    covered = platform.covers(listed) if platform.covers else None
    # Of two parts of one name the ill one counts.
    ill = {report.part for report in listed}
    sound = tuple(part for part in well if part.part not in ill)
    # What is listed and could not be read counts as listed, so that nothing is missing from such a body.
    start = start if UNREAD.isdisjoint(issue.code for issue in issues) else None
    return Contents(listed, tuple(issues), start is not None, start, covered, sound)


def _count_nul(body: bytes, source: Source) -> Iterator[Issue]:
    """An issue for the NUL characters of a body: platforms drop them from the texts without a word."""
    if not body.startswith(WIDE) and (count := body.count(b"\0") + body.count(rb"\u0000")):
        yield Issue(Stage.PARSE, "nul_character", f"{count} NUL characters in the body", source.name)


def _count_cut(body: bytes, source: Source) -> Iterator[Issue]:
    """An issue for the entries of a feed that `load_feed` leaves out."""
    if left := cut_entries(body)[1]:
        yield Issue(Stage.PARSE, "too_many_entries", f"{left} entries after the first {MOST_ENTRIES}", source.name)


def clean(report: Report, source: Source) -> tuple[Report, list[Issue]]:
    """The report without characters that cannot be stored; each is replaced, and the report is named in an issue."""
    changes: dict[str, Any] = {}
    for name in TEXTS:
        value = getattr(report, name)
        if value is not None and UNSTORABLE.search(value):
            changes[name] = UNSTORABLE.sub(REPLACEMENT, value)
    for name in ("components", "regions"):
        values: Sequence[str] = getattr(report, name)
        if any(map(UNSTORABLE.search, values)):
            changes[name] = tuple(UNSTORABLE.sub(REPLACEMENT, value) for value in values)
    if any(UNSTORABLE.search(u.native_id + u.text + (u.native_status or "")) for u in report.updates):
        changes["updates"] = tuple(_clean_updates(report.updates))
    if not changes:
        return report, []
    cleaned = replace(report, **changes)
    detail = f"NUL or surrogate replaced in {', '.join(sorted(changes))}"
    return cleaned, [_issue("bad_character", detail, source, cleaned)]


def _clean_updates(updates: Iterable[Update]) -> Iterable[Update]:
    for update in updates:
        yield replace(
            update,
            native_id=UNSTORABLE.sub(REPLACEMENT, update.native_id),
            text=UNSTORABLE.sub(REPLACEMENT, update.text),
            native_status=update.native_status and UNSTORABLE.sub(REPLACEMENT, update.native_status),
        )


def _issue(code: str, detail: str, source: Source, report: Report) -> Issue:
    return Issue(Stage.PARSE, code, detail, source.name, report_id(source.name, report.native_id))


def as_unicode(body: bytes, content_type: str) -> bytes:
    """The body in UTF-8 where only its Content-Type tells that it is in another charset.

    A body that marks or declares its own encoding, or that is UTF-8 whatever the header says, stays as it is.
    """
    named = CHARSET.search(content_type)
    if not named or body.startswith(MARKS) or DECLARED.match(body):
        return body
    try:
        codec = codecs.lookup(named[1]).name
        if codec in {"utf-8", "ascii"} or not TEXT_CODEC.match(codec):
            return body
        body.decode("utf-8")
    except LookupError:
        return body
    except UnicodeDecodeError:
        return body.decode(codec, errors="replace").encode("utf-8")
    # UTF-16 without a mark is often valid UTF-8 full of NULs.
    return (
        body.decode(codec, errors="replace").encode("utf-8") if codec.startswith("utf-16") and b"\0" in body else body
    )
