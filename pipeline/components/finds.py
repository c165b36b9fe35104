"""What the components leave on a `Doc`: finds with their spans, and what is known of the text.

Finding yields typed spans and knows no identity, context marks them, choosing answers one value or
none. Offsets are characters of `whole(doc)`, which is `pipeline.model.compose(title, text)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as with_default
from datetime import datetime
from typing import Any

from spacy.tokens import Doc

from pipeline.annotation import Mention


@dataclass(slots=True)
class Find:
    """One typed span. `value` is the normal form as text, `data` what only its own field needs.

    `context` holds any of ``negated``, ``asked``, ``hedged``, ``rumour``, ``historical``, ``scheduled``, ``quoted``,
    ``elsewhere`` (of another house's service), ``own`` (no third party's), and who says it: ``by provider``,
    ``by users`` or ``by others``.
    """

    field: str
    start: int
    end: int
    text: str
    value: str
    rule: str
    confidence: float = 1.0
    context: set[str] = with_default(default_factory=set)
    data: Mapping[str, Any] = with_default(default_factory=dict)

    def as_mention(self, field_name: str | None = None, value: str | None = None) -> Mention:
        """The published form, under another field name or value where the choice gave one."""
        return Mention(
            field_name or self.field,
            self.text,
            self.value if value is None else value,
            self.start,
            self.end,
            self.rule,
            self.confidence,
            tuple(sorted(self.context)),
        )


@dataclass(frozen=True, slots=True)
class Block:
    """One dated entry of a timeline inside the text: offsets of its body, its own time and state."""

    start: int
    end: int
    posted_at: datetime | None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Meta:
    """What is known of the text beside its words."""

    id: str = ""
    title_end: int = 0
    kind: str | None = None
    source: str | None = None
    published: datetime | None = None
    timezone: str | None = None
    service: str | None = None
    url: str | None = None


Doc.set_extension("meta", default=Meta(), force=True)
Doc.set_extension("finds", default=None, force=True)
Doc.set_extension("blocks", default=(), force=True)


def whole(doc: Doc) -> str:
    """The text of the doc, as the tokenizer got it: `doc.text` joins the tokens anew at each call."""
    text = doc.user_data.get("whole")
    return text if isinstance(text, str) else doc.text


def finds(doc: Doc, *fields: str) -> list[Find]:
    """The finds of these fields in order of their place; of all fields where none is named."""
    kept = [f for f in (doc._.finds or ()) if not fields or f.field in fields]
    return sorted(kept, key=lambda f: (f.start, -f.end))


def add(doc: Doc, found: list[Find]) -> None:
    """Add finds to the doc."""
    doc._.finds = [*(doc._.finds or ()), *found]
