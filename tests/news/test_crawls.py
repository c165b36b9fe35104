"""News over real HTTP on loopback: what is asked for, what is kept, and what a source that is not well is called."""

from __future__ import annotations

import gzip
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

from pipeline.copies import link_copies
from pipeline.export import publish
from pipeline.model import Source
from pipeline.store import Store
from pipeline.terms import Basis, Cadence, SourceKind
from spiders.platforms import get_platform
from tests.news.test_copies import AGENCY, OTHER
from tests.spiders.loopback import Answer, Crawls, Web, entry, page, rss
from tests.spiders.test_crawl import rows

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
LINKED = '<script type="application/ld+json">{"@type": "NewsArticle", %s}</script>'


def news(name: str, url: str, platform: str = "feed", **more: Any) -> Source:
    fields = {"kind": get_platform(platform).kind, "basis": Basis.LISTED, **more}
    return Source(name=name, platform=platform, url=url, **fields)


def item(number: int, link: str, title: str, at: datetime) -> str:
    return entry(number, link, title, format_datetime(at))


def article(text: str, head: str = "") -> Answer:
    body = "".join(f"<p>{sentence}.</p>" for sentence in text.split(". "))
    return Answer(f"<html><head>{head}</head><body><article><h1>Story</h1>{body}</article></body></html>".encode())


def source_row(crawls: Crawls, name: str) -> dict[str, Any]:
    return rows(crawls, "SELECT * FROM sources WHERE name = ?", name)[0]


def codes(crawls: Crawls) -> dict[str, str]:
    return {row["code"]: row["detail"] for row in rows(crawls, "SELECT code, detail FROM issues")}


def test_only_entries_that_may_speak_of_an_outage_cost_a_request(web: Web, crawls: Crawls) -> None:
    titles = {
        "a": "Brightbox is down for thousands of users", "b": "Ten phones for the summer", "c": "A review of a chair",
        "d": "Störung im Netz von Hafenfaser", "e": "Shares in Brightbox rise", "f": "How we make our bread",
    }  # fmt: skip
    plain = [
        entry(n, f"{web.url}/{k}", t).replace("Users could not log in.", "Read more.")
        for n, (k, t) in enumerate(titles.items())
    ]
    web.routes = {"/feed": Answer(rss(*plain)), "/blog": Answer(rss(*plain))}
    web.routes |= {f"/{key}": Answer(page("It was noted.")) for key in titles}
    blog = news("blog", f"{web.url}/blog", kind=SourceKind.POSTMORTEM)
    crawls(news("press", f"{web.url}/feed"))
    assert sorted(path for path in web.paths() if path != "/feed") == ["/a", "/d"]
    crawls(blog)
    screened = {r["source"]: r["screened"] for r in rows(crawls, "SELECT source, screened FROM source_runs")}
    assert screened == {"press": 4, "blog": 3}  # who writes of their own work is screened less hard: "review"
    asked = len(web.asked)
    crawls(news("press", f"{web.url}/feed"))
    assert len(web.asked) == asked + 1
    assert rows(crawls, "SELECT screened FROM source_runs ORDER BY started_at DESC LIMIT 1") == [{"screened": 0}]


def test_all_articles_of_a_run_are_bounded_and_the_rest_is_taken_up(web: Web, crawls: Crawls) -> None:
    for name in "ab":
        web.routes[f"/{name}"] = Answer(rss(*(entry(n, f"{web.url}/{name}{n}") for n in range(4))))
        web.routes |= {f"/{name}{n}": Answer(page(f"Story {name}{n} was told.")) for n in range(4)}
    sources = [news(name, f"{web.url}/{name}") for name in "ab"]
    limit = {"OUTAGEWIRE_ARTICLES_RUN": 5}
    crawls(*sources, settings=limit)
    assert sum(len(path) == 3 for path in web.paths()) == 5
    assert "articles_bounded" in codes(crawls)
    crawls(*sources, settings=limit)
    assert rows(crawls, "SELECT count(*) AS n FROM reports WHERE text IS NULL") == [{"n": 0}]
    assert sum(len(path) == 3 for path in web.paths()) == 8


