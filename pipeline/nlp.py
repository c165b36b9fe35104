"""The language pipeline: what one text says, as an `Annotation`.

`load` builds spaCy's blank English with the components of `config.cfg`; they find and mark, and the pure
`choose_*` functions answer one value or none for each field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import load_config, load_model_from_config

from pipeline.annotation import Annotation, Mention
from pipeline.catalogue import Catalogue, catalogue_files, load_catalogue
from pipeline.components import (
    blocks,
    cause,
    context,
    impact,
    learned_cause,
    regions,
    relevance,
    sentences,
    services,
    speakers,
    state,
    when,
    words,
)
from pipeline.components.candidates import source_service
from pipeline.components.choose_cause import choose_cause
from pipeline.components.choose_services import ServiceChoice, choose_services
from pipeline.components.choose_when import choose_when
from pipeline.components.finds import Meta, finds
from pipeline.components.guessed_service import guess_services
from pipeline.components.impact import choose_impact
from pipeline.components.parts_named import parts_named, titled_parts
from pipeline.components.regions import choose_regions
from pipeline.components.relevance import THRESHOLD, score_relevance
from pipeline.components.state import choose_state, over
from pipeline.errors import ExtractError
from pipeline.model import Issue, believable, compose, digest
from pipeline.terms import SourceKind, Stage

HERE = Path(__file__).parent
MOST_CHARACTERS: Final = 100_000
NOT_READ: Final = frozenset({"gate.toml"})
"""Rules by which nothing that is read is read otherwise."""
UNPRINTABLE = re.compile(r"[\ud800-\udfff\x00]")
# The tokenizer takes a run of one mark apart step by step, each step over the whole rest. Offsets stay.
LONG_RUN = re.compile(r"([^\w\s])\1{60,}")
RELEVANCE_DIGITS = 4
GUESS_FROM = 0.03
"""From which relevance on it is guessed whom a text is on that names nobody for sure."""
FACTORIES = (
    sentences,
    blocks,
    services,
    regions,
    when,
    cause,
    learned_cause,
    state,
    impact,
    context,
    speakers,
    relevance,
)


def version(folder: Path = HERE) -> str:
    """A hash of the rules and of the code that reads by them, as they stand in this folder."""
    files = [folder / name for name in ("nlp.py", "catalogue.py", "config.cfg", "echoes.py")]
    files += sorted((folder / "components").glob("*.py")) + sorted((folder / "weights").glob("*.bin"))
    files += [file for file in sorted((folder / "rules").glob("*.toml")) if file.name not in NOT_READ]
    files += [file for file in catalogue_files() if file not in files]
    return digest(*(part for file in files for part in (file.name, file.read_bytes())), length=12)


VERSION: Final = version()


def load() -> Language:
    """The pipeline, ready to read. Each factory registers itself when its module is imported."""
    config = load_config(HERE / "config.cfg")
    registered = {module.__name__.rpartition(".")[2] for module in FACTORIES}
    named = {name.removeprefix("outagewire_") for name in config["nlp"]["pipeline"]}
    if registered != named or config["nlp"]["tokenizer"]["@tokenizers"] != words.NAME:
        raise ExtractError(f"config.cfg and the components disagree: {sorted(registered ^ named) or 'the tokenizer'}")
    nlp = load_model_from_config(config, auto_fill=True)
    nlp.max_length = MOST_CHARACTERS + 1
    return nlp


@dataclass(frozen=True, slots=True)
class Reading:
    """A record that was found good: its text, and what is known beside."""

    text: str
    meta: Meta
    issues: tuple[Issue, ...] = ()


def read_record(record: Mapping[str, Any]) -> Reading:
    """A record in the shape of `outagewire annotate`'s input. Raises `ExtractError` where it is none."""
    identity = record.get("id")
    if isinstance(identity, bool) or not isinstance(identity, str | int) or identity == "":
        raise ExtractError("no id")
    strings: dict[str, str | None] = {}
    for key in ("title", "text", "kind", "source", "timezone", "service", "published", "url"):
        value = record.get(key)
        if value is not None and not isinstance(value, str):
            raise ExtractError(f"{key} is not a text but {type(value).__name__}")
        strings[key] = value
    title, text, kind = strings["title"] or "", strings["text"] or "", strings["kind"]
    if not title.strip() and not text.strip():
        raise ExtractError("neither title nor text")
    if kind is not None and kind not in set(SourceKind):
        raise ExtractError(f"unknown kind: {kind!r}")
    issues: list[Issue] = []
    published = read_published(strings["published"], strings["timezone"], str(identity), issues)
    whole = UNPRINTABLE.sub("\ufffd", compose(title, text))
    whole = LONG_RUN.sub(lambda run: " " * len(run.group()), whole)
    if len(whole) > MOST_CHARACTERS:
        issues.append(issue("text_too_long", f"{len(whole)} characters, {MOST_CHARACTERS} read", str(identity)))
        whole = whole[:MOST_CHARACTERS]
    meta = Meta(
        id=str(identity),
        title_end=min(len(title), len(whole)),
        kind=kind,
        source=strings["source"],
        published=published,
        timezone=strings["timezone"],
        service=strings["service"],
        url=strings["url"],
    )
    return Reading(whole, meta, tuple(issues))


