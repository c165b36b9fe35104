from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ShapeError
from spiders.bodies import clean, decode, load_json, plain_text, web_address

KEYS = ("statuspage", "google_cloud", "aws", "feed")
PAGE = b"<!DOCTYPE html><html><head><title>Oops</title></head><body><h1>Bad gateway</h1><p>Sorry.</p></body></html>"

BROKEN = {
    "empty": b"",
    "blank": b" \r\n\t\n",
    "nul": b"\x00\x00\x00",
    "html": PAGE,
    "html with a mark": b"\xef\xbb\xbf" + PAGE,
    "cut json": b'{"incidents": [{"id": "a',
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deepish": b"[" * 60 + b"]" * 60,
    "other json": b'{"status": "ok", "active_incidents": []}',
    "flat list": b'[{"id": 1, "title": "x", "notes": []}, 7]',
    "number": b"7",
    "long number": b"[" + b"9" * 5000 + b"]",
    "null": b"null",
    "bytes": bytes(range(128, 256)),
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
    "broken xml": b'<?xml version="1.0"?><rss version="2.0"><channel><title>x',
    "entities": b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa">]><rss version="2.0"><channel><item><title>&a;'
    b"</title></item></channel></rss>",
    "a file name": b"/etc/hostname",
    "an address": b"http://127.0.0.1:9/feed",
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("name", BROKEN)
def test_another_shape_is_an_error_and_never_a_quiet_source(
    key: str, name: str, read_platform: Callable[..., Any]
) -> None:
    with pytest.raises(ShapeError):
        read_platform(key, BROKEN[name])


@pytest.mark.parametrize(
    ("key", "name"), [("statuspage", "incidents.json"), ("google_cloud", "incidents.json"), ("feed", "news.rss")]
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-16-le"])
def test_a_byte_order_mark_changes_nothing(
    key: str, name: str, encoding: str, platform_fixtures: Path, read_platform: Callable[..., Any]
) -> None:
    plain = (platform_fixtures / key / name).read_bytes()
    text = plain.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"' if "16" in encoding else 'encoding="UTF-8"')
    mark = "\ufeff" if encoding in ("utf-16-be", "utf-16-le") else ""
    assert read_platform(key, (mark + text).encode(encoding)) == read_platform(key, plain)


def test_an_empty_list_of_a_right_shape_is_a_quiet_source(read_platform: Callable[..., Any]) -> None:
    assert read_platform("statuspage", b'{"page": {}, "incidents": []}') == ([], [])
    assert read_platform("google_cloud", b"[]") == ([], [])
    assert read_platform("feed", b'<rss version="2.0"><channel><title>x</title></channel></rss>') == ([], [])


def test_a_list_of_only_bad_records_is_another_shape(read_platform: Callable[..., Any]) -> None:
    with pytest.raises(ShapeError, match="none of 3 records"):
        read_platform("statuspage", json.dumps({"incidents": [{"no": 1}] * 3}).encode())
    reports, issues = read_platform("statuspage", json.dumps({"incidents": [{"id": 5}]}).encode())
    assert not reports
    assert [i.code for i in issues] == ["bad_record"]


def test_broken_xml_keeps_what_can_be_read(read_platform: Callable[..., Any]) -> None:
    body = (
        b'<rss version="2.0"><channel><item><guid>a</guid><title>AT&T is down</title><link>https://x.example/a</link>'
        b"<pubDate>Mon, 02 Mar 2026 12:00:00 GMT</pubDate></item><item><title>cut"
    )
    reports, issues = read_platform("feed", body)
    assert reports[0].title == "AT&T is down"
    assert "broken_xml" in {i.code for i in issues}


def test_markup_becomes_words() -> None:
    assert plain_text("<p>One &amp; two.</p><p>Three<br/>four</p><style>p{}</style>") == "One & two.\n\nThree\nfour"
    assert plain_text("<ul><li>a</li><li>b</li></ul>after") == "a\nb\n\nafter"
    assert plain_text("latency < 5 ms & rising") == "latency < 5 ms & rising"
    assert plain_text("a &lt;b&gt; c") == "a <b> c"
    assert plain_text("<img src=x onerror=alert(1)>text") == "text"


def test_characters_that_cannot_be_stored_are_dropped() -> None:
    assert clean("a\x00b\ud800c\r\nd\x1b") == "abc\nd"
    assert load_json(b'{"a": "x\\u0000\\ud800"}') == {"a": "x\x00\ud800"}


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=200))
def test_plain_text_of_anything_can_be_stored(text: str) -> None:
    words = plain_text(text)
    assert words == words.strip()
    assert "\x00" not in words
    words.encode("utf-8")


@pytest.mark.parametrize(
    "link", [None, "", "javascript:alert(1)", "data:text/html,x", "http://", "http://[::1", "\x00"]
)
def test_what_is_no_web_address_is_none(link: str | None) -> None:
    assert web_address(link, "mailto:a@b.example") is None


def test_a_relative_address_is_made_absolute() -> None:
    assert web_address("incidents/7", "https://s.example/board/") == "https://s.example/board/incidents/7"


def test_bytes_that_are_no_text_are_another_shape() -> None:
    with pytest.raises(ShapeError, match="not utf-8"):
        decode(b"caf\xe9")
