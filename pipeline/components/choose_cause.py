"""Choose from the finds of a text why the outage happened: one root, its chain, or nothing.

In "A configuration change overloaded the gateways" the chain is ``config_change``,
``capacity_overload``; in "Engineers are investigating the root cause" there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.components.finds import Find
from pipeline.model import Mention
from pipeline.terms import Cause

HEDGED = 0.85  # what a hedge leaves of a confidence
CHAIN = 0.45  # what another cause in the chosen sentence needs
EFFECT = 0.35  # what an effect there needs
ROOT = 0.7  # how plain, against the best find, the phrase that it follows from has to be


@dataclass(frozen=True, slots=True)
class CauseChoice:
    """The cause of an outage: the root, the chain with the root first, the words of the root."""

    cause: Cause = Cause.UNKNOWN
    causes: tuple[Cause, ...] = ()
    text: str | None = None
    hedged: bool = False
    mentions: tuple[Mention, ...] = ()


def choose_cause(found: Sequence[Find]) -> CauseChoice:
    """The one cause that the finds state, `unknown` where they state none.

    Denied and past causes are never taken; a category that the text denies is not taken from a
    rumour either; a fix counts only where nothing else is said.
    """
    causes = [f for f in found if f.field == "cause"]
    mentions = tuple(f.as_mention() for f in sorted(causes, key=lambda f: (f.start, f.end)))
    denied = {f.value for f in causes if "negated" in f.context}
    usable = [
        f
        for f in causes
        if f.value != Cause.UNKNOWN
        and not f.context & {"negated", "historical"}
        and not (f.value in denied and "hedged" in f.context)
    ]
    stated = [f for f in usable if f.data["role"] not in ("fix", "effect") and f.confidence >= f.data["enough"]]
    pool = stated or [f for f in usable if f.data["role"] == "fix"]
    if not pool:
        return CauseChoice(mentions=mentions)
    best = max(pool, key=lambda f: (weigh(f), -f.start))
    if "hedged" in best.context and any(f.data["role"] == "unstated" for f in causes):
        return CauseChoice(mentions=mentions)
    chain = link_up(best, usable)
    root = chain[0]
    order = tuple(dict.fromkeys(Cause(f.value) for f in chain))
    return CauseChoice(Cause(root.value), order, root.text, "hedged" in root.context, mentions)


def link_up(best: Find, usable: Sequence[Find]) -> list[Find]:
    """The chain that the sentence of the best find tells, root first.

    What is to stand before the best find has to be nearly as plain, what follows from it need not.
    """
    here = [f for f in usable if f.data["sentence"] == best.data["sentence"] and f.data["role"] != "fix"]
    here.sort(key=place)
    roots = [f for f in here if place(f) < place(best) and f.data["role"] != "effect"]
    before = [f for f in roots if weigh(f) >= ROOT * weigh(best)]
    after = [f for f in here if place(f) > place(best)]
    return [*before, best, *(f for f in after if weigh(f) >= (EFFECT if f.data["role"] == "effect" else CHAIN))]


def place(find: Find) -> tuple[int, int]:
    """Where a find stands in its chain."""
    return (find.data.get("depth", 0), find.start)


def weigh(find: Find) -> float:
    """How much a find speaks for its cause."""
    return find.confidence * (HEDGED if "hedged" in find.context else 1.0)
