"""The builder of recordings: what it writes, that it always writes the same, and what it refuses."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from pipeline.errors import ArchiveError
from pipeline.model import iso
from spiders.record import Capture, main, read_captures, write_warc

TYPES = '[types]\n".txt" = "text/plain"\n'
ENTRY = '[[capture]]\nurl = "https://a.example/"\nfile = "a.txt"\nat = [2026-11-19T02:00:00Z]\n'


def folder_with(tmp_path: Path, table: str) -> Path:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "a.txt").write_bytes("grüß dich\r\n".encode())
    (tmp_path / "web.toml").write_text(table, encoding="utf-8")
    return tmp_path


def test_committed_recording_is_what_the_sources_build(
    repository: Path, demo_captures: list[Capture], tmp_path: Path
) -> None:
    built = tmp_path / "built.warc.gz"
    write_warc(demo_captures, built)
    # Unpacked, since another zlib may pack the same records into other bytes.
    committed = gzip.decompress((repository / "data" / "demo.warc.gz").read_bytes())
    assert gzip.decompress(built.read_bytes()) == committed, "run: python -m spiders.record data/demo data/demo.warc.gz"


def test_same_folder_gives_same_bytes(demo_captures: list[Capture], tmp_path: Path) -> None:
    write_warc(demo_captures, tmp_path / "one")
    write_warc(demo_captures, tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_every_capture_is_read_back(demo_captures: list[Capture], tmp_path: Path) -> None:
    assert write_warc(demo_captures, tmp_path / "w.warc.gz") == len(demo_captures)
    with (tmp_path / "w.warc.gz").open("rb") as stream:
        found = [
            (
                r.rec_headers.get_header("WARC-Target-URI"),
                r.rec_headers.get_header("WARC-Date"),
                int(r.http_headers.get_statuscode()),
                tuple(r.http_headers.headers),
                r.content_stream().read(),
            )
            for r in ArchiveIterator(stream, no_record_parse=False)
        ]
    assert found == [(c.url, iso(c.at), c.status, c.headers, c.body) for c in demo_captures]


def test_record_ids_differ(demo_captures: list[Capture], tmp_path: Path) -> None:
    write_warc(demo_captures, tmp_path / "w.warc.gz")
    with (tmp_path / "w.warc.gz").open("rb") as stream:
        ids = [r.rec_headers.get_header("WARC-Record-ID") for r in ArchiveIterator(stream)]
    assert len(ids) == len(set(ids)) == len(demo_captures)


def test_one_entry_with_two_times_is_two_captures(tmp_path: Path) -> None:
    table = TYPES + ENTRY.replace("Z]", "Z, 2026-11-20T03:30:00+01:00]") + 'status = 404\nheaders = { ETag = "x" }\n'
    first, second = read_captures(folder_with(tmp_path, table))
    assert (iso(first.at), iso(second.at)) == ("2026-11-19T02:00:00Z", "2026-11-20T02:30:00Z")
    assert first.status == 404
    assert dict(first.headers) == {
        "Date": "Thu, 19 Nov 2026 02:00:00 GMT",
        "Content-Type": "text/plain",
        "Content-Length": "13",
        "ETag": "x",
    }


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (TYPES + ENTRY + "colour = 1\n", "colour"),
        (TYPES + ENTRY.replace('file = "a.txt"\n', ""), "file"),
        (TYPES + ENTRY.replace("a.txt", "b.txt"), "b.txt"),
        (TYPES + ENTRY.replace("00Z", "00"), "zone"),
        (TYPES + ENTRY + ENTRY, "two captures"),
        (ENTRY, "content type"),
        ("[[capture", "web.toml"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, table: str, words: str) -> None:
    with pytest.raises(ArchiveError, match=words):
        read_captures(folder_with(tmp_path, table))


def test_command_builds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "out.warc.gz"
    assert main([str(folder_with(tmp_path, TYPES + ENTRY)), str(target)]) == 0
    assert capsys.readouterr().out == f"{target}: 1 captures\n"


def test_command_refuses_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), str(tmp_path / "out.warc.gz")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out.warc.gz").exists()
