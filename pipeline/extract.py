"""Reads texts with the language pipeline: lines of anyone's, and the reports of the store.

The work is handed out in chunks to processes of their own, since spaCy's own pool pickles whole Docs.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import chain, islice
from multiprocessing import get_context
from typing import Any, TypeVar

from spacy.language import Language

from pipeline.annotation import Annotation
from pipeline.echoes import keys_of
from pipeline.errors import ExtractError
from pipeline.model import Issue, compose
from pipeline.nlp import VERSION, annotate, load
from pipeline.store import Store, StoredReport
from pipeline.terms import SourceKind, Stage

CHUNK = 200
PASSED_ON = ("published", "source", "source_kind", "title")
Item = TypeVar("Item")


@cache
def pipeline() -> Language:
    """The pipeline of this process."""
    return load()


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """The items in lists of this size, the last one shorter."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def annotate_lines(lines: Iterable[str], workers: int = 1) -> Iterator[str]:
    """One JSON line out for each line in, in their order; a bad line gives `{"id": ..., "error": ...}`."""
    yield from chain.from_iterable(_run(_annotate_chunk, chunks(lines), workers))


def _annotate_chunk(lines: list[str]) -> list[str]:
    """The answers to some lines; what spaCy remembers of their words is given back afterwards."""
    nlp = pipeline()
    with nlp.memory_zone():
        return [_annotate_line(nlp, line) for line in lines]


def _annotate_line(nlp: Language, line: str) -> str:
    """The answer to one line."""
    record: Any = None
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _write({"id": None, "error": f"not JSON: {error}"})
    if not isinstance(record, Mapping):
        return _write({"id": None, "error": f"not an object but {type(record).__name__}"})
    try:
        said = annotate(nlp, record)
    except Exception as error:  # noqa: BLE001 - whatever one text brings about is that text's own error
        identity = record.get("id")
        named = isinstance(identity, str | int) and not isinstance(identity, bool)
        return _write({"id": identity if named else None, "error": _reason(error)})
    out = said.as_json() | {"id": record["id"]}
    extra = {key: record[key] for key in PASSED_ON if record.get(key) is not None}
    if record.get("kind") is not None:
        extra.setdefault("source_kind", record["kind"])
    if said.issues:
        extra["issues"] = [{"code": issue.code, "detail": issue.detail} for issue in said.issues]
    return _write(out | extra)


def _write(answer: Mapping[str, Any]) -> str:
    """The answer as JSON that any terminal can print: half of a surrogate pair is escaped."""
    text = json.dumps(answer, ensure_ascii=False)
    return text if text.isprintable() or _encodable(text) else json.dumps(answer)


def _encodable(text: str) -> bool:
    """Whether UTF-8 can hold it."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def extract(store: Store, workers: int = 1, *, rebuild: bool = False, now: datetime | None = None) -> int:
    """Read every report that is new, changed or was read by another version; how many were read.

    A text that cannot be annotated becomes an issue and is left for the next version to try.
    """
    if rebuild:
        store.forget_extractions()
    read = 0
    for pairs in _run(_extract_chunk, chunks(store.to_extract(VERSION)), workers):
        good = [(report, said) for report, said in pairs if isinstance(said, Annotation)]
        store.save_extractions(good, VERSION)
        issues = [issue for _, said in good for issue in said.issues]
        issues += [said for _, said in pairs if isinstance(said, Issue)]
        if issues:
            store.save_issues(issues, now or datetime.now(UTC))
        read += len(good)
    return read


def _extract_chunk(reports: list[StoredReport]) -> list[tuple[StoredReport, Annotation | Issue]]:
    """What some reports say."""
    nlp = pipeline()
    with nlp.memory_zone():
        return [(report, _read(nlp, report)) for report in reports]


def _read(nlp: Language, report: StoredReport) -> Annotation | Issue:
    """What one report says, or why that is not known."""
    record = {
        "id": report.id,
        "title": report.title,
        "text": report.text,
        "kind": report.source_kind,
        "source": report.source,
        "service": report.service,
        "published": report.published_at,
        "timezone": report.timezone,
        "url": report.url,
    }
    try:
        said = annotate(nlp, record)
    except Exception as error:  # noqa: BLE001 - one text must not keep a night from its end
        return Issue(Stage.EXTRACT, "not_annotated", _reason(error), report.source, report.id)
    if report.source_kind != SourceKind.SOCIAL:
        return said
    return replace(said, echoes=keys_of(compose(report.title, report.text)))


def _reason(error: Exception) -> str:
    """Our own refusals in their words; a surprise with its type, which is a defect worth a look."""
    return str(error) if isinstance(error, ExtractError) else f"{type(error).__name__}: {error}"[:300]


def _run(work: Any, parts: Iterator[list[Any]], workers: int) -> Iterator[list[Any]]:
    """The work done on each chunk, in order; in this process where one worker or one chunk is enough."""
    first = list(islice(parts, 2))
    if workers <= 1 or len(first) < 2:
        yield from map(work, chain(first, parts))
        return
    waiting: deque[Future[list[Any]]] = deque()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=pipeline) as pool:
        for chunk in chain(first, parts):
            waiting.append(pool.submit(work, chunk))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
