"""What the language pipeline says of one text, as `annotate` prints it.

Every `datetime` is aware and in UTC; `None` means "not said", never "no" and never zero.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.model import Issue, iso
from pipeline.terms import Cause, Kind, Precision, Severity, Status, Symptom


@dataclass(frozen=True, slots=True)
class Mention:
    """One fact found in one text. Offsets count characters of `title + "\\n\\n" + text`."""

    field: str
    text: str
    value: str
    start: int
    end: int
    rule: str
    confidence: float = 1.0
    context: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The form in which `annotate` prints it."""
        out: dict[str, Any] = {
            "field": self.field,
            "text": self.text,
            "value": self.value,
            "start": self.start,
            "end": self.end,
            "rule": self.rule,
            "confidence": round(self.confidence, 3),
        }
        if self.context:
            out["context"] = list(self.context)
        return out


@dataclass(frozen=True, slots=True)
class Annotation:
    """What one text says: the output of the language pipeline and of `outagewire annotate`.

    `echoes` is of posts in the store alone and no part of the contract (`pipeline.echoes`).
    """

    id: str
    is_outage: bool = False
    relevance: float = 0.0
    services: tuple[str, ...] = ()
    service_names: tuple[str, ...] = ()
    provider: str | None = None
    components: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    started_at: datetime | None = None
    started_precision: Precision | None = None
    ended_at: datetime | None = None
    ended_precision: Precision | None = None
    duration_minutes: int | None = None
    cause: Cause = Cause.UNKNOWN
    causes: tuple[Cause, ...] = ()
    cause_text: str | None = None
    cause_hedged: bool = False
    status: Status = Status.UNKNOWN
    kind: Kind = Kind.UNKNOWN
    severity: Severity = Severity.UNKNOWN
    symptoms: tuple[Symptom, ...] = ()
    mentions: tuple[Mention, ...] = ()
    issues: tuple[Issue, ...] = field(default=(), compare=False)
    echoes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The contract's object, keys in the contract's order."""
        return {
            "id": self.id,
            "is_outage": self.is_outage,
            "relevance": round(self.relevance, 3),
            "services": list(self.services),
            "service_names": list(self.service_names),
            "provider": self.provider,
            "components": list(self.components),
            "regions": list(self.regions),
            "started_at": iso(self.started_at),
            "started_precision": self.started_precision,
            "ended_at": iso(self.ended_at),
            "ended_precision": self.ended_precision,
            "duration_minutes": self.duration_minutes,
            "cause": self.cause,
            "causes": list(self.causes),
            "cause_text": self.cause_text,
            "cause_hedged": self.cause_hedged,
            "status": self.status,
            "kind": self.kind,
            "severity": self.severity,
            "symptoms": list(self.symptoms),
            "mentions": [m.as_json() for m in self.mentions],
        }
