"""Lay what a body says over what is already known of a report: pure, so that the store only stores.

A status page gives a whole record: what it leaves out is not so (an incident that is open again has
no end). A feed entry and the article page behind it are parts of one record: what one leaves out
the other may have said, and the page outranks the entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.model import Batch, Report, Update, canonical_json, digest, iso, report_id
from pipeline.terms import Status

Content = dict[str, str | None]

NATIVE = ("started_at", "ended_at", "status", "native_status", "kind", "severity", "native_impact")
WORDING = ("title", "summary", "text", *NATIVE, "published_at", "components", "regions", "timezone")
CONTENT = (*WORDING, "url", "language", "author_hash", "thread")
# A page knows these better than the feed that led to it; the feed must not take them back.
OF_THE_PAGE = ("url", "published_at", "language", "text")


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    """One update row as it stands in the store."""

    id: str
    native_id: str
    posted_at: str
    status: str
    text: str


def content_of(report: Report) -> Content:
    """The stored form of what a body said; a field that was not said is None."""
    return {
        "url": report.url,
        "title": report.title,
        "summary": report.summary,
        "text": report.text,
        "language": report.language,
        "published_at": iso(report.published_at),
        "started_at": iso(report.started_at),
        "ended_at": iso(report.ended_at),
        "status": report.status,
        "native_status": report.native_status,
        "kind": report.kind,
        "severity": report.severity,
        "native_impact": report.native_impact,
        "components": canonical_json(list(report.components)),
        "regions": canonical_json(list(report.regions)),
        "timezone": report.timezone,
        "author_hash": report.author_hash,
        "thread": report.thread,
    }


def overlay(stored: Mapping[str, Any], said: Content, *, whole: bool) -> Content:
    """The content after a body was heard: `said` over `stored`."""
    if whole:
        # Only the report's own text may be missing: it is composed from its updates.
        return {key: said[key] if said[key] is not None or key in NATIVE else stored[key] for key in CONTENT}
    merged: Content = {}
    for key in CONTENT:
        keep = (
            said[key] is None
            or (said["text"] is None and stored["text"] is not None and key in OF_THE_PAGE)
            or (said["text"] is not None and key in ("title", "components", "regions"))
        )
        merged[key] = stored[key] if keep and stored[key] is not None else said[key]
    return merged


def content_hash(content: Mapping[str, str | None]) -> str:
    """A hash of the wording: equal wherever nothing that was said has changed."""
    return digest(canonical_json({key: content[key] for key in WORDING}), length=32)


def is_edit(stored: Mapping[str, Any], merged: Content) -> bool:
    """Whether something that was said before now reads otherwise (an addition is no edit)."""
    return any(stored[key] is not None and stored[key] != merged[key] for key in WORDING)


def update_id(report_id: str, update: Update) -> str:
    """``u`` and a hash of the report, the update's own key and its words: an edit is another row."""
    return "u" + digest(report_id, update.native_id, iso(update.posted_at) or "", update.status, update.text)


def reconcile(
    report_id: str, stored: Sequence[StoredUpdate], said: Iterable[Update]
) -> tuple[list[Update], list[StoredUpdate]]:
    """The updates that are new, and the stored ones that were replaced or taken back.

    A stored update older than all that the body lists has slid out of the body's window and stays.
    """
    listed = {update_id(report_id, update): update for update in said}
    known = {row.id for row in stored}
    new = [update for key, update in listed.items() if key not in known]
    if not listed:
        return [], []
    oldest = min(iso(update.posted_at) or "" for update in listed.values())
    replaced_keys = {update.native_id for update in new}
    gone = [
        row for row in stored if row.id not in listed and (row.native_id in replaced_keys or row.posted_at >= oldest)
    ]
    return new, gone


def compose_timeline(updates: Iterable[tuple[str, str, str]]) -> str:
    """The text of a status incident: one paragraph an update, ``[time] status: words``, oldest first."""
    return "\n\n".join(f"[{posted_at}] {status}: {text}" for posted_at, status, text in sorted(updates))


@dataclass(frozen=True, slots=True)
class Change:
    """What one report of a body changes: nothing where `content` is None.

    `version` is the id, hash and time of the earlier wording, `earlier` that wording.
    """

    identity: str
    is_new: bool = False
    content: Mapping[str, Any] | None = None
    new: Sequence[Update] = ()
    gone: Sequence[StoredUpdate] = ()
    version: tuple[str, str, str] | None = None
    earlier: str | None = None


def lay(
    batch: Batch,
    report: Report,
    held: tuple[dict[str, Any], bool] | None,
    updates: Mapping[str, Sequence[StoredUpdate]],
    *,
    whole: bool,
) -> Change:
    """Lay a report over what is stored of it."""
    stored, slid = held or (None, False)
    identity = stored["id"] if stored else report_id(batch.source, report.native_id)
    merged = overlay(stored, content_of(report), whole=whole) if stored else content_of(report)
    if stored and slid and stored["published_at"]:
        merged["published_at"] = min(stored["published_at"], merged["published_at"] or stored["published_at"])
    before = updates.get(identity, ())
    new, gone = reconcile(identity, before, report.updates)
    if report.updates and report.text is None:
        lines = [(u.posted_at, u.status, u.text) for u in before if u not in gone]
        lines += [(iso(u.posted_at) or "", u.status, u.text) for u in new]
        merged["text"] = compose_timeline(lines)
    hashed = content_hash(merged)
    back = stored is not None and stored["withdrawn_at"] is not None and batch.complete
    if stored and stored["content_hash"] == hashed and not (new or gone or back):
        return Change(identity)
    version, earlier = None, None
    if stored and (back or is_edit(stored, merged)):
        version = (identity, stored["content_hash"], stored["fetched_at"])
        earlier = _earlier(stored, before)
    content = {
        **merged,
        "id": identity,
        "native_id": report.native_id,
        "updated_at": iso(report.updated_at),
        "content_hash": hashed,
        "withdrawn_at": None,
    }
    return Change(identity, stored is None, content, new, gone, version, earlier)


def close(stored: Mapping[str, Any], at: str, word: str) -> Change:
    """End the report of a fault whose page tells no end: over by `at`, when the page first said `word` of the part."""
    content = {key: stored[key] for key in CONTENT} | {"status": Status.RESOLVED, "ended_at": at, "native_status": word}
    changed = {
        **content,
        "id": stored["id"],
        "native_id": stored["native_id"],
        "updated_at": None,
        "content_hash": content_hash(content),
        "withdrawn_at": stored["withdrawn_at"],
    }
    version = (stored["id"], stored["content_hash"], stored["fetched_at"])
    return Change(stored["id"], content=changed, version=version, earlier=_earlier(stored, ()))


def _earlier(stored: Mapping[str, Any], updates: Sequence[StoredUpdate]) -> str:
    """The wording that is replaced, as JSON. The words of updates stand in `report_updates`: their ids restore it."""
    content = {key: stored[key] for key in (*CONTENT, "updated_at", "withdrawn_at")}
    if updates:
        content["text"], content["updates"] = None, [u.id for u in updates]
    return canonical_json(content)
