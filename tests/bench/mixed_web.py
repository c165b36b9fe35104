"""A web of status pages of all platforms on loopback: which host is what, and what its pages say by their goldens."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.catalogue import load_catalogue
from pipeline.model import Source
from spiders.platforms import get_platform
from tests.bench.slow_hosts import statuspage_body

REPOSITORY = Path(__file__).resolve().parents[2]
FIXTURES = REPOSITORY / "tests" / "fixtures"
HEALTHY, REFUSE = "healthy", "refuse"

# Of each platform: what follows the host in a source's url, and the fixture behind each address that it asks.
PLATFORMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "statuspage": ("", ()),
    "incident_io": ("", ("incidents.json",)),
    "instatus": ("", ("summary.json",)),
    "better_stack": ("", ("index.json",)),
    "status_io": ("/1.0/status/665000000000000000000001#status.inlet.example", ("status.json",)),
    "adobe": ("", ("StatusEvents.json",)),
    "apple": ("/support/systemstatus/data/system_status_en_US.js", ("system_status_en_US.js",)),
    "aws": ("/rss/all.rss", ("all.rss",)),
    "aws_current": ("", ("currentevents.json",)),
    "aws_history": ("/historyevents.json", ("historyevents.json",)),
    "azure": ("/en-us/status/feed/", ("feed.xml",)),
    "azure_devops": ("", ("health.json",)),
    "azure_history": ("/en-us/status/history/", ("statushistoryapi.htm",)),
    "cachet": ("#Europe/Vienna", ("incidents_v1.json",)),
    "checkly": ("", ("summary.json",)),
    "cstate": ("", ("index.json",)),
    "freshstatus": ("/v1/public-incidents/?account_id=90210#status.otter.example", ("public_incidents.json",)),
    "google_cloud": ("", ("incidents.json",)),
    "google_workspace": ("/appsstatus/dashboard", ("incidents.json",)),
    "heroku": ("", ("incidents.json", "current-status.json")),
    "hund": ("", ("issues.json",)),
    "hyperping": ("", ("status.json",)),
    "lambstatus": ("", ("incidents.json", "maintenances.json", "components.json")),
    "microsoft365": ("/api/posts/mac", ("mac.json",)),
    "oneuptime": ("", ("overview.json",)),
    "onlineornot": ("/feed.rss", ("feed.rss",)),
    "oracle_cloud": ("", ("incident-summary.rss",)),
    "pagerduty": ("", ("page.htm",)),
    "paypal": ("", ("events.json",)),
    "rootly": ("", ("incidents.json",)),
    "salesforce": ("/v1", ("incidents.json", "maintenances.json")),
    "sap": ("", ("incidents.json",)),
    "site24x7": ("/sp/api/public/summary_details/statuspages/key#status.kettle.example", ("summary_details.json",)),
    "slack": ("", ("history.json", "current.json")),
    "sorry": ("", ("notices.json",)),
    "status_feed": ("/feed.rss", ("updates.rss",)),
    "status_ical": ("/maintenance.ics", ("maintenance.ics",)),
    "statuscake": ("/Workfloor/PublicReportHandler.php?PublicID=Example#status.millpond.example", ("report.json",)),
    "statuscast": ("", ("page.htm",)),
    "statushub": ("", ("statuses.json",)),
    "statuspal": ("/api/v2/status_pages/alpenhost/summary", ("summary.json",)),
    "upptime": ("/history/summary.json", ("summary.json",)),
    "uptime_com": ("/statuspage/kettleline/subscribe/rss", ("feed.rss",)),
    "uptime_kuma": ("/status/harbour", ("page.json", "heartbeat.json")),
    "uptimerobot": ("/ExampleKey", ("monitors.json",)),
    "zendesk": ("", ("active.json", "maintenance.json")),
}
# Of a hundred pages of known platform in the open lists of status pages; all others share the rest.
SHARES = {"statuspage": 70, "incident_io": 5, "instatus": 5, "better_stack": 4, "status_io": 4}

Told = Mapping[str, tuple[frozenset[str], frozenset[str]]]
"""What a page tells: by native id the titles it goes by (one, unless two addresses differ) and its updates' ids."""


