"""What ties a cause phrase to an outage: how sure one cue makes one phrase, and what follows from what.

Example: in "A power cut triggered the outage" the cue "triggered" makes "power cut" a cause with 0.85.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.components.causal_rules import Match
from pipeline.terms import Cause

# What a causal statement about the outage itself names on its other side.
OUTAGE = re.compile(
    r"\b(?:outages?|disruptions?|incidents?|issues?|problems?|downtime|interruptions?|it|this|that|which|failures?|errors?"
    r"|down|offline|unavailab\w+|crash\w*|delays?|trouble|glitch|impact|inaccessible|unreachable|loss|blackout)\b"
)
# A heading's section ends where the next heading begins.
SECTION_END = re.compile(
    r"(?:mitigation|next steps?|remediation|resolution|workaround|timeline|detection|customer impact|provide feedback"
    r"|how did we respond|how are we|what we are doing|prevention|recovery)[\w ]{0,40}[:?]|[#*]{2} ?(?!root)[a-z]"
)
# A sentence that begins or goes on so tells what came of the sentence before it.
FOLLOWS = re.compile(
    r"(?:this|that|which|it|they|these|those)(?: (?:in turn|then|also|error|change|edit|failure|mistake|loss))?"
    r" (?!(?:was|is|were|are|has|had|will|may|might|could|would|can)\b)\w"
    r"|(?:as a (?:result|consequence)|in (?:turn|consequence)|consequently|therefore|thereby|hence|with that"
    r"|thereupon|one after the other)\b"
    r"|(?:because of|due to|owing to|as a result of|following|with|after|through) (?:that|this|it|them)\b"
    r"|(?:(?:with)?in|after|for) (?:\w+ )?(?:seconds?|minutes?|hours?|days?)\b"
    r"|(?:\w+ )?(?:moments|seconds?|minutes?|hours?|days?) later\b|(?:soon|shortly) (?:after|afterwards)\b"
    r"|(?:its|their|the) (?:edit|change|deletion|removal|loss|failover|failure|error|mistake|update|leak|requests"
    r"|traffic)\b"
)
FOLLOWS_INSIDE = re.compile(
    r"\b(?:(?:because of|due to|owing to|as a result of|in consequence of) (?:that|this|it|them|which)"
    r"|in turn|in consequence)\b"
)
# "An issue with storage" on a status page says where it fails, and not why.
VAGUE = re.compile(r"\b(?:issues?|problems?|trouble)\b")
PLACES = frozenset({Cause.NETWORK, Cause.DNS, Cause.DATABASE_STORAGE, Cause.HARDWARE})
MERE_PLACE = 0.6  # what is left of such a phrase there
CLAUSE_END = re.compile(r"; | but | however| although | whereas | unlike ")
# Below it a phrase is a mere mention. A long text has more chances to mention, and a status page talks of symptoms.
ENOUGH, ENOUGH_LONG, ENOUGH_STATUS = 0.33, 0.53, 0.6
LONG = 600
LEAD = 1200  # characters after which a phrase is more likely of another story
DECAY = 0.0015  # confidence lost for each character between cue and phrase
SECTION_DECAY = 0.0003  # likewise inside a section
OTHER_EFFECT = 0.18  # confidence lost where the effect is not said to be the outage
WEAK_IN_LONG = 0.1  # confidence that a weak cue loses in a text longer than LEAD
PLAIN = 0.5  # a section names many things: a phrase of less weight in it is no cause
LONGEST = 60  # characters of a long phrase
ARTICLE = 5  # characters of "this "
EFFECT = 0.4  # confidence of what is only said to follow from a cause
EFFECT_REACH = 150  # characters between an effect and its cue


def reach(cue: Match) -> tuple[int, int]:
    """Between which offsets the causes and effects of a cue may lie; before a weak cue none is looked for."""
    rule, start, end = cue
    far = int(rule["reach"]) + LONGEST
    if rule["side"] == "after":
        return (start if rule.get("weak") else start - EFFECT_REACH), end + far
    return start - far, end + EFFECT_REACH


def link(cue: Match, phrase: Match, flat: str, others: Sequence[Match] = ()) -> float:
    """How surely this cue makes this phrase a cause, 0 where it does not. `others`: the phrases of its sentence."""
    rule, start, end = cue
    what, first, last = phrase
    strength, weight = float(rule["strength"]), float(what["weight"])
    if rule["side"] == "section":
        if last <= end or weight < PLAIN:
            return 0.0
        return (strength - max(0, first - end) * SECTION_DECAY) * weight
    gap = first - end if rule["side"] == "after" else start - last
    if rule["side"] == "after" and first < end < last and end - first <= ARTICLE:
        gap = 0  # the cue has taken the article that the phrase begins with
    if rule["side"] == "effect" or not 0 <= gap <= rule["reach"]:
        return 0.0
    if (rule.get("weak") and what.get("symptom")) or CLAUSE_END.search(flat, min(end, last), max(start, first)):
        return 0.0
    effect = (max(0, start - 60), end) if rule["side"] == "after" else (start, end + 60)
    told = OUTAGE.search(flat, *effect) or any(
        effect[0] <= o[1] and o[2] <= effect[1] for o in others if o is not phrase
    )
    lost = 0.0 if told else OTHER_EFFECT
    if rule.get("weak") and len(flat) > LEAD:
        lost += WEAK_IN_LONG
    return max(0.0, strength * weight - gap * DECAY - lost)


def follows(flat: str, start: int, end: int) -> bool:
    """Whether a sentence tells what came of the one before it: "This overloaded the brokers"."""
    while start < end and not flat[start].isalnum():
        start += 1
    return bool(FOLLOWS.match(flat, start, end) or FOLLOWS_INSIDE.search(flat, start, end))


def enough(length: int, kind: str | None) -> float:
    """The confidence that a cause needs to be taken from a text of this length and kind."""
    if length <= LONG:
        return ENOUGH
    return ENOUGH_STATUS if kind == "status" else ENOUGH_LONG


def tells_why(words: str, cause: str, kind: str | None) -> float:
    """What is left of a phrase which, on a page of this kind, may tell no more than where something fails."""
    return MERE_PLACE if kind == "status" and cause in PLACES and VAGUE.search(words) else 1.0


def alone(phrase: Match) -> float:
    """How surely the phrase is a cause without any cue."""
    rule, start, _ = phrase
    return float(rule.get("alone", 0.0)) * (1.0 if start < LEAD else 0.5)


def depths(cues: Sequence[Match], phrases: Sequence[Match]) -> list[int]:
    """How many effects away from the root each phrase of a sentence stands, by the cues between them."""
    edges: list[tuple[int, int]] = []
    for rule, start, end in (c for c in cues if c[0]["side"] in ("after", "before")):
        before = [i for i, (_, _, last) in enumerate(phrases) if last <= start and start - last <= EFFECT_REACH]
        after = [i for i, (_, first, last) in enumerate(phrases) if first >= start and 0 <= last - end <= EFFECT_REACH]
        if before and after:
            edge = (before[-1], after[0]) if rule["side"] == "before" else (after[0], before[-1])
            if edge[::-1] not in edges:
                edges.append(edge)
    found = [0] * len(phrases)
    for _ in range(min(len(edges), 4)):
        for cause, effect in edges:
            found[effect] = max(found[effect], found[cause] + 1)
    return found