def test_a_source_is_unconfirmed_until_a_crawl_has_read_it(web: Web, crawls: Crawls, tmp_path: Path) -> None:
    web.routes = {"/good": Answer(rss(entry(1, f"{web.url}/"))), "/bad": Answer(b"<html>no feed</html>")}
    sources = [news("good", f"{web.url}/good"), news("bad", f"{web.url}/bad", basis=Basis.MEMORY)]
    crawls(*sources)
    assert source_row(crawls, "good")["confirmed_at"] == "2026-11-20T03:00:00Z"
    assert source_row(crawls, "bad")["confirmed_at"] is None
    crawls(*sources)
    assert source_row(crawls, "good")["confirmed_at"] == "2026-11-20T03:00:00Z"
    web.routes["/bad"] = web.routes["/good"]
    crawls(news("bad", f"{web.url}/bad", basis=Basis.MEMORY), news("good", f"{web.url}/elsewhere"))
    assert source_row(crawls, "bad")["confirmed_at"] == "2026-11-20T05:00:00Z"
    assert source_row(crawls, "good")["confirmed_at"] is None  # another address is another promise
    with Store(crawls.db) as store:
        publish(store, tmp_path / "outages.db", as_of=crawls.now)
    public = Crawls(tmp_path)
    (tmp_path / "work.db").rename(tmp_path / "private.db")
    (tmp_path / "outages.db").rename(public.db)
    (bad,) = rows(public, "SELECT confirmed_at, basis FROM sources WHERE name = 'bad'")
    assert bad == {"confirmed_at": "2026-11-20T05:00:00Z", "basis": "memory"}


def test_a_move_for_good_is_named_with_the_new_address(web: Web, crawls: Crawls) -> None:
    web.routes = {
        "/old": Answer(status=301, headers={"Location": "/new"}),
        "/older": Answer(status=308, headers={"Location": "/old"}),
        "/today": Answer(status=302, headers={"Location": "/new"}),
        "/new": Answer(rss(entry(1, f"{web.url}/")), headers={"ETag": '"1"'}),
    }
    sources = [news(name, f"{web.url}/{name}") for name in ("old", "older", "today", "new")]
    for _ in range(2):  # the second time the answer is 304
        crawls(*sources)
        moved = {s.name: source_row(crawls, s.name)["moved_to"] for s in sources}
        assert moved == {"old": f"{web.url}/new", "older": f"{web.url}/new", "today": None, "new": None}
    assert {r["source"] for r in rows(crawls, "SELECT source FROM issues WHERE code = 'moved'")} == {"old", "older"}
    web.routes["/old"] = web.routes["/new"]
    crawls(*sources)
    assert source_row(crawls, "old")["moved_to"] is None


def test_a_feed_that_says_nothing_for_longer_than_its_habit_is_silent(web: Web, crawls: Crawls) -> None:
    now = crawls.now

    def feed(*hours: float) -> Answer:
        return Answer(
            rss(*(item(n, f"{web.url}/", f"Story {n}", now - timedelta(hours=h)) for n, h in enumerate(hours)))
        )

    web.routes = {
        "/busy": feed(*range(2, 60, 4)),
        "/dead": feed(*range(400, 460, 4)),
        "/slow": feed(*range(100, 2000, 160)),
        "/young": feed(100, 101),
        "/rare": feed(9000, 9001),
    }
    cadences = {"young": Cadence.DAILY, "rare": Cadence.RARE}
    sources = [news(p[1:], f"{web.url}{p}", cadence=cadences.get(p[1:])) for p in web.routes]
    crawls(*sources)
    found = {s.name: source_row(crawls, s.name) for s in sources}
    assert {name: (row["habit_hours"], row["habit_basis"]) for name, row in found.items()} == {
        "busy": (48.0, "measured"),
        "dead": (48.0, "measured"),
        "slow": (320.0, "measured"),
        "young": (96.0, "declared"),
        "rare": (None, None),
    }
    silent = {r["source"]: r["detail"] for r in rows(crawls, "SELECT source, detail FROM issues WHERE code = 'silent'")}
    assert silent.keys() == {"dead", "young"}
    assert silent["dead"] == "nothing since 2026-11-03T11:00:00Z; after 48 hours (measured) that is silence"
    crawls(*sources)
    (issue,) = rows(crawls, "SELECT count FROM issues WHERE code = 'silent' AND source = 'dead'")
    assert issue == {"count": 2}  # one fault that lasts, not one each night


