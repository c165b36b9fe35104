"""What of a body is kept, by the manner of its platform: all of it, what passes the gate, or whole conversations."""

from __future__ import annotations

from dataclasses import replace

from pipeline.model import Source
from spiders.contents import Contents, read_body
from spiders.conversations import hear
from spiders.ledger import Visit
from spiders.news.screen import is_worth_a_page
from spiders.platforms import Platform


def take(platform: Platform, body: bytes, visit: Visit, source: Source, salt: bytes) -> Contents:
    """Read a body that came from the address of `source`; what is not kept is counted in the visit.

    Raises `ShapeError`, as the platform does.
    """
    if platform.conversations:
        heard = hear(platform, body, source, salt)
        visit.screened += heard.screened
        return Contents(heard.reports, heard.issues, complete=False, window_start=None)
    contents = read_body(platform, body, source)
    if not platform.screened:
        return contents
    kept = tuple(report for report in contents.reports if is_worth_a_page(source, report))
    visit.screened += len(contents.reports) - len(kept)
    return replace(contents, reports=kept)
