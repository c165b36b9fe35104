"""Whose page a text stands on, by its address: an issue of a project's tracker, a service's own blog or forum.

Example: "https://github.com/quill/quillmail-issues/issues/3" is on Quillmail. It counts only where the text itself
names nobody, as "same here, all day long" does.
"""

from __future__ import annotations

import re

from pipeline.catalogue import Catalogue
from pipeline.components.ruleset import tables

ADDRESS = re.compile(r"https?://(?:www\.)?([a-z0-9.-]{3,100})(/[^?#\s]{0,200})?", re.IGNORECASE)
TRACKER = re.compile(r"/([\w.-]{1,60})/([\w.-]{1,80})/(?:-/)?(?:issues|pull|pulls|discussions|merge_requests)\b")
OWN_HOST = re.compile(r"^(?:status|blog|support|help|community|forums?|engineering|developers?|trust|health)\.")
OWN_PATH = re.compile(
    r"/(?:blog|status|incidents?|support|help|community|forums?|news|newsroom|press|post-?mortems?|engineering)\b"
)


def page_owner(address: str | None, catalogue: Catalogue) -> str | None:
    """The slug of the service, or its name with a question mark where no catalogue has it; None where none is known."""
    match = ADDRESS.match(address or "")
    if match is None:
        return None
    host, path = match[1].lower(), match[2] or ""
    if host in tables("pages")["trackers"]:
        project = TRACKER.match(path)
        return project_name(project[1], project[2], catalogue) if project else None
    if not OWN_HOST.match(host) and not OWN_PATH.match(path):
        return None
    labels = host.split(".")
    domains = (".".join(labels[first:]) for first in range(len(labels) - 1))
    slug = next((catalogue.by_domain[domain] for domain in domains if domain in catalogue.by_domain), None)
    return None if slug in tables("pages")["open_houses"] else slug


def project_name(owner: str, project: str, catalogue: Catalogue) -> str:
    """The service that a project is the tracker of: known by its own name or by its owner's, else the project's."""
    pages = tables("pages")
    name = re.sub(rf"(?i)[-_.](?:{'|'.join(pages['project_tails'])})$", "", project)
    for known in (name, owner):
        slugs = catalogue.joined(known)
        if slugs and slugs[0] not in pages["open_houses"]:
            return slugs[0]
    return "?" + (owner if name.lower() in pages["project_words"] else name)
