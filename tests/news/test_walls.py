"""Pages that stand before an article are known as such, and nothing that merely mentions them is."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from pipeline.model import Issue, Report
from spiders.news import article
from spiders.news.walls import CONSENT, PAYWALL, WALLS, find_wall, load_signs

URL = "https://news.lantern.example/2026/03/phones-silent"
ENTRY = Report("lantern-1001", "Phones silent", URL, summary="A cable was cut.")

STORY = "The regional network was down for two hours on Tuesday after a digger cut a cable near the old mill."
DATED = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2026-03-03T06:44:00Z"%s}</script>'
)


def page(body: str, head: str = "") -> BeautifulSoup:
    return BeautifulSoup(f"<html><head>{head}</head><body>{body}</body></html>", "lxml")


@pytest.mark.parametrize(
    "words",
    [
        "Before you continue. We and our 812 partners store cookies. Accept all. Reject all.",
        "Wir und unsere 240 Partner setzen Cookies. Alle akzeptieren. Einstellungen verwalten. Ihre Privatsphäre.",
        "Votre vie privée. Avec nos 95 partenaires nous utilisons des cookies. Tout accepter. Continuer sans accepter.",
        "Uw privacy. Met onze 60 partners plaatsen wij cookies. Akkoord. Weigeren.",
    ],
)
def test_a_page_that_asks_for_consent_is_one(words: str) -> None:
    assert find_wall(page(f"<p>{words}</p>"), URL, words) == CONSENT


@pytest.mark.parametrize(
    "url",
    ["https://consent.lantern.example/v2?next=x", "https://guce.lantern.example/consent", f"{URL}/collectConsent/"],
)
def test_the_address_alone_gives_a_consent_page_away(url: str) -> None:
    assert find_wall(page("<p>Hello.</p>"), url, "Hello.") == CONSENT


@pytest.mark.parametrize(
    ("head", "text"),
    [
        (DATED % ', "isAccessibleForFree": false', STORY),
        (DATED % ', "isAccessibleForFree": "False"', STORY),
        ('<meta property="article:content_tier" content="locked">', STORY),
        ("", f"{STORY} Subscribe to continue reading."),
        ("", f"{STORY} This story is reserved for subscribers."),
    ],
)
def test_a_paywall_is_declared_or_says_so(head: str, text: str) -> None:
    assert find_wall(page(f"<article><p>{text}</p></article>", head), URL, text) == PAYWALL


@pytest.mark.parametrize(
    ("head", "text"),
    [
        ("", STORY),
        (DATED % "", STORY),
        (DATED % ', "isAccessibleForFree": true', STORY),
        ('<meta property="article:content_tier" content="free">', STORY),
        # Telecoms have subscribers, and browsers have cookies.
        ("", f"{STORY} Prepaid subscribers only saw a dead signal. The carrier's cookies expired."),
        ("", f"{STORY} Users could not accept all invitations, and our partners were told."),
        # A whole article is there, whatever stands around it.
        (DATED % ', "isAccessibleForFree": false', STORY * 20),
        ("", f"{STORY * 20} Already a subscriber? Sign in. We value your privacy. Accept all cookies."),
    ],
)
def test_an_article_is_no_wall(head: str, text: str) -> None:
    assert find_wall(page(f"<article><p>{text}</p></article>", head), URL, text) is None


def test_a_banner_beside_a_short_article_is_no_consent_page() -> None:
    banner = "<div>We value your privacy. We and our partners use cookies. Accept all. Reject all.</div>"
    soup = page(f"{banner}<article><p>{STORY}</p></article>", DATED % "")
    assert find_wall(soup, URL, STORY) is None


@pytest.mark.parametrize(("wall", "head"), [(CONSENT, ""), (PAYWALL, DATED % ', "isAccessibleForFree": false')])
def test_the_text_of_a_wall_is_never_a_reports(wall: str, head: str) -> None:
    words = STORY if head else "Before you continue: we and our 12 partners store cookies. Accept all or reject all."
    said = article.parse(
        f"<html><head>{head}</head><body><main><p>{words}</p></main></body></html>".encode(), URL, ENTRY
    )
    assert isinstance(said, Issue)
    assert (said.code, WALLS[wall] in said.detail) == (wall, True)


def test_every_sign_is_found_in_its_example() -> None:
    for wall, signs in load_signs().items():
        for sign in signs:
            assert sign.pattern.search(sign.example), (wall, sign.id)
    ids = [sign.id for signs in load_signs().values() for sign in signs]
    assert len(ids) == len(set(ids))