@dataclass(frozen=True, slots=True)
class Site:
    """One host: its source, the fixtures behind the addresses that are asked, and how it behaves."""

    host: str
    source: Source
    pages: Mapping[str, str | None]
    manner: str = HEALTHY

    @property
    def addresses(self) -> list[str]:
        """Every address that its platform asks."""
        return get_platform(self.source.platform).start(self.source)

    def told(self) -> Told:
        """What its pages say: as the goldens have it, or of a page of the host's own making as it was made."""
        if None in self.pages.values():
            incidents = json.loads(statuspage_body(self.host))["incidents"]
            return {
                i["id"]: (frozenset([i["name"]]), frozenset(u["id"] for u in i["incident_updates"])) for i in incidents
            }
        told: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
        for fixture in self.pages.values():
            for report in json.loads(Path(f"{fixture}.golden.json").read_text(encoding="utf-8"))["reports"]:
                titles, updates = told.get(report["native_id"], (frozenset(), frozenset()))
                more = frozenset(u["native_id"] for u in report.get("updates", ()))
                told[report["native_id"]] = titles | {report["title"]}, updates | more
        return told


def plan_sites(
    count: int, port: int, ill: Mapping[str, float] | None = None, shares: Mapping[str, int] = SHARES
) -> list[Site]:
    """So many hosts, each a source; of each manner in `ill` that share of them, the rest healthy.

    `shares` are the platforms' parts of a hundred; those it leaves out take turns in what it leaves.
    """
    chance, slugs = random.Random(3), sorted(load_catalogue().services)
    manners = [manner for manner, share in (ill or {}).items() for _ in range(round(share * count))]
    manners += [HEALTHY] * (count - len(manners))
    chance.shuffle(manners)
    common = [key for key, share in shares.items() for _ in range(share)]
    others = [key for key in PLATFORMS if key not in shares]
    sites, rare = [], 0
    for n, manner in enumerate(manners):
        # 37 has no divisor in common with 100: each run of a hundred takes every share once, well mixed.
        place = n * 37 % 100
        key = common[place] if place < len(common) else others[rare % len(others)]
        rare += place >= len(common)
        host = f"127.{1 + n // 62500}.{n // 250 % 250}.{1 + n % 250}"
        tail, fixtures = PLATFORMS[key]
        url = f"http://{host}:{port}{tail}"
        source = Source(f"host-{n}", key, get_platform(key).kind, url, slugs[n * 7 % len(slugs)])
        files = [str(FIXTURES / key / fixture) for fixture in fixtures] or [None]
        asked = get_platform(key).start(source)
        sites.append(Site(host, source, dict(zip(map(_target, asked), files, strict=True)), manner))
    return sites


def _target(address: str) -> str:
    parts = urlsplit(address)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def write_tables(folder: Path, sites: Sequence[Site]) -> Path:
    """The tables of the sources, as `--sources` takes them."""
    folder.mkdir()
    for site in sites:
        source = site.source
        with (folder / f"{source.platform}.toml").open("a", encoding="utf-8") as file:
            file.write(f'[{source.name}]\nservice = "{source.service}"\nurl = "{source.url}"\n\n')
    return folder


def free_port() -> int:
    """A port that nobody listens on, here or on any other loopback address."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(folder: Path, sites: Sequence[Site], port: int, pause: float) -> Iterator[None]:
    """The hosts, in a process of their own; a host that refuses is one where nobody listens."""
    plan = {s.host: {"manner": s.manner, "pages": dict(s.pages)} for s in sites if s.manner != REFUSE}
    (folder / "hosts.json").write_text(json.dumps(plan))
    command = [sys.executable, "-m", "tests.bench.slow_hosts", str(folder / "hosts.json"), str(port), str(pause)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=REPOSITORY)
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != b"ready":
            raise RuntimeError("the loopback hosts did not start")
        yield
    finally:
        process.terminate()
        process.wait(10)
