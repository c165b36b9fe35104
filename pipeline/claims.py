"""From one report and its annotation to one claim: the source's own fields laid over the reading of its prose."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pipeline.belief import Claim, Evidence, Post
from pipeline.catalogue import Catalogue
from pipeline.model import compose, parse_iso
from pipeline.terms import Cause, Kind, Precision, Severity, SourceKind, Speaker, Status, Symptom

QUOTE_LIMIT = 280
# The point of an abbreviation before a name or a number ends no sentence: "10:15 p.m. ET", "the U.S. East", "No. 4".
ABBREVIATED = r"(?<![ap]\.m\.)(?<!\bU\.S\.)(?<!\bU\.K\.)(?<!\b(?:Mr|Ms|Dr|St|No|vs)\.)(?<!\bMrs\.)(?<!\bapprox\.)"
SENTENCE_END = re.compile(rf"(?<=[.!?]){ABBREVIATED}[\"'”’)]*\s+(?=[\"'“‘(\[]?[A-Z0-9])|\n+")
# An operator who opens an incident is given its start by the clock; one who sets another start means it.
BACKDATED = timedelta(minutes=2)
NEAR = timedelta(days=1)
FINE = (Precision.EXACT, Precision.MINUTE)
STAND_IN = "when.posted_last"
"""The rule that takes the moment of the last post for an end that no words tell."""
CALLED = {
    SourceKind.STATUS: "A notice",
    SourceKind.NEWS: "A story",
    SourceKind.SOCIAL: "A post",
    SourceKind.POSTMORTEM: "A review",
}
"""How a text is called that has no title."""
Term = TypeVar("Term", Status, Kind, Severity, Precision)


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A stored report with its annotation, both as the store holds them."""

    report: Mapping[str, Any]
    source_kind: SourceKind
    source_service: str | None
    annotation: Mapping[str, Any]
    updates: Sequence[Mapping[str, Any]] = ()


