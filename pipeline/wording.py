"""Facts in plain English: times with their precision, lengths of time, causes, and the one sentence of an outage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.model import parse_iso
from pipeline.terms import Certainty, Kind, Precision, Speaker

CAUSES = {
    "config_change": "a configuration change",
    "software_deploy": "a software release",
    "software_bug": "a software bug",
    "capacity_overload": "overload",
    "network": "the network",
    "dns": "DNS",
    "certificate_expiry": "an expired certificate",
    "hardware": "a hardware failure",
    "power": "a power failure",
    "cooling": "a cooling failure",
    "natural_disaster": "a natural disaster",
    "physical_damage": "physical damage",
    "third_party": "a failure of another provider",
    "database_storage": "a database or storage failure",
    "security_attack": "an attack",
    "human_error": "human error",
    "maintenance": "maintenance work",
    "government_order": "a government order",
    "other": "another cause",
    "unknown": "unknown",
}

CERTAINTIES = {
    Certainty.SUSPECTED: "no word of the provider, and no two independent kinds of source",
    Certainty.LIKELY: "at least two independent kinds of source speak of it",
    Certainty.CONFIRMED: "the provider itself says so",
}

SPEAKERS = {Speaker.PROVIDER: "the provider", Speaker.USERS: "users", Speaker.OTHERS: "others, such as analysts"}

# Past, since and planned; a kind that is not known gets the most general word.
EVENTS = {
    Kind.OUTAGE: ("had an outage", "has had an outage", "expects an outage"),
    Kind.DEGRADATION: ("was degraded", "has been degraded", "expects to be degraded"),
    Kind.MAINTENANCE: ("was under maintenance", "has been under maintenance", "has maintenance planned"),
    Kind.SECURITY: ("had a security incident", "has had a security incident", "expects a security incident"),
    Kind.ADVISORY: ("was the subject of an advisory", "has been the subject of an advisory", "has announced a change"),
    Kind.UNKNOWN: ("had an incident", "has had an incident", "expects an incident"),
}

# A verb, and how it is said of what nobody but a crowd tells of.
MAYBE = (
    ("has had ", "may have had "),
    ("had ", "may have had "),
    ("has been ", "may have been "),
    ("was ", "may have been "),
)

FORMS = {
    Precision.EXACT: "{clock} on {day}",
    Precision.MINUTE: "{clock} on {day}",
    Precision.HOUR: "about {clock} on {day}",
    Precision.PART_OF_DAY: "roughly {clock} on {day}",
    Precision.DAY: "some time on {day}",
    Precision.MONTH: "some time in {month}",
}

SHORT_FORMS = {
    Precision.EXACT: "{day}, {clock}",
    Precision.MINUTE: "{day}, {clock}",
    Precision.HOUR: "{day}, about {clock}",
    Precision.PART_OF_DAY: "{day}, roughly {clock}",
    Precision.DAY: "{day}",
    Precision.MONTH: "{month}",
}

REGIONS_SHOWN = 3


def moment(text: str | None, precision: str | None = None) -> str:
    """A stored time in words that claim no more than its precision: ``about 08:00 UTC on 20 March 2023``.

    Raises `ValueError` for a precision that is none.
    """
    at = parse_iso(text)
    if at is None:
        return "unknown"
    form = FORMS[Precision(precision) if precision else Precision.MINUTE]
    return form.format(clock=f"{at:%H:%M} UTC", day=f"{at.day} {at:%B %Y}", month=f"{at:%B %Y}")


def moment_in_table(text: str | None, precision: str | None = None) -> str:
    """The same, short, for columns that say UTC in their heading: ``20 Mar 2023, about 08:00``."""
    at = parse_iso(text)
    if at is None:
        return "unknown"
    form = SHORT_FORMS[Precision(precision) if precision else Precision.MINUTE]
    return form.format(clock=f"{at:%H:%M}", day=f"{at.day} {at:%b %Y}", month=f"{at:%b %Y}")


def machine_time(text: str, precision: str | None) -> str:
    """The same time for the `datetime` attribute: a day or a month is not given a clock it never had."""
    return text[: {Precision.DAY: 10, Precision.MONTH: 7}.get(Precision(precision), 20)] if precision else text


def length(minutes: int | None) -> str:
    """A length of time in words: ``1 hour 35 minutes``."""
    if minutes is None:
        return "unknown"
    if minutes == 0:
        return "less than a minute"
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    # Nobody reads the minutes of a week.
    parts = [(days, "day"), (hours, "hour"), (0 if days else left, "minute")]
    return " ".join(f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n)


def plain(word: str) -> str:
    """A word of a closed set as a reader sees it: ``part of day``."""
    return word.replace("_", " ")


def cause(value: str, *, hedged: bool) -> str:
    """The cause in words, with its hedge."""
    words = CAUSES[value]
    return f"suspected: {words}" if hedged and value != "unknown" else words


def sentence(outage: Mapping[str, Any], phase: str, names: Sequence[str], provider: str | None) -> str:
    """One plain sentence (and what stands behind it) made of the facts of an outage alone.

    `outage` is a row of `outages` with its `regions` added; `names` are those of its services.
    """
    subject = _subject(names, provider)
    parts = [_retracted(outage, subject) if phase == "retracted" else _event(outage, phase, subject)]
    if outage["cause"] != "unknown":
        parts.append(f"{'Suspected cause' if outage['cause_hedged'] else 'Cause'}: {CAUSES[outage['cause']]}.")
    if phase == "unknown":
        minutes = outage["duration_minutes"]
        lasted = "" if minutes is None else f"It is said to have lasted {length(minutes)}. "
        parts.append(f"{lasted}Whether it is over is not known.")
    if phase != "retracted":
        parts.append(f"{outage['certainty'].capitalize()}: {CERTAINTIES[outage['certainty']]}.")
    return " ".join(parts)


def _subject(names: Sequence[str], provider: str | None) -> str:
    if not names:
        return f"An unnamed service of {provider}" if provider else "An unnamed service"
    more = f", with {len(names) - 1} more service{'s' if len(names) > 2 else ''}," if len(names) > 1 else ""
    owner = f" ({provider})" if provider and provider != names[0] else ""
    return f"{names[0]}{owner}{more}"


def _event(outage: Mapping[str, Any], phase: str, subject: str) -> str:
    past, since, planned = EVENTS[Kind(outage["kind"])]
    verb = {"ongoing": since, "upcoming": planned}.get(phase, past)
    if outage["certainty"] == Certainty.SUSPECTED and outage.get("first_signal_at"):
        verb = next((may + verb.removeprefix(is_) for is_, may in MAYBE if verb.startswith(is_)), verb)
    started, precision = outage["started_at"], outage["started_precision"]
    words = moment(started, precision)
    if started is None:
        when = ", start unknown"
    elif phase == "ongoing":
        when = f" since {words}"
    elif phase == "upcoming":
        when = f" from {words}"
    elif precision in (Precision.DAY, Precision.MONTH):
        when = f" {words}"
    else:
        when = f" from {words}" if outage["ended_at"] else f" at {words}"
    lasted = f" for {length(outage['duration_minutes'])}" if outage["duration_minutes"] is not None else ""
    return f"{subject} {verb}{lasted if phase == 'over' else ''}{when}{_where(outage['regions'])}."


def _retracted(outage: Mapping[str, Any], subject: str) -> str:
    when = f" ({moment(outage['started_at'], outage['started_precision'])})" if outage["started_at"] else ""
    return f"A report of trouble at {subject}{when} was retracted{_where(outage['regions'])}."


def _where(regions: Sequence[str]) -> str:
    if not regions:
        return ""
    if list(regions) == ["global"]:
        return ", worldwide"
    *first, last = regions if len(regions) <= REGIONS_SHOWN else [*regions[:REGIONS_SHOWN], ""]
    last = last or f"{len(regions) - REGIONS_SHOWN} more"
    return f", in {', '.join(first)} and {last}" if first else f", in {last}"
