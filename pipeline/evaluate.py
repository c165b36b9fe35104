"""`outagewire evaluate`: score the language pipeline on labelled texts, field by field.

A labelled text is an `annotate` record with a `gold` object: `is_outage`, `services`, `start`, `end` (null: none is
told and none may be given), `start_loose`, `end_loose`, `start_date`, `duration_s`, `cause_accept` (the categories that
are right), `cause_stated` (false: none is stated and `unknown` is right), `cause_hedged`, `denied_causes`, `status`,
`kind`. Precision is the share right among the answers, recall among the labels; each share carries its 95 % Wilson
interval (Wilson 1927), which stays honest for small numbers.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from pipeline.annotation import Annotation
from pipeline.catalogue import Catalogue, load_catalogue
from pipeline.errors import ExtractError, UsageError
from pipeline.extract import pipeline
from pipeline.model import parse_iso
from pipeline.nlp import annotate
from pipeline.terms import Cause

MINUTES, HOUR = timedelta(minutes=5), timedelta(hours=1)
SHARE_OF_DURATION = 0.1
Z = 1.96
ALSO = {"started_at": "start", "ended_at": "end"}
ERRORS_KEPT = 50


@dataclass(slots=True)
class Tally:
    """The count of one field."""

    labelled: int = 0
    answered: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, identity: str, gold: object, said: object, *, right: bool) -> None:
        """Count one label, what was said of it, and whether that was right."""
        answered = said not in (None, "unknown", (), "")
        self.labelled += 1
        self.answered += answered
        self.right += right
        if not right and len(self.wrong) < ERRORS_KEPT:
            self.wrong.append(f"{identity}: {gold} was read as {said}")

    def add_flag(self, identity: str, *, gold: bool, said: bool) -> None:
        """Count a yes or no, of which only the yes is looked for: a false alarm is an answer without a label."""
        self.labelled += gold
        self.answered += said
        self.right += gold and said
        if gold is not said and len(self.wrong) < ERRORS_KEPT:
            self.wrong.append(f"{identity}: {'missed' if gold else 'false alarm'}")

    def as_json(self) -> dict[str, Any]:
        """Precision, recall and F1, each share with its interval."""
        precision = self.right / self.answered if self.answered else 0.0
        recall = self.right / self.labelled if self.labelled else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return {
            "labelled": self.labelled,
            "answered": self.answered,
            "right": self.right,
            "precision": round(precision, 4),
            "precision_interval": wilson(self.right, self.answered),
            "recall": round(recall, 4),
            "recall_interval": wilson(self.right, self.labelled),
            "f1": round(f1, 4),
        }


@dataclass(slots=True)
class Evaluation:
    """The tallies by field, and the lines that could not be read."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    records: int = 0
    refused: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """All counts."""
        fields = {name: tally.as_json() for name, tally in self.tallies.items()}
        return {"records": self.records, "refused": self.refused, "fields": fields}

    def table(self, errors: int) -> Iterator[str]:
        """The scores for a terminal, with up to `errors` errors of each field."""
        yield f"{self.records} records, {len(self.refused)} refused"
        yield from (f"  refused: {reason}" for reason in self.refused)
        yield f"{'field':22} {'labels':>6} {'P':>6} {'95 %':>14} {'R':>6} {'95 %':>14} {'F1':>6}"
        for name, tally in self.tallies.items():
            row = tally.as_json()
            shares = " ".join(f"{row[key]:6.3f} {_spread(row[f'{key}_interval'])}" for key in ("precision", "recall"))
            yield f"{name:22} {tally.labelled:6} {shares} {row['f1']:6.3f}"
        for name, tally in self.tallies.items():
            for line in tally.wrong[:errors]:
                yield f"  {name}: {line}"


def _spread(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}"


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not of:
        return (0.0, 0.0)
    p = right / of
    middle = p + Z * Z / (2 * of)
    half = Z * math.sqrt(p * (1 - p) / of + Z * Z / (4 * of * of))
    below = 1 + Z * Z / of
    return (round((middle - half) / below, 4), round((middle + half) / below, 4))


