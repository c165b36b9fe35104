"""The lines of a robots.txt that are meant for us.

A file may hold thousands of groups, and a group thousands of agents and of rules; who keeps every rule of every agent,
as the parser does, multiplies the one by the other. What is left here holds the groups that name us, or everybody.
"""

from __future__ import annotations

AGENTS = frozenset({"user-agent", "useragent", "user agent"})
SITE_WIDE = frozenset({"sitemap", "sitemaps", "site-map", "host"})
"""What belongs to no group and ends none."""


def lines_for(agent: str, text: str) -> str:
    """`text` without the groups of others, as the parser would group and match them."""
    kept: list[str] = []
    ours, opening = False, False
    for line in text.splitlines():
        plain = line.partition("#")[0].strip()
        field, value = _split(plain)
        if not plain or field in SITE_WIDE:
            continue
        if field in AGENTS:
            named = value == "*" or (value != "" and value.replace("*", "") in agent)
            ours = named or (ours and opening)
            opening = True
            if named:
                kept.append(f"User-agent: {value}")
            continue
        opening = False
        if ours:
            kept.append(plain)
    return "\n".join(kept)


def _split(line: str) -> tuple[str, str]:
    """Field and value in lower case; a colon may be missing after a field that is known."""
    lower = line.lower()
    field, colon, value = lower.partition(":")
    if colon:
        return field.strip(), value.strip()
    known = next((name for name in AGENTS | SITE_WIDE if lower.startswith(name + " ")), lower)
    return known, lower[len(known) :].strip()
