from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import ArchiveError
from spiders.archive import FULL_EVERY, Archive
from spiders.replay import Recording, read_warc

URL = "https://status.brightbox.example/api/v2/incidents.json"
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HEADERS = [("Content-Type", "application/json"), ("ETag", 'W/"1"')]


def polls(count: int) -> list[bytes]:
    """Successive bodies of one feed: 50 records of random words, of which each poll changes one."""
    dice = random.Random(7)
    records = [dice.randbytes(300).hex().encode() for _ in range(50)]
    bodies = []
    for _ in range(count):
        records[dice.randrange(50)] = dice.randbytes(300).hex().encode()
        bodies.append(b"\n".join(records))
    return bodies


def fill(archive: Archive, bodies: list[bytes]) -> list[str]:
    return [archive.put(URL, START + timedelta(minutes=n), 200, HEADERS, body) for n, body in enumerate(bodies)]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "data" / "archive.db")


def test_every_body_of_a_polled_feed_comes_back(archive: Archive) -> None:
    bodies = polls(2 * FULL_EVERY + 5)
    hashes = fill(archive, bodies)
    assert [archive.get(h) for h in hashes] == bodies
    rows = list(archive.db["bodies"].rows)
    assert sum(len(r["data"]) for r in rows) < 0.1 * sum(map(len, bodies))
    assert max(r["depth"] for r in rows) == FULL_EVERY
    assert sum(r["base"] is None for r in rows) == 3


def test_an_identical_body_is_kept_once(archive: Archive) -> None:
    first = archive.put(URL, START, 200, HEADERS, b"same")
    other = archive.put("https://elsewhere.example/", START, 200, [], b"same")
    assert first == other
    assert archive.put(URL, START, 200, HEADERS, b"same") == first
    assert archive.db["bodies"].count == 1
    assert archive.db["captures"].count == 2


