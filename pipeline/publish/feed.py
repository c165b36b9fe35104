"""The Atom feed of outages (RFC 4287)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from xml.etree import ElementTree as ET

ATOM = "http://www.w3.org/2005/Atom"
# A tag URI (RFC 4151): the id of an entry never changes, wherever the site is served from.
TAG = "tag:outagewire,2026:{}"
LIMIT = 50


def atom(
    outages: Iterable[dict[str, Any]], *, title: str, name: str, as_of: str, absolute: Callable[[str], str], path: str
) -> bytes:
    """The feed as UTF-8; `name` tells feeds apart in their ids, `absolute` makes an address of a path."""
    feed = ET.Element("feed", xmlns=ATOM)
    entries = list(outages)
    _add(feed, "id", TAG.format(name))
    _add(feed, "title", title)
    _add(feed, "updated", max([as_of, *(o["updated_at"] for o in entries)]))
    ET.SubElement(feed, "link", rel="self", type="application/atom+xml", href=absolute(path))
    ET.SubElement(feed, "link", rel="alternate", type="text/html", href=absolute("/"))
    ET.SubElement(ET.SubElement(feed, "author"), "name").text = "outagewire"
    for outage in entries:
        entry = ET.SubElement(feed, "entry")
        _add(entry, "id", TAG.format(f"outage:{outage['id']}"))
        _add(entry, "title", f"{outage['service_name'] or 'Unnamed service'}: {outage['title']}")
        _add(entry, "updated", outage["updated_at"])
        _add(entry, "published", outage["first_seen_at"])
        address = absolute(f"/outage/{outage['id']}")
        ET.SubElement(entry, "link", rel="alternate", type="text/html", href=address)
        for term in (outage["kind"], outage["phase"], outage["cause"]):
            ET.SubElement(entry, "category", term=term)
        _add(entry, "summary", outage["sentence"])
    xml: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return xml


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