def evaluate(lines: Iterable[str]) -> Evaluation:
    """Read and score every line; one that cannot be read is refused with its reason and the others are scored.

    Blank lines are passed over. Raises `UsageError` where there are lines and none is a labelled record.
    """
    nlp, catalogue, result = pipeline(), load_catalogue(), Evaluation()
    read = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        result.records += 1
        try:
            record, gold = _labelled(line)
            said = annotate(nlp, record)
            judged = list(compare(gold, said, catalogue))
        except ExtractError as error:
            result.refused.append(f"line {number}: {error}")
            continue
        except (AttributeError, TypeError, ValueError) as error:
            result.refused.append(f"line {number}: its labels cannot be read: {error}")
            continue
        read += 1
        identity = str(record.get("id"))
        if gold.get("is_outage") is not None:
            flags = result.tallies.setdefault("relevance", Tally())
            flags.add_flag(identity, gold=bool(gold["is_outage"]), said=said.is_outage)
        for name, label, value, right in judged:
            result.tallies.setdefault(name, Tally()).add(identity, label, value, right=right)
    if result.refused and not read:
        raise UsageError(f"no line is a labelled record (see evaluate --help); {result.refused[0]}")
    return result


def _labelled(line: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The record of a line and its labels. Raises `ExtractError`."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ExtractError(f"this is not JSON: {error}") from error
    gold = record.get("gold") if isinstance(record, dict) else None
    if not isinstance(gold, dict):
        raise ExtractError('there are no labels: an object named "gold" is needed')
    # What `annotate` calls a field is understood as a label as well.
    gold = {ALSO.get(key, key): value for key, value in gold.items()}
    if "cause" in gold:
        gold["cause_accept"] = [gold.pop("cause")]
    if gold.get("duration_minutes"):
        gold["duration_s"] = gold.pop("duration_minutes") * 60
    return record, gold


def compare(
    gold: Mapping[str, Any], said: Annotation, catalogue: Catalogue
) -> Iterator[tuple[str, object, object, bool]]:
    """Each labelled field of an outage: its name, the label, what was said, and whether it is right."""
    if gold.get("is_outage") is False:
        return
    names = [_names(slug, catalogue) for slug in said.services]
    if gold.get("services"):
        wanted = {_plain(name) for name in gold["services"]}
        yield "service", gold["services"], said.services, bool(names) and bool(wanted & names[0])
        yield "service found", gold["services"], said.services, any(wanted & found for found in names)
    yield from _times(gold, said)
    if gold.get("duration_s"):
        minutes = gold["duration_s"] / 60
        off = math.inf if said.duration_minutes is None else abs(said.duration_minutes - minutes)
        yield "duration", minutes, said.duration_minutes, off <= max(5, SHARE_OF_DURATION * minutes)
    yield from _causes(gold, said)
    for key in ("status", "kind"):
        if gold.get(key):
            yield key, gold[key], str(getattr(said, key)), gold[key] == getattr(said, key)


def _times(gold: Mapping[str, Any], said: Annotation) -> Iterator[tuple[str, object, object, bool]]:
    """Instants to five minutes, loose ones (a feed's own times) to an hour, days to one day."""
    for name, value in (("start", said.started_at), ("end", said.ended_at)):
        for key, near in ((name, MINUTES), (f"{name}_loose", HOUR)):
            if gold.get(key):
                yield key.replace("_", " "), gold[key], value, _near(parse_iso(gold[key]), value, near)
    if "end" in gold and gold["end"] is None:
        yield "end left open", "none", said.ended_at or "left open", said.ended_at is None
    if gold.get("start_date"):
        day, mine = date.fromisoformat(gold["start_date"][:10]), said.started_at
        yield "start date", day, mine, mine is not None and abs(mine.date() - day) <= timedelta(days=1)


def _causes(gold: Mapping[str, Any], said: Annotation) -> Iterator[tuple[str, object, object, bool]]:
    if gold.get("cause_accept"):
        yield "cause", "/".join(gold["cause_accept"]), str(said.cause), said.cause in gold["cause_accept"]
        if "cause_hedged" in gold and said.cause is not Cause.UNKNOWN:
            yield "cause hedged", gold["cause_hedged"], said.cause_hedged, gold["cause_hedged"] == said.cause_hedged
    if gold.get("denied_causes"):
        yield (
            "denied cause not taken",
            gold["denied_causes"],
            f"{said.cause} ({said.cause_text})",
            said.cause not in gold["denied_causes"],
        )
    if gold.get("cause_stated") is False:
        yield "cause left unknown", "none", f"{said.cause} ({said.cause_text})", said.cause is Cause.UNKNOWN


def _near(label: datetime | None, value: datetime | None, near: timedelta) -> bool:
    return label is not None and value is not None and abs(label - value) <= near


def _names(slug: str, catalogue: Catalogue) -> set[str]:
    service = catalogue.get(slug)
    known = (slug, service.name, *service.aliases) if service else (slug,)
    return {_plain(name) for name in known}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9+]", "", name.casefold())
