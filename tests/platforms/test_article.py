from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.model import Issue, Report
from spiders.news import article, feed

FOUND = "https://news.lantern.example/2026/03/phones-silent?from=feed"
ENTRY = Report("lantern-1001", "Phones silent", FOUND, summary="A cable was cut.")


@pytest.fixture
def page(platform_fixtures: Path) -> bytes:
    return (platform_fixtures / "feed" / "article.html").read_bytes()


def read(body: bytes, url: str = FOUND) -> Report:
    said = article.parse(body, url, ENTRY)
    assert isinstance(said, Report), said
    return said


def test_the_page_gives_text_address_and_dates(page: bytes) -> None:
    said = read(page)
    assert said.text is not None
    assert "nine thousand households" in said.text
    assert "newsletter" not in said.text
    assert said.url == "https://news.lantern.example/2026/03/phones-silent"
    assert said.published_at == datetime(2026, 3, 3, 6, 44, 30, tzinfo=UTC)
    assert said.updated_at == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    assert (said.native_id, said.title, said.summary, said.author_hash) == (*_entry(), None)
    assert "Writer" not in repr(said)


def _entry() -> Iterator[str | None]:
    return iter((ENTRY.native_id, ENTRY.title, ENTRY.summary))


def test_another_site_cannot_take_over_the_address(page: bytes) -> None:
    stolen = page.replace(b"https://news.lantern.example/2026", b"https://elsewhere.example/2026")
    assert read(stolen).url == FOUND


def test_a_bare_day_is_no_moment(page: bytes) -> None:
    bare = page.replace(b"application/ld+json", b"text/plain")
    assert read(bare).published_at is None


def test_a_page_that_the_extractor_gives_up_on_is_read_by_its_elements() -> None:
    body = b"<html><body><main><h2>Short</h2><p>Trams stand still.</p></main></body></html>"
    assert "Trams stand still." in (read(body).text or "")


def test_a_page_in_another_charset_is_read(page: bytes) -> None:
    text = page.decode().replace("utf-8", "iso-8859-1").replace("old mill", "Mühle")
    assert "Mühle" in (read(text.encode("iso-8859-1")).text or "")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "no_page"),
        (b"<html><body></body></html>", "no_text"),
        (b"<p>" * 200_000, "page_too_large"),
        (b"x" * (article.MAX_BYTES + 1), "page_too_large"),
    ],
)
def test_a_page_without_text_is_an_issue(body: bytes, code: str) -> None:
    said = article.parse(body, FOUND, ENTRY)
    assert isinstance(said, Issue)
    assert said.code == code


def test_linked_data_of_any_shape_does_no_harm(page: bytes) -> None:
    for block in (b"[1, null]", b'{"@graph": {"a": 1}}', b"{", b'{"datePublished": 7}', b"[" * 5000):
        body = page.replace(page[page.index(b'{"@context') : page.index(b"</script>")], block)
        assert read(body).published_at is None


def test_caches_are_emptied_in_a_long_run(page: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    monkeypatch.setattr(article, "reset_caches", lambda: calls.append(1))
    monkeypatch.setattr(article, "PAGES_PER_RESET", 2)
    for _ in range(4):
        read(page)
    assert len(calls) == 2


def test_only_a_teaser_with_an_address_is_followed() -> None:
    assert feed.follow(ENTRY) == FOUND
    assert feed.follow(Report("a", "t", FOUND, text="all of it")) is None
    assert feed.follow(Report("a", "t", "https://news.lantern.example/")) is None
