"""Under which name a service of the catalogue is shown: its own, or the one that the text uses throughout.

Example: a text on "O2" alone shows O2 and not O2 UK, one on "Vodafone Portugal" shows that, and on a project's own
status page "ci.quill.dev is down" shows the host. A nickname is never shown.
"""

from __future__ import annotations

import re
from functools import cache

from pipeline.catalogue import Service
from pipeline.components.candidates import Candidate
from pipeline.components.ruleset import tables
from pipeline.components.standings import count_of, standings

LEAST_HOST = 0.5
BRANCHED = frozenset(("telecom_isp", "banking_markets"))
BRANCH_READ = 400
LEAST_FORMER = 5


def shown_name(candidate: Candidate, service: Service, text: str, *, page: bool) -> str:
    """The name to show; `page` tells that the text stands on a service's own page."""
    host = shown_host(candidate, page=page)
    if host:
        return host
    used = [find.text for _, find in candidate.finds if find.rule == "services.name"]
    aliases = {alias.casefold(): alias for alias in service.aliases}
    spelled = {aliases[text.casefold()] for text in used if text.casefold() in aliases}
    title = {aliases[t.casefold()] for t in used[:1] if "." in t and t.casefold() in aliases}
    if title and (page or used[0][0].isupper()):
        return title.pop()
    branch = shown_branch(service, text) if service.category in BRANCHED and used else None
    if branch:
        return branch
    if not spelled or service.name in spelled or service.category == "cloud_product":
        return service.name
    alias = max(spelled, key=lambda name: (sum(text.casefold() == name.casefold() for text in used), len(name), name))
    alias = max((name for name in spelled if name.split()[0] == alias.split()[0]), key=len)
    return alias if is_former(alias, service) or is_short(alias, service, text) else service.name


def shown_host(candidate: Candidate, *, page: bool) -> str | None:
    """The host that stands for the service: a domain is a name on the own page, in a post it is only an address."""
    weight, best = max(candidate.finds, key=lambda pair: pair[0], default=(0.0, None))
    hosts = [pair for pair in candidate.finds if pair[1].data.get("host") and pair[0] >= LEAST_HOST]
    if page and hosts:
        return max(hosts, key=lambda pair: pair[0])[1].text
    if best and weight >= 1.0 and (best.data.get("host") or (page and best.data.get("sign") == "domain")):
        return best.text
    return None


@cache
def countries() -> re.Pattern[str]:
    """The name of a country behind that of a house."""
    return re.compile(rf" (?:{'|'.join(re.escape(name) for name in tables('regions')['countries'])})\b")


def shown_branch(service: Service, text: str) -> str | None:
    """The carrier or bank of one country, where a text begins with it: "Vodafone Portugal"."""
    for name in service.aliases:
        for at in standings(text, name, BRANCH_READ):
            if (land := countries().match(text, at + len(name), BRANCH_READ)) and (branch := name + land[0]):
                return branch if branch not in service.aliases else None
    return None


def is_former(alias: str, service: Service) -> bool:
    """Whether an alias is another name altogether, as Twitter is of X; Google Mail only says whose Gmail is."""
    own, other = set(service.name.casefold().split()), set(alias.casefold().split())
    if other & set(service.provider_name.casefold().split()) or service.name.casefold() in alias.casefold():
        return False
    written = len(alias) >= LEAST_FORMER and any("a" <= char <= "z" for char in alias)
    return not own & other and written and service.name[:3].casefold() != alias[:3].casefold()


def is_short(alias: str, service: Service, text: str) -> bool:
    """Whether an alias is the beginning of the name, and what is left out is neither its vendor nor in the text."""
    own, other = set(service.name.casefold().split()), set(alias.casefold().split())
    if not other < own or (service.parent is not None and service.category not in BRANCHED):
        return False
    if service.name.split(maxsplit=1)[0].casefold() != alias.split(maxsplit=1)[0].casefold():
        return False
    missing = [word for word in service.name.split() if word not in alias.split() and not word.isupper()]
    vendor = set(missing) and set(missing) <= set(service.provider_name.split())
    named = bool(missing) and all(count_of(text, word) for word in missing)
    return not vendor and not named
