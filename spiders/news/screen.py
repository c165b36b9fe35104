"""Whether the article behind a feed's entry is worth a request: the gate, and for operators' own writing a wider one.

The press is screened by `pipeline.gate`. Who writes of their own work names an outage in many other ways ("What
happened on Tuesday", "How one query slowed us down for an hour"), and there are few such texts, so that a title
or summary with any of the words below is worth its page.
"""

from __future__ import annotations

import re

from pipeline.gate import passes
from pipeline.model import Report, Source
from pipeline.terms import SourceKind

WIDER = re.compile(
    r"\b(?:incidents?|happened|broken?|fail(?:s|ed|ing|ures?|over)?|recover(?:y|ed|ing)?|degrad\w*|latency|apolog\w*"
    r"|slow(?:ed|er|down)?|errors?|crash\w*|mitigat\w*|resilien\w*|reliab\w*|(?:un)?availab\w*|disrupt\w*|lessons?"
    r"|learned|retrospective|review|disaster|deadlocks?|race condition|overload\w*|bugs?|sorry|interruption"
    r"|root[- ]caus\w*|debug\w*|rollback|сбо[йяе]\w*|инцидент\w*)\b|障害|事後|インシデント|장애",
    re.IGNORECASE,
)


def is_worth_a_page(source: Source, report: Report) -> bool:
    """Whether the title and summary of an entry of `source` give reason to ask for its article."""
    if passes(report.title, report.summary, kind=source.kind):
        return True
    if source.kind is not SourceKind.POSTMORTEM:
        return False
    return WIDER.search(f"{report.title}\n{report.summary or ''}"[:2000]) is not None
