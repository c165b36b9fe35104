"""From a status page to the place where its platform tells more: by the id, or the feed, that stands in its HTML.

Some platforms answer under an address that holds an id of the page's own. A source of such a platform may name its
page instead; `spiders/markers.toml` then says where in the HTML the id stands and what is asked with it. The page is
somebody else's text: it chooses among the platform's own addresses and its own host, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urldefrag, urlsplit

from pipeline.errors import ShapeError
from pipeline.model import Source
from spiders.bodies import is_page
from spiders.markers import MAX_HTML, Markers, Page, Traits, load_markers

MAX_PLACES = 4
"""Places that one page may lead to; each is a request."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where a source is asked, and where it is asked next should that fail: its page, or a place that its page named.

    `missed` holds what was asked before, with the reason why nothing could be read there.
    """

    at: Source
    left: tuple[Source, ...] = ()
    missed: tuple[tuple[str, str], ...] = ()

    def past(self, sentence: str) -> Self | None:
        """The way on after a failure; `None` at its end."""
        if not self.left:
            return None
        return replace(self, at=self.left[0], left=self.left[1:], missed=(*self.missed, (self.at.url, sentence)))

    def told(self) -> list[str]:
        """What was missed, in words."""
        return [f"{url}: {why}" for url, why in self.missed]

    def to(self, places: Sequence[Source]) -> Self | None:
        """The way on to the places that the page at hand names; `None` where all of them were asked before."""
        asked = {url for url, _ in self.missed}
        fresh = tuple(place for place in places if place.url not in asked)
        left = tuple(each for each in self.left if each not in fresh)
        return replace(self, at=fresh[0], left=(*fresh[1:], *left)) if fresh else None


def traits_of(source: Source, markers: Markers | None = None) -> Traits | None:
    """The traits of the source's platform, if its pages tell where to ask; else `None`."""
    traits = (markers or load_markers()).platforms.get(source.platform)
    return traits if traits and traits.locate else None


def leads_on(source: Source, body: bytes, markers: Markers | None = None) -> bool:
    """Whether a body may say where its source's reports are: an HTML page of a platform whose pages do."""
    return traits_of(source, markers) is not None and is_page(body)


def locate(source: Source, body: bytes, final: str, markers: Markers | None = None) -> tuple[Source, ...]:
    """The source at each place that its page names, likeliest first. `final` is where the page was in the end.

    Raises `ShapeError` where the page shows no mark of the platform, or names no place.
    """
    traits = traits_of(source, markers)
    page = Page(urldefrag(source.url).url, final, (), body[: 4 * MAX_HTML].decode("utf-8", errors="replace"))
    if traits is None or traits.hint(page) is None:
        raise ShapeError(f"the page shows no mark of {source.platform}")
    own = {urldefrag(url).url.rstrip("/") for url in (page.url, page.final)}
    places = [url for url in traits.addresses(page) if urldefrag(url).url.rstrip("/") not in own]
    allowed = [url for url in places if _allows(traits, source, url)][:MAX_PLACES]
    if not allowed:
        refused = f"; it may not lead to {places[0][:100]}" if places else ""
        raise ShapeError(f"the page names no place where {source.platform} tells more{refused}")
    return tuple(replace(source, url=url) for url in allowed)


def remembered(source: Source, url: str) -> Source | None:
    """The source at an address that was read before; `None` where its page could not have led there."""
    traits = traits_of(source)
    if traits is None or url == urldefrag(source.url).url or not _allows(traits, source, url):
        return None
    host = urlsplit(source.url).netloc
    return replace(source, url=f"{url}#{host}" if any("#{host}" in each for each in traits.urls) else url)


def _allows(traits: Traits, source: Source, url: str) -> bool:
    """Whether a page of `source` may lead to `url`: its own host and port, or a host that the platform declares."""
    own, parts = urlsplit(source.url), urlsplit(url)
    return parts.scheme in {"https", own.scheme} and parts.netloc in {own.netloc, *_hosts(traits.urls)}


def _hosts(templates: Iterable[str]) -> Iterable[str]:
    """The hosts that stand in the templates themselves."""
    return (urlsplit(each).netloc for each in templates if not each.startswith("{"))
