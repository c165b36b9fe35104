"""What `markers.toml` knows of each platform: what in a page suggests it, what in a body proves it, where to ask.

Everything here is pure: a page that was fetched goes in, and guesses come out, in the order in which to try them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from pipeline.errors import CatalogueError, ShapeError
from spiders.bodies import load_json

FILE = Path(__file__).parent / "markers.toml"
PLACES = ("html", "header", "host", "url")
KEYS = frozenset({"markers", "ids", "urls", "shapes", "probe", "last", "marked", "locate"})
GONE = "gone"
DEFAULT_URLS = ("{page}", "{origin}")
MAX_HTML = 1024 * 1024
"""Characters of a page in which markers are looked for."""

_FEED = re.compile(r"<link\b[^>]*\btype=[\"']application/(?:rss|atom)\+xml[\"'][^>]*>", re.IGNORECASE)
_HREF = re.compile(r"\bhref=[\"']([^\"']+)[\"']", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was met: `url` after permanent moves, `final` after all redirects."""

    url: str
    final: str
    headers: tuple[tuple[str, str], ...] = ()
    html: str = ""
    lower: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Lower case once: a hundred searches that ignore case take a second on a large page.
        object.__setattr__(self, "lower", self.html[:MAX_HTML].lower())


@dataclass(frozen=True, slots=True)
class Shape:
    """What a body has: a value at `path` of its JSON that `pattern` matches whole, or without a path its words."""

    path: str | None
    pattern: re.Pattern[str] | None

    def fits(self, value: Any, words: str) -> bool:
        """Whether a body, as JSON and as words, has it."""
        if self.path is None:
            return bool(self.pattern and self.pattern.search(words))
        found = _at(value, self.path)
        if found is None:
            return False
        return self.pattern is None or (isinstance(found, str) and self.pattern.fullmatch(found) is not None)


@dataclass(frozen=True, slots=True)
class Traits:
    """One platform's entry in `markers.toml`, which says what each key means."""

    key: str
    markers: tuple[tuple[str, re.Pattern[str]], ...] = ()
    ids: tuple[re.Pattern[str], ...] = ()
    urls: tuple[str, ...] = DEFAULT_URLS
    shapes: tuple[Shape, ...] = ()
    probe: bool = False
    last: bool = False
    marked: bool = False
    locate: bool = False

    def hint(self, page: Page) -> str | None:
        """What in the page suggests the platform, in words, or None."""
        for place, pattern in self.markers:
            for text in _texts(page, place):
                if found := (pattern.search(text) if place == "html" else pattern.fullmatch(text)):
                    return f"{place} has {' '.join(found[0].split())[:60]!r}"
        return None

    def addresses(self, page: Page) -> list[str]:
        """What the url of a source for this page may be, without doubles. One that needs an id has none without it."""
        found: dict[str, None] = {}
        for template in self.urls:
            for values in _values(page, self.ids, template):
                found[template.format(**values)] = None
        return list(found)


@dataclass(frozen=True, slots=True)
class Markers:
    """All that `markers.toml` says. `platforms` are in the order of asking."""

    platforms: Mapping[str, Traits]
    gone_urls: tuple[re.Pattern[str], ...] = ()
    gone_html: tuple[re.Pattern[str], ...] = field(default=())

    def hints(self, page: Page) -> dict[str, str]:
        """Each platform that the page suggests, with the reason."""
        return {key: hint for key, traits in self.platforms.items() if (hint := traits.hint(page))}

    def gone(self, page: Page) -> str | None:
        """Why the page is no status page any more (parked, or the vendor's advertisement), or None."""
        for pattern in self.gone_urls:
            if pattern.fullmatch(page.final):
                return f"it leads to {page.final}"
        for pattern in self.gone_html:
            if found := pattern.search(page.lower):
                return f"the page says {' '.join(found[0].split())[:60]!r}"
        return None

    def fitting(self, key: str, bodies: Sequence[bytes]) -> bool | None:
        """Whether one of the bodies has a shape of the platform; None where none is declared."""
        traits = self.platforms.get(key)
        shapes = traits.shapes if traits else ()
        if not shapes:
            return None
        return any(shape.fits(*read) for read in map(_read_body, bodies) for shape in shapes)