def issue(code: str, detail: str, identity: str) -> Issue:
    """An issue of this stage."""
    return Issue(Stage.EXTRACT, code, detail, report_id=identity)


def read_published(text: str | None, zone: str | None, identity: str, issues: list[Issue]) -> datetime | None:
    """The publication as a moment. A day alone, and a time whose zone nobody says, is the last minute of its day.

    Raises `ExtractError` where it is no ISO 8601 date or time.
    """
    if not text:
        return None
    try:
        believable(datetime.fromisoformat(text))
        if len(text) == len("2023-03-20"):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None and zone:
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        if moment.tzinfo is None:
            issues.append(issue("published_without_zone", text, identity))
            return moment.replace(hour=23, minute=59, second=0, microsecond=0, tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, KeyError, OverflowError, OSError) as error:
        raise ExtractError(f"published cannot be read: {text!r}") from error


def annotate(nlp: Language, record: Mapping[str, Any]) -> Annotation:
    """What the text of a record says. Raises `ExtractError` where the record is not good."""
    reading = read_record(record)
    doc = nlp.make_doc(reading.text)
    doc._.meta = reading.meta
    return choose(nlp(doc), reading)


def choose(doc: Doc, reading: Reading) -> Annotation:
    """One value or none for each field, from the finds of the pipeline."""
    meta, catalogue = reading.meta, load_catalogue()
    service = choose_service(doc, reading)
    window = choose_when(finds(doc, "time", "range", "duration"), doc._.blocks, meta)
    why = choose_cause(finds(doc), next(iter(service.services), None))
    impacts = choose_impact(finds(doc, "kind", "severity", "symptom", "reports", "official"), meta)
    status, status_mentions = choose_state(finds(doc, "status"), doc._.blocks, meta)
    settled = over(status, impacts.kind, meta, window.started_at, window.ended_at)
    if settled != status:
        ends = (m for m in window.mentions if m.field == "ended_at")
        status, status_mentions = settled, tuple(replace(m, field="status", value=settled) for m in ends)
    places, place_mentions = choose_regions(finds(doc, "region"), meta)
    score = score_relevance(reading.text, finds(doc, "relevance"), meta, impacts.kind, service, finds(doc, "service"))
    # A sum of products may differ in its last bits from one run to the next, and what is stored may not.
    score = round(score, RELEVANCE_DIGITS)
    if score >= GUESS_FROM and (service.beside or not service.services):
        guess = guess_services(
            reading.text, finds(doc, "service"), meta, catalogue, finds(doc, "region"), small=score >= THRESHOLD
        )
        service = guess if guess.services else service
    parts, part_mentions = named_parts(reading.text, service, meta, catalogue)
    said = Annotation(
        id=meta.id, is_outage=score >= THRESHOLD, relevance=score,
        services=service.services, service_names=service.names, provider=service.provider,
        components=parts, regions=places,
        started_at=window.started_at, started_precision=window.started_precision,
        ended_at=window.ended_at, ended_precision=window.ended_precision, duration_minutes=window.duration_minutes,
        cause=why.cause, causes=why.causes, cause_text=why.text, cause_hedged=why.hedged,
        status=status, kind=impacts.kind, severity=impacts.severity, symptoms=impacts.symptoms,
        issues=(*reading.issues, *window.issues),
    )  # fmt: skip
    mentions = (*service.mentions, *part_mentions, *place_mentions, *window.mentions, *why.mentions)
    mentions = (*mentions, *status_mentions, *impacts.mentions)
    return replace(said, mentions=tuple(sorted(mentions, key=lambda m: (m.start, m.end, m.field))))


def choose_service(doc: Doc, reading: Reading) -> ServiceChoice:
    """The services that the text tells of."""
    places = finds(doc, "region")
    return choose_services(reading.text, finds(doc, "service"), reading.meta, load_catalogue(), places)


def named_parts(
    text: str, service: ServiceChoice, meta: Meta, catalogue: Catalogue
) -> tuple[tuple[str, ...], tuple[Mention, ...]]:
    """The parts that the text names, of the main service and of the one whose page it is; and those of its title."""
    own = source_service(meta, catalogue)
    slugs = dict.fromkeys([*service.services[:1], *([own.slug] if own else [])])
    found = parts_named(text, [s for slug in slugs if (s := catalogue.get(slug))])
    if own:
        taken = [(f.start, f.end) for f in found] + [(m.start, m.end) for m in service.mentions]
        found += titled_parts(text[: meta.title_end], taken)
    return tuple(find.value for find in found), tuple(find.as_mention() for find in found)