def test_what_stands_before_an_article_never_becomes_its_text(web: Web, crawls: Crawls) -> None:
    paid = LINKED % '"datePublished": "2026-11-18T09:00:00Z", "isAccessibleForFree": false'
    words = b"<p>We and our 9 partners store cookies. Accept all. Reject all.</p>"
    asks = b"<html><title>Before you continue</title>" + words + b"</html>"
    web.routes = {
        "/feed": Answer(rss(*(entry(n, f"{web.url}/{k}") for n, k in enumerate(("paid", "asks", "sent", "free"))))),
        "/paid": article("The first lines of a story. The rest is for others", paid),
        "/asks": Answer(asks),
        "/sent": Answer(status=302, headers={"Location": "/collectConsent?next=sent"}),
        "/collectConsent?next=sent": Answer(page("Choose what we may store.")),
        "/free": Answer(page("The whole story is here.")),
    }
    source = news("press", f"{web.url}/feed")
    crawls(source)
    held = {r["native_id"]: (r["text"] is None, r["summary"]) for r in rows(crawls, "SELECT * FROM reports")}
    assert held == {f"e{n}": (n < 3, "Users could not log in.") for n in range(4)}
    met = rows(crawls, "SELECT code, report_id FROM issues ORDER BY code")
    assert [issue["code"] for issue in met] == ["consent_page", "consent_page", "paywall"]
    assert all(issue["report_id"] for issue in met)
    asked = len(web.asked)
    crawls(source)
    assert len(web.asked) == asked + 1  # a wall is not run against every night


def test_a_page_tells_its_own_address_and_dates(web: Web, crawls: Crawls) -> None:
    head = LINKED % '"datePublished": "2026-11-18T08:30:00Z", "dateModified": "2026-11-18T10:00:00Z"'
    head += f'<link rel="canonical" href="{web.url}/2026/story"><meta name="author" content="Robin Penwright">'
    web.routes = {
        "/feed": Answer(rss(entry(1, f"{web.url}/s?utm_source=rss"))),
        "/s?utm_source=rss": article(AGENCY, head),
    }
    for _ in range(2):  # the feed's words do not take them back
        crawls(news("press", f"{web.url}/feed"))
        (held,) = rows(crawls, "SELECT url, published_at, updated_at, text FROM reports")
        assert held["url"] == f"{web.url}/2026/story"
        assert (held["published_at"], held["updated_at"]) == ("2026-11-18T08:30:00Z", "2026-11-18T10:00:00Z")
        assert "Penwright" not in held["text"]


def test_a_story_that_three_papers_print_is_one_witness(web: Web, crawls: Crawls) -> None:
    told = {"agency": AGENCY, "paper": f"{AGENCY} Our own people will follow it", "rival": OTHER}
    for hour, (name, text) in enumerate(told.items()):
        at = crawls.now - timedelta(hours=20 - hour)
        web.routes[f"/{name}"] = Answer(
            rss(item(1, f"{web.url}/{name}/story", f"Payments are down, writes {name}", at))
        )
        web.routes[f"/{name}/story"] = article(text)
    crawls(*(news(name, f"{web.url}/{name}") for name in told))
    with Store(crawls.db) as store:
        assert link_copies(store) == 1
    (copy,) = rows(
        crawls,
        "SELECT r.source, f.source AS first, c.why FROM report_copies c JOIN reports r ON r.id = c.report_id"
        " JOIN reports f ON f.id = c.first_id",
    )
    assert copy == {"source": "paper", "first": "agency", "why": "wording"}


