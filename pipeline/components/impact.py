"""Finds what manner of event it is, how bad it is, and what users meet.

Example: "elevated error rates for some users" is a minor degradation with errors.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotation import Mention
from pipeline.components.finds import Find, Meta, add, whole
from pipeline.components.lexicon import flatten
from pipeline.components.ruleset import Rule, compile_pattern, load_rules, tables
from pipeline.terms import Kind, Severity, Symptom

READ = 1_500
NUMBER = re.compile(r"(\d[\d.,]*)\s?(k\b|thousand|million)?")
TIMES = {"k": 1_000, "thousand": 1_000, "million": 1_000_000}
NUMERALS = dict(
    zip(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), range(1, 11), strict=True)
)
NUMERALS |= {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
SPELLED = re.compile(rf"\b({'|'.join(NUMERALS)}) thousand")
GROUPED = re.compile(r"[.,](?=\d{3}(?:\D|$))")
LEAST_SYMPTOM = 0.25
AROUND = 40


@dataclass(frozen=True, slots=True)
class Impact:
    """The choice: one kind, one severity, several symptoms, and the words for them."""

    kind: Kind = Kind.UNKNOWN
    severity: Severity = Severity.UNKNOWN
    symptoms: tuple[Symptom, ...] = ()
    mentions: tuple[Mention, ...] = ()


@Language.factory("outagewire_impact", assigns=["doc._.finds"])
class ImpactFinder:
    """Adds finds of `kind`, `severity`, `symptom`, `reports` and `official` from the beginning of the text."""

    def __init__(self, nlp: Language, name: str) -> None:  # noqa: ARG002 - spaCy calls every factory with both
        self.name = name
        words = tables("impact")
        self.denied = [compile_pattern(words[side]) for side in ("denied", "denied_inside", "denied_behind")]
        self.rules = [(rule, edge(rule, "not_before"), edge(rule, "not_after")) for rule in load_rules("impact")]

    def __call__(self, doc: Doc) -> Doc:
        """Add the finds."""
        text = whole(doc)[: doc._.meta.title_end + READ]
        flat = flatten(text)
        found = []
        for rule, before, behind in self.rules:
            if not rule.possible(flat):
                continue
            field = rule.data["field"]
            for match in rule.pattern.finditer(flat):
                start, end = match.span()
                lead, tail = flat[max(0, start - AROUND) : start], flat[end : end + AROUND]
                if (before and before.search(lead)) or (behind and behind.search(tail)):
                    continue
                if field == "symptom" and self._denies(lead, match[0], tail):
                    continue
                value = counted(match[0]) if field == "reports" else rule.value
                found.append(Find(field, start, end, text[start:end], value, rule.id, 0.7, data=rule.data))
        add(doc, found)
        return doc

    def _denies(self, *sides: str) -> bool:
        """Whether the words before a symptom, its own, or those behind it say that it was not met."""
        return any(words.search(side) for words, side in zip(self.denied, sides, strict=True))


def counted(words: str) -> str:
    """The last number of the words, written out: "20,000", "20k" and "twenty thousand" are 20000."""
    spelled = SPELLED.search(words)
    if spelled:
        return str(NUMERALS[spelled[1]] * 1_000)
    digits, unit = NUMBER.findall(words)[-1]
    return str(round(float(GROUPED.sub("", digits.rstrip(".,"))) * TIMES.get(unit, 1)))


def edge(rule: Rule, key: str) -> re.Pattern[str] | None:
    """The words beside a find that speak against it, or None where the rule has none."""
    return compile_pattern(rule.data[key]) if key in rule.data else None


def holds(find: Find) -> bool:
    """Whether the phrase is said of this event. A symptom may be told by a negation: "cannot sign in"."""
    return not find.context & ({"negated", "historical"} if find.field in ("kind", "severity") else {"historical"})


def sums(found: Sequence[Find], field: str, meta: Meta) -> dict[str, float]:
    """The weight of each value of a field: each phrase counts less than the one before, the title's twice."""
    total: dict[str, float] = {}
    seen: dict[str, int] = {}
    for find in sorted(found, key=lambda f: f.start):
        if find.field != field or not holds(find):
            continue
        seen[find.value] = seen.get(find.value, 0) + 1
        place = 2.0 if find.start < meta.title_end else 1.0 if find.start < meta.title_end + 400 else 0.4
        total[find.value] = total.get(find.value, 0.0) + find.data["weight"] * place / seen[find.value]
    return total


def choose_impact(found: Sequence[Find], meta: Meta) -> Impact:
    """The impact, `unknown` where no word tells of it; counted reports and the provider's word are mentions. Pure."""
    kinds, severities, symptoms = (sums(found, field, meta) for field in ("kind", "severity", "symptom"))
    chosen: list[tuple[str, str]] = []
    kind, severity = Kind.UNKNOWN, Severity.UNKNOWN
    if kinds:
        kind = Kind(max(kinds, key=lambda value: kinds[value]))
        chosen.append(("kind", kind))
    if severities:
        severity = Severity(max(severities, key=lambda value: severities[value]))
        chosen.append(("severity", severity))
    most = max(symptoms.values(), default=0.0)
    kept = sorted((v for v in symptoms if symptoms[v] >= LEAST_SYMPTOM * most), key=lambda v: -symptoms[v])
    chosen += [("symptom", value) for value in kept]
    told = [f for f in found if f.field in ("reports", "official") and not f.context & {"historical", "asked"}]
    counts = [f for f in told if f.field == "reports"]
    if counts:  # the highest is the peak
        chosen.append(("reports", max(counts, key=lambda f: int(f.value)).value))
    chosen += dict.fromkeys(("official", f.value) for f in told if f.field == "official")
    ordered = sorted(found, key=lambda f: f.start)
    firsts = [next((f for f in ordered if (f.field, f.value) == pair and holds(f)), None) for pair in chosen]
    return Impact(kind, severity, tuple(Symptom(v) for v in kept), tuple(f.as_mention() for f in firsts if f))