@cache
def load_markers(path: Path = FILE) -> Markers:
    """The entries of a file in the form of `markers.toml`. Raises `CatalogueError`."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        gone = tables.pop(GONE, {})
        platforms = {key: _read_traits(key, table) for key, table in tables.items()}
        # Generic ones go last, whatever the page suggests.
        ordered = dict(sorted(platforms.items(), key=lambda item: item[1].last))
        return Markers(
            ordered,
            tuple(map(_compile, gone.get("urls", ()))),
            tuple(re.compile(pattern) for pattern in gone.get("html", ())),
        )
    except (OSError, ValueError, KeyError, re.error) as error:
        raise CatalogueError(f"{path.name}: {error}") from error


def _read_traits(key: str, table: Mapping[str, Any]) -> Traits:
    if unknown := set(table) - KEYS:
        raise CatalogueError(f"markers of {key}: unknown key {', '.join(sorted(unknown))}")
    markers = [
        (entry["in"], _compile(entry["pattern"], exact=entry["in"] == "html")) for entry in table.get("markers", ())
    ]
    if odd := {place for place, _ in markers} - set(PLACES):
        raise CatalogueError(f"markers of {key}: a marker is in {', '.join(PLACES)}, not {', '.join(sorted(odd))}")
    shapes = [
        Shape(entry.get("path"), _compile(entry["pattern"], exact="path" in entry) if "pattern" in entry else None)
        for entry in table.get("shapes", ())
    ]
    return Traits(
        key,
        tuple(markers),
        tuple(map(_compile, table.get("ids", ()))),
        tuple(table.get("urls", DEFAULT_URLS)),
        tuple(shapes),
        probe=bool(table.get("probe")),
        last=bool(table.get("last")),
        marked=bool(table.get("marked")),
        locate=bool(table.get("locate")),
    )


def _compile(pattern: str, *, exact: bool = False) -> re.Pattern[str]:
    """Hosts and headers are written in any case; the values of an API are not, and HTML is searched in lower case."""
    return re.compile(pattern, re.DOTALL if exact else re.IGNORECASE)


def _texts(page: Page, place: str) -> Iterator[str]:
    match place:
        case "html":
            yield page.lower
        case "header":
            yield from (f"{name}: {value}" for name, value in page.headers)
        case "host":
            yield from dict.fromkeys(urlsplit(url).hostname or "" for url in (page.url, page.final))
        case "url":
            yield from dict.fromkeys((page.url, page.final))
        case _:
            raise AssertionError(place)


def _values(page: Page, ids: Sequence[re.Pattern[str]], template: str) -> Iterator[dict[str, str]]:
    """The values of a template's names, once for each id or feed that the page shows (three at most)."""
    parts, sent = urlsplit(page.url), urldefrag(page.url).url
    values = {
        "page": sent if parts.path.strip("/") else sent.rstrip("/"),
        "base": sent.rstrip("/"),
        "final": urldefrag(page.final).url.rstrip("/"),
        "origin": f"{parts.scheme}://{parts.netloc}",
        "host": parts.netloc,
    }
    if "{id}" in template:
        text = page.url + "\n" + page.html[:MAX_HTML]
        found = dict.fromkeys(match["id"] for pattern in ids for match in pattern.finditer(text))
        yield from (values | {"id": identifier} for identifier in list(found)[:3])
    elif "{feed}" in template:
        yield from (values | {"feed": feed} for feed in feeds(page)[:3])
    else:
        yield values


def feeds(page: Page) -> list[str]:
    """The addresses of the feeds that a page declares in its head."""
    links = (_HREF.search(link) for link in _FEED.findall(page.html[:MAX_HTML]))
    return list(dict.fromkeys(urljoin(page.final, link[1].replace("&amp;", "&")) for link in links if link))


def _read_body(body: bytes) -> tuple[Any, str]:
    words = body.decode("utf-8", errors="replace")
    try:
        return load_json(body), words
    except ShapeError:
        return None, words


def _at(value: Any, path: str) -> Any:
    for key in path.split("."):
        if isinstance(value, list):
            value = value[int(key)] if key.isdigit() and int(key) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return None
    return value