def quote(text: str, start: int, end: int, limit: int = QUOTE_LIMIT) -> str:
    """The sentence around ``text[start:end]``, cut with an ellipsis to at most `limit` characters."""
    if "\n\n" in text[start:end]:
        # Words that reach from the title into the text are quoted from the text.
        start = text.rindex("\n\n", start, end) + 2
    # A sentence is looked for nearby: a text without any must not be searched whole for each mention.
    left, right = max(0, start - 2 * limit), min(len(text), end + 2 * limit)
    for match in SENTENCE_END.finditer(text, left, right):
        if match.end() <= start:
            left = match.end()
        elif match.start() >= end:
            right = match.start()
            break
    sentence = " ".join(text[left:right].split())
    if len(sentence) <= limit:
        return sentence
    half = max(0, (limit - (end - start)) // 2)
    low, high = max(left, start - half), min(right, end + half)
    cut = " ".join(text[low:high].split())[: limit - 2]
    return f"{'…' if low > left else ''}{cut}{'…' if high < right else ''}"


def is_claim(read: ReadReport) -> bool:
    """Whether the report tells of an outage: a status page's incident does, other texts where they were read so."""
    return read.source_kind is SourceKind.STATUS or bool(read.annotation["is_outage"])


def build_claim(read: ReadReport, catalogue: Catalogue) -> Claim:
    """The claim of one report, with its evidence."""
    report, said = read.report, read.annotation
    services = _services(read, catalogue)
    main = catalogue.get(services[0]) if services and not services[0].startswith("?") else None
    window, native = _window(read)
    evidence = [*_native_evidence(read, native), *_text_evidence(read)]
    return Claim(
        report_id=report["id"],
        source=report["source"],
        source_kind=read.source_kind,
        rank=_rank(read, services, catalogue),
        title=report["title"] or _stand_in(said, read.source_kind),
        url=report["url"],
        first_seen_at=_moment(report["first_seen_at"]),
        published_at=parse_iso(report["published_at"]),
        services=services,
        provider=main.provider if main else said["provider"],
        components=tuple(dict.fromkeys((*_json(report["components"]), *said["components"]))),
        regions=tuple(_json(report["regions"]) or said["regions"]),
        started_at=window.started_at,
        started_precision=window.started_precision,
        ended_at=window.ended_at,
        ended_precision=window.ended_precision,
        duration_minutes=_stated_duration(said),
        cause=Cause(said["cause"]),
        causes=tuple(Cause(c) for c in said["causes"]),
        cause_hedged=said["cause_hedged"],
        status=_native(Status, report["status"]) or Status(said["status"]),
        kind=_native(Kind, report["kind"]) or Kind(said["kind"]),
        severity=_native(Severity, report["severity"]) or Severity(said["severity"]),
        symptoms=tuple(Symptom(s) for s in said["symptoms"]),
        withdrawn=report["withdrawn_at"] is not None,
        withdrawn_at=parse_iso(report["withdrawn_at"]),
        author_hash=report["author_hash"],
        copy_of=report.get("copy_of"),
        thread=report.get("thread"),
        echoes=tuple(said.get("echoes", ())),
        blamed=tuple(s for s in said["services"] if s not in services and not s.startswith("?")),
        posts=tuple(_post(update) for update in read.updates),
        evidence=tuple(evidence),
    )


def _stated_duration(said: Mapping[str, Any]) -> int | None:
    """The minutes that words state. What only follows from start and end is left to the weighing of both."""
    stated = any(mention["field"] == "duration_minutes" for mention in said["mentions"])
    return said["duration_minutes"] if stated else None


def _post(update: Mapping[str, Any]) -> Post:
    return Post(_moment(update["posted_at"]), Status(update["status"]), quote(update["text"], 0, 1))


@dataclass(frozen=True, slots=True)
class _Window:
    started_at: datetime | None
    started_precision: Precision | None
    ended_at: datetime | None
    ended_precision: Precision | None


def _window(read: ReadReport) -> tuple[_Window, tuple[str, ...]]:
    """Start and end, and which native fields say so.

    A start that the operator set by hand is the onset. A start that is only the moment the incident
    was opened loses to an onset stated to the minute in the prose.
    """
    report, said = read.report, read.annotation
    started, ended = parse_iso(report["started_at"]), parse_iso(report["ended_at"])
    opened = parse_iso(report["published_at"])
    stated, stated_end = parse_iso(said["started_at"]), parse_iso(said["ended_at"])
    stated_precision = _native(Precision, said["started_precision"])
    end_precision = _native(Precision, said["ended_precision"])
    backdated = started is not None and opened is not None and abs(opened - started) > BACKDATED
    if started is not None:
        # Prose that lies far from the record's own window tells of another event.
        late = (ended or opened or started) + NEAR
        stated = stated if stated and started - NEAR <= stated <= late else None
        stated_end = stated_end if stated_end and started - NEAR <= stated_end <= late else None
    native = []
    if started is not None and not (stated and stated_precision in FINE and not backdated):
        stated, stated_precision = started, Precision.EXACT
    if started is not None:
        native.append("started_at")
    if ended is not None:
        native.append("ended_at")
        if stated_end is None or end_precision not in FINE or _is_stand_in(said):
            # The end of a standing fault is when it was seen to be over: up to a day late, collecting being nightly.
            seen = report.get("seen_over_at") is not None
            stated_end, end_precision = ended, Precision.DAY if seen else Precision.EXACT
    if stated and stated_end and stated_end < stated:
        # Prose and record of one report contradict each other: the record is at least consistent.
        stated, stated_precision = started, Precision.EXACT if started else None
        stated_end, end_precision = ended, Precision.EXACT if ended else None
    return _Window(stated, stated_precision, stated_end, end_precision), tuple(native)


def _is_stand_in(said: Mapping[str, Any]) -> bool:
    """Whether the end is only when the last word was posted: a record's own end is better than that."""
    rules = [mention["rule"] for mention in said["mentions"] if mention["field"] == "ended_at"]
    return rules == [STAND_IN]


def _services(read: ReadReport, catalogue: Catalogue) -> tuple[str, ...]:
    named = tuple(read.annotation["services"])
    home = read.source_service
    if home is None:
        return named
    family = tuple(s for s in named if s == home or _related(catalogue, s, home))
    if read.source_kind is SourceKind.STATUS:
        # A status page speaks of its own services; others that it names are causes or neighbours.
        return family or (home,)
    return named or (home,)


def _rank(read: ReadReport, services: tuple[str, ...], catalogue: Catalogue) -> int:
    match read.source_kind:
        case SourceKind.STATUS:
            return 0
        case SourceKind.POSTMORTEM | SourceKind.NEWS:
            home = read.source_service
            own = home is not None and services and (services[0] == home or _related(catalogue, services[0], home))
            return 0 if own else (1 if read.source_kind is SourceKind.POSTMORTEM else 2)
        case SourceKind.SOCIAL:
            return 3


def _native_evidence(read: ReadReport, fields: Sequence[str]) -> list[Evidence]:
    report = read.report
    named = [*fields, *(f for f in ("status", "kind", "severity") if report[f] not in (None, "unknown"))]
    found = [Evidence(f, str(report[f]), report["id"], "native", f"native:{f}", 1.0) for f in named]
    for plural, single in (("components", "component"), ("regions", "region")):
        found += [
            Evidence(single, value, report["id"], "native", f"native:{plural}", 1.0) for value in _json(report[plural])
        ]
    return found


def _text_evidence(read: ReadReport) -> list[Evidence]:
    report = read.report
    text = compose(report["title"], report["text"] or report["summary"])
    return [
        Evidence(
            m["field"],
            m["value"],
            report["id"],
            "text",
            m["rule"],
            m["confidence"],
            # Of a text that is not kept any more only the words are left by which a thing was found.
            quote(text, m["start"], m["end"]) if text else m["text"],
            m["start"],
            m["end"],
            next((speaker for speaker in Speaker if f"by {speaker}" in m.get("context", ())), None),
        )
        for m in read.annotation["mentions"]
    ]


def _stand_in(said: Mapping[str, Any], kind: SourceKind) -> str:
    """The title of a text that has none, or whose words are not kept any more."""
    what = CALLED[kind]
    return f"{what} about {said['service_names'][0]}" if said["service_names"] else what


def _native(kind: type[Term], value: str | None) -> Term | None:
    return None if value in (None, "unknown") else kind(value)


def _related(catalogue: Catalogue, one: str, other: str) -> bool:
    """Whether both are services of one provider."""
    a, b = catalogue.get(one), catalogue.get(other)
    return a is not None and b is not None and a.provider == b.provider


def _moment(text: str) -> datetime:
    moment = parse_iso(text)
    if moment is None:
        raise ValueError("a stored report has no first_seen_at")
    return moment


def _json(text: str) -> list[str]:
    return list(json.loads(text))