def test_a_search_is_off_without_leave_and_asks_another_slice_each_night(web: Web, crawls: Crawls) -> None:
    bodies = {"google": (FIXTURES / "news_search" / "google.rss").read_bytes()}

    def answer(request: Any) -> Answer:
        return Answer(bodies["google"])

    asked: list[str] = []

    def searching(request: Any) -> Answer:
        asked.append(unquote_plus(parse_qs(urlsplit(request.path).query)["query"][0]))
        return Answer((FIXTURES / "gdelt" / "artlist.json").read_bytes())

    class Routes(dict):  # type: ignore[type-arg]
        def get(self, key: str, default: Any = None) -> Any:
            found = super().get(key, default)
            return found or (searching if key.startswith("/doc?") else answer if key.startswith("/search?") else None)

    web.routes = Routes()
    gdelt = news("gdelt", f"{web.url}/doc?query={{query}}&mode=artlist", "gdelt")
    closed = news("closed", "https://news.google.com/rss/search?q={query}", "news_search")
    first = crawls(gdelt, closed)
    assert first["outcomes"] == {"off": 1, "ok": 1}
    assert first["failed"] == []
    assert source_row(crawls, "closed")["consecutive_failures"] == 0
    assert rows(crawls, "SELECT error FROM source_runs WHERE source = 'closed'") == [
        {"error": "switched off: OUTAGEWIRE_PERSONAL_FEEDS is not set"}
    ]
    night, asked[:] = set(asked), []
    crawls(gdelt)
    assert len(night) == len(set(asked)) == 6
    assert night & set(asked) == {'("outage" OR "is down")'}
    # What does not pass the gate is counted and not kept.
    assert [r["title"] for r in rows(crawls, "SELECT title FROM reports ORDER BY title")] == [
        "Caída de la red", "Harbour Fibre outage: Portville offline for three hours", "Störung im Netz von Hafenfaser",
    ]  # fmt: skip


def test_a_list_is_asked_for_its_open_months_alone(web: Web, crawls: Crawls) -> None:
    base, month = "/pipermail/cablewatch/", (FIXTURES / "pipermail" / "2026-November.txt").read_bytes()
    old = month.replace(b"Nov 2026", b"Sep 2026").replace(b"20261103", b"20260903").replace(b"CAB+x7", b"CAB+x9")
    web.routes = {
        base: Answer((FIXTURES / "pipermail" / "index.htm").read_bytes(), headers={"ETag": '"same"'}),
        f"{base}2026-November.txt": Answer(month, headers={"ETag": '"n1"'}),
        f"{base}2026-September.txt.gz": Answer(gzip.compress(old)),
    }
    source = news("cablewatch", f"{web.url}{base}", "pipermail", cadence=Cadence.DAILY)
    first = crawls(source)
    assert first["outcomes"] == {"http_error": 1}  # a month that the index names is not there
    assert web.times(f"{base}2025-December.txt.gz") == 1
    web.routes[f"{base}2025-December.txt.gz"] = Answer(gzip.compress(old.replace(b"2026", b"2025")))
    crawls(source)
    third = crawls(source)
    assert third["outcomes"] == {"ok": 1}
    # Months that are over and were read are left alone; the open one is asked for on its condition.
    assert web.times(f"{base}2026-September.txt.gz") == 1
    assert web.times(f"{base}2025-December.txt.gz") == 2
    assert [h.get("If-None-Match") for _, p, h in web.asked if p == f"{base}2026-November.txt"] == [
        None,
        '"n1"',
        '"n1"',
    ]
    kept = rows(crawls, "SELECT title, text, author_hash, thread FROM reports WHERE url LIKE '%2026-November%'")
    assert len(kept) == 3
    assert (len({r["thread"] for r in kept}), len({r["author_hash"] for r in kept})) == (1, 2)
    assert source_row(crawls, "cablewatch")["confirmed_at"] is not None
    raw = crawls.db.read_bytes() + crawls.archive.read_bytes()
    for secret in (b"harbour.example (Ada", b"ada.quill", b"rob at millrace", b"Quill"):
        assert secret not in raw


def test_an_export_is_asked_for_the_days_that_are_new(web: Web, crawls: Crawls) -> None:
    crawls.now = datetime.fromisoformat("2026-11-05T09:00:00+00:00")
    base = "/archives/list/harbourmen@lists.harbour.example/"
    body = (FIXTURES / "hyperkitty" / "export.mbox").read_bytes()
    export = f"{base}export/harbourmen@lists.harbour.example-2026-11.mbox.gz"
    days = [f"{export}?start={start}&end=2026-11-06" for start in ("2026-10-06", "2026-11-03")]
    web.routes = {days[0]: Answer(gzip.compress(body)), days[1]: Answer(gzip.compress(b""))}
    source = news("harbourmen", f"{web.url}{base}", "hyperkitty")
    assert crawls(source)["outcomes"] == {"ok": 1}
    assert crawls(source)["outcomes"] == {"ok": 1}
    assert web.paths() == days
    assert [r["title"] for r in rows(crawls, "SELECT title FROM reports")] == [
        "Name servers of the .port registry unreachable"
    ] * 2
