"""Pages that stand before an article: consent pages, and paywalls that show its first lines alone.

Neither is the article. The text of a consent page is about cookies whoever the publisher is, and must never pass
for a report's; the first lines behind a paywall say less than the feed's own summary does.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from spiders.news.linked_data import linked_data

CONSENT = "consent_page"
PAYWALL = "paywall"
WALLS = {
    CONSENT: "the page asks for consent instead of showing the article",
    PAYWALL: "the article is for subscribers, and its first lines were not taken for it",
}

WHOLE = 1_500
"""Characters: an article of so many is there, whatever the page says of subscriptions or cookies."""
MOST_READ = 20_000
SIGNS_OF_CONSENT = 3

_CONSENT_HOST = re.compile(r"(?:^|\.)(?:consent|guce|cmp|privacy-mgmt|cookie-?consent)\.")
_CONSENT_PATH = re.compile(
    r"/(?:collectconsent|cookie-?consent|cookiewall|consent(?:-page)?|zustimmung|privacy-?gate)(?:[/.]|$)",
    re.IGNORECASE,
)
_NAMED = '[class*="paywall"], [id*="paywall"], [class*="subscribe-wall"], [class*="regwall"]'


@dataclass(frozen=True, slots=True)
class Sign:
    """One meaning by which a wall is known, in whatever language."""

    id: str
    pattern: re.Pattern[str]
    example: str


@cache
def load_signs() -> dict[str, tuple[Sign, ...]]:
    """The signs of `walls.toml`, of consent and of a paywall."""
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        wall: tuple(
            Sign(sign["id"], re.compile("|".join(sign["patterns"]), re.IGNORECASE), sign["example"])
            for sign in tables[key]
        )
        for wall, key in ((CONSENT, "consent"), (PAYWALL, "paywall"))
    }


def find_wall(soup: BeautifulSoup, url: str, text: str | None) -> str | None:
    """`CONSENT` or `PAYWALL` where the page is one instead of the article, else None.

    `url` is where the page was found after redirects, `text` what was read as its main text.
    """
    parts = urlsplit(url)
    if _CONSENT_HOST.search(parts.hostname or "") or _CONSENT_PATH.search(parts.path):
        return CONSENT
    if len(text or "") >= WHOLE:
        return None
    if _asks_consent(soup, text or ""):
        return CONSENT
    named = " ".join(element.get_text(" ") for element in soup.select(_NAMED)[:5])[:MOST_READ]
    says = any(sign.pattern.search(f"{text or ''}\n{named}") for sign in load_signs()[PAYWALL])
    return PAYWALL if says or _declares_paywall(soup) else None


def _asks_consent(soup: BeautifulSoup, text: str) -> bool:
    title = soup.title.get_text(" ") if soup.title else ""
    # A banner beside a short article also speaks of cookies, so of a page that is dated as an article the text decides.
    dated = soup.select_one('meta[property="article:published_time"]') is not None
    dated = dated or any("datePublished" in part for part in linked_data(soup))
    words = text if dated else f"{title}\n{text or soup.get_text(' ')[:MOST_READ]}"
    return sum(sign.pattern.search(words) is not None for sign in load_signs()[CONSENT]) >= SIGNS_OF_CONSENT


def _declares_paywall(soup: BeautifulSoup) -> bool:
    """Whether the page says itself that its article is not free (schema.org, or the publishers' meta element)."""
    tier = soup.select_one('meta[property="article:content_tier"]')
    if tier is not None and str(tier.get("content")).strip().lower() == "locked":
        return True
    return any(str(part.get("isAccessibleForFree")).strip().lower() == "false" for part in linked_data(soup))