def test_what_is_put_is_there_for_the_next_to_open_it(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as first:
        body_hash = first.put(URL, START, 503, HEADERS, b"busy")
    with Archive(tmp_path / "a.db") as second:
        assert second.get(body_hash) == b"busy"
        found = second.latest(URL)
        assert found is not None
        assert (found.status, found.headers, found.fetched_at, found.body) == (503, HEADERS, START, b"busy")
        assert second.latest("https://nowhere.example/") is None
        assert second.db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert "STRICT" in second.db["bodies"].schema


def test_a_missing_or_damaged_base_is_an_error_and_spoils_no_later_body(archive: Archive) -> None:
    bodies = polls(4)
    hashes = fill(archive, bodies[:3])
    archive.db.execute("PRAGMA foreign_keys = OFF")
    archive.db.table("bodies").delete(hashes[0])
    with pytest.raises(ArchiveError, match="not in the archive"):
        archive.get(hashes[2])
    last = archive.put(URL, START + timedelta(days=1), 200, HEADERS, bodies[3])
    assert archive.get(last) == bodies[3]


def test_a_changed_byte_is_noticed(archive: Archive) -> None:
    wanted = archive.put(URL, START, 200, HEADERS, b"a" * 100)
    other = archive.put(URL, START + timedelta(days=1), 200, HEADERS, bytes(range(256)))
    table = archive.db.table("bodies")
    table.update(wanted, {"data": table.get(other)["data"], "base": None})
    with pytest.raises(ArchiveError):
        archive.get(wanted)
    table.update(wanted, {"data": b"no zstd"})
    with pytest.raises(ArchiveError, match="cannot be restored"):
        archive.get(wanted)


def test_a_circle_of_deltas_ends(archive: Archive) -> None:
    one, other = fill(archive, polls(2))
    archive.db.table("bodies").update(one, {"base": other})
    with pytest.raises(ArchiveError, match="too many"):
        archive.get(one)


def test_another_file_is_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("nothing to see " * 100)
    with pytest.raises(ArchiveError):
        Archive(path)
    with pytest.raises(ArchiveError, match="not in the archive"):
        Archive(tmp_path / "a.db").get("0" * 64)


AWKWARD = [
    [("Content-Encoding", "gzip"), ("Content-Length", "7"), ("Transfer-Encoding", "chunked")],
    [("X-Name", "caf\xe9 \u2603"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Empty", "")],
    [("Spaces", "  x "), ("Lines", "a\r\nInjected: yes"), ("Co:lon", "1")],
    [],
]


def test_a_warc_file_goes_round(archive: Archive, tmp_path: Path) -> None:
    fill(archive, polls(5))
    for n, headers in enumerate(AWKWARD):
        archive.put(
            f"https://awkward.example/{n}?q=%C3%A9", START, 404 if n else 299, headers, b"\x00\r\n\r\nWARC/1.0\r\n" * n
        )
    path = tmp_path / "all.warc.gz"
    assert archive.export_warc(path) == 9
    other = Archive(tmp_path / "other.db")
    assert other.import_warc(path) == 9
    assert list(other.captures()) == list(archive.captures())
    assert [other.get(r["body_hash"]) for r in other.captures()] == [
        archive.get(r["body_hash"]) for r in archive.captures()
    ]
    assert other.import_warc(path) == 9
    assert other.db["captures"].count == 9


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bodies=st.lists(st.binary(max_size=300), min_size=1, max_size=6),
    headers=st.lists(st.tuples(st.text(max_size=8), st.text(max_size=12)), max_size=3),
)
def test_anything_put_comes_back(
    bodies: list[bytes], headers: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    with Archive(folder / "a.db") as one, Archive(folder / "b.db") as other:
        for n, body in enumerate(bodies):
            one.put(URL, START + timedelta(seconds=n), 200, headers, body)
        one.export_warc(folder / "x.warc.gz")
        other.import_warc(folder / "x.warc.gz")
        assert [other.get(r["body_hash"]) for r in other.captures(URL)] == bodies
        assert list(other.captures()) == list(one.captures())
        assert [r.headers for r in read_warc(folder / "x.warc.gz")] == [headers] * len(bodies)


def test_a_recording_answers_by_address_and_time(archive: Archive, tmp_path: Path) -> None:
    bodies = polls(3)
    fill(archive, bodies)
    archive.put("https://other.example", START, 301, [("Location", URL)], b"")
    archive.export_warc(tmp_path / "x.warc.gz")
    recording = Recording(tmp_path / "x.warc.gz")
    assert recording.urls() == ["https://other.example/", URL]
    latest = recording.get(URL + "#top")
    assert latest is not None
    assert (latest.body, latest.status, latest.headers) == (bodies[2], 200, HEADERS)
    assert latest.fetched_at == START + timedelta(minutes=2)
    earlier = recording.get(URL, as_of=START + timedelta(seconds=90))
    assert earlier is not None
    assert earlier.body == bodies[1]
    assert recording.get(URL, as_of=START - timedelta(seconds=1)) is None
    assert recording.get("https://nowhere.example/") is None
    moved = recording.get("https://other.example/")
    assert moved is not None
    assert (moved.status, moved.body) == (301, b"")


def test_a_recording_that_is_cut_short_is_an_error(archive: Archive, tmp_path: Path) -> None:
    fill(archive, polls(2))
    path = tmp_path / "x.warc.gz"
    archive.export_warc(path)
    whole = path.read_bytes()
    for size in (len(whole) // 4, len(whole) * 3 // 4):
        path.write_bytes(whole[:size])
        with pytest.raises(ArchiveError):
            Recording(path)


@pytest.mark.parametrize("body", [b"", b"hello", b"\x1f\x8b\x08nonsense", b"WARC/1.0\r\nWARC-Type: response\r\n"])
def test_what_is_no_warc_file_is_an_error(body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.warc"
    path.write_bytes(body)
    with pytest.raises(ArchiveError):
        Recording(path)
    with pytest.raises(ArchiveError):
        Recording(tmp_path / "absent.warc.gz")


def test_a_foreign_warc_is_read_as_the_client_saw_it(tmp_path: Path) -> None:
    payload = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    fields = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://x.example/\r\nWARC-Date: 2026-03-01T12:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(payload)}\r\n\r\n"
    ).encode()
    path = tmp_path / "x.warc"
    path.write_bytes(fields + payload + b"\r\n\r\n")
    found = Recording(path).get("https://x.example")
    assert found is not None
    assert found.body == b"abcde"
    path.write_bytes((fields + payload)[:-8])
    with pytest.raises(ArchiveError, match="cut short"):
        Recording(path)
    path.write_bytes(fields.replace(b"response\r\nWARC-T", b"revisit\r\nWARC-T") + payload + b"\r\n\r\n")
    with pytest.raises(ArchiveError, match="revisit"):
        Recording(path)
