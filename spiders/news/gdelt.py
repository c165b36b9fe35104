"""GDELT's DOC 2.0 search: articles of the last day in some sixty languages, by a query in rotation.

``articles[]`` with `url`, `url_mobile`, `title`, `seendate`, `socialimage`, `domain`, `language` (its English name) and
`sourcecountry`; an answer without articles is ``{}``, and a query that it dislikes is answered in plain words.
`seendate` is when GDELT met the article, up to a quarter of an hour after its publication; the article's own date
outranks it. One request in five seconds is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote, urlsplit

from pipeline.errors import ShapeError
from pipeline.model import Issue, Report, Source
from pipeline.terms import Genre, SourceKind
from spiders.bodies import load_json, one_line, web_address
from spiders.news.rotation import queries
from spiders.platforms import Occasion
from spiders.strict import BadRecordError, Reading, Record, listed, maybe, need

KIND = SourceKind.NEWS
GENRE = Genre.SEARCH
SCREENED = True
PACE = 6.0
QUERIES = 6
LANGUAGES = {
    "Albanian": "sq", "Arabic": "ar", "Bengali": "bn", "Bulgarian": "bg", "Catalan": "ca", "Chinese": "zh",
    "Croatian": "hr", "Czech": "cs", "Danish": "da", "Dutch": "nl", "English": "en", "Estonian": "et", "Finnish": "fi",
    "French": "fr", "German": "de", "Greek": "el", "Gujarati": "gu", "Hebrew": "he", "Hindi": "hi", "Hungarian": "hu",
    "Indonesian": "id", "Italian": "it", "Japanese": "ja", "Korean": "ko", "Latvian": "lv", "Lithuanian": "lt",
    "Macedonian": "mk", "Malay": "ms", "Marathi": "mr", "Norwegian": "no", "Persian": "fa", "Polish": "pl",
    "Portuguese": "pt", "Punjabi": "pa", "Romanian": "ro", "Russian": "ru", "Serbian": "sr", "Slovak": "sk",
    "Slovenian": "sl", "Spanish": "es", "Swedish": "sv", "Tamil": "ta", "Telugu": "te", "Thai": "th", "Turkish": "tr",
    "Ukrainian": "uk", "Urdu": "ur", "Vietnamese": "vi",
}  # fmt: skip
_KEYS = frozenset({"url", "title", "seendate", "language"} | {"url_mobile", "socialimage", "domain", "sourcecountry"})
# GDELT sets blanks around the signs of a headline.
_LOOSE = re.compile(r"\s+([,.:;!?%)’'])|([(‘])\s+")


def start(source: Source) -> list[str]:
    """The search for the words alone."""
    return _fill(source, queries(source, None, QUERIES))


def plan(source: Source, occasion: Occasion) -> list[str]:
    """The searches whose turn it is."""
    return _fill(source, queries(source, occasion, QUERIES))


def parse(body: bytes, source: Source) -> Iterator[Report | Issue]:
    """Each article of the answer, then the issues met. Raises `ShapeError`."""
    value = load_json(body)
    if value == {}:
        return
    if not isinstance(value, dict):
        raise ShapeError(f"the answer is no object but {type(value).__name__}")
    reading = Reading(source)
    yield from reading.records(listed(value, "articles"), partial(_report, reading))
    yield from reading.issues()


def window(_reports: Iterable[Report]) -> datetime | None:
    """`None`: a search lists what it likes."""
    return None


def follow(report: Report) -> str | None:
    """The article's page."""
    return report.url if report.text is None and urlsplit(report.url).path not in ("", "/") else None


def _fill(source: Source, asked: list[str]) -> list[str]:
    return [source.url.replace("{query}", quote(query)) for query in asked]


def _report(reading: Reading, record: Record) -> Report:
    reading.keys(record, _KEYS, "article")
    url = web_address(need(record, "url"), reading.source.url)
    if url is None:
        raise BadRecordError(f"no address of the web: {record['url']}")
    return Report(
        native_id=url,
        title=one_line(_LOOSE.sub(r"\1\2", need(record, "title"))),
        url=url,
        published_at=_seen_at(reading, need(record, "seendate"), url),
        language=reading.word(LANGUAGES, maybe(record, "language"), None, "article.language"),
    )


def _seen_at(reading: Reading, text: str, native_id: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        reading.note("unreadable_date", f"article.seendate: {text}", native_id)
        return None
