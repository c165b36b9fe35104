"""Choose from the finds of a text why the outage happened: one root, its chain, or nothing.

In "A configuration change overloaded the gateways" the chain is ``config_change``,
``capacity_overload``; in "Engineers are investigating the root cause" there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.annotation import Mention
from pipeline.components.failed_service import FIRST, OTHER, family
from pipeline.components.finds import Find
from pipeline.components.learned_cause import LATER, LEADING_UP
from pipeline.terms import Cause

TRIGGERS = frozenset({Cause.CONFIG_CHANGE, Cause.SOFTWARE_DEPLOY, Cause.MAINTENANCE, Cause.HUMAN_ERROR})
MECHANISMS = frozenset({Cause.CAPACITY_OVERLOAD, Cause.NETWORK, Cause.DATABASE_STORAGE, Cause.SOFTWARE_BUG, Cause.DNS})
# What happens to a house or a part of it, and what such things do to the rest where one sentence follows the other.
BLOWS = frozenset({Cause.POWER, Cause.NATURAL_DISASTER, Cause.PHYSICAL_DAMAGE, Cause.SECURITY_ATTACK})
BLOWN = frozenset({Cause.COOLING, Cause.HARDWARE, Cause.POWER})
STATED = frozenset({"trigger", "mechanism", "alone"})  # roles of what the rules find stated
NOT_MEANT = frozenset(
    {"negated", "historical", "asked", "own", "hearsay"}
)  # contexts of what is no cause of this outage
LINKS = STATED | {"effect"}  # roles of what may stand in a chain with it
EARLIER = TRIGGERS | {Cause.NATURAL_DISASTER, Cause.PHYSICAL_DAMAGE}
FOLLOWED = 0.28  # what needs, in a short text, the cause from which the next sentence says that something followed
HEDGED = 0.85  # what a hedge leaves of a confidence
NAMED = frozenset({FIRST["id"], OTHER["id"]})
RUMOUR = 0.5  # what is left where only users or unnamed people say it
CHAIN = 0.42  # what another cause in the chosen sentence, or in one that goes on from it, needs
EFFECT = 0.33  # what an effect there needs
FIRST_NAMED = 0.95  # confidence of another house's failure that is told to take the main service down
ELSEWHERE = 0.6  # what is left in a sentence that names services of other houses alone
PLAIN_ROOT = 0.65  # what a learned root needs before a link that a rule has heard
PLAIN = 0.7  # weight of a cause that a rule has found plainly
OPEN_NEEDS = 0.2  # what a cause needs, by rule and as told by its sentence, where another leaves the cause open
LEARNED = 0.5  # what a learned cause counts beside one that a rule has found
UNTOLD = 0.9  # what is left of a cause beside others where its sentence, as learned, tells none
BESIDE = 0.7  # share of a learned cause's weight from which a rule's in the same sentence is taken
ROOT = 0.7  # how plain, against the best find, the phrase that it follows from has to be


@dataclass(frozen=True, slots=True)
class CauseChoice:
    """The cause of an outage: the root, the chain with the root first, the words of the root."""

    cause: Cause = Cause.UNKNOWN
    causes: tuple[Cause, ...] = ()
    text: str | None = None
    hedged: bool = False
    mentions: tuple[Mention, ...] = ()


def choose_cause(found: Sequence[Find], main: str | None = None) -> CauseChoice:
    """The one cause that the finds state, `unknown` where they state none. `main`: the service that the text is about.

    Denied and past causes are never taken, nor what a crowd merely guesses; a category that the text denies is not
    taken from a rumour either; what was learned counts where no rule speaks, or as what a later link came from, and
    a fix where nothing else is said.
    """
    causes = [f for f in found if f.field == "cause"]
    mentions = tuple(f.as_mention() for f in sorted(causes, key=lambda f: (f.start, f.end)))
    denied = {f.value for f in causes if "negated" in f.context}
    if main:
        services = [f for f in found if f.field == "service"]
        mark_elsewhere(causes, services, main)
        weigh_named(causes, services, main)
    usable = [
        f
        for f in causes
        if f.value != Cause.UNKNOWN and not f.context & NOT_MEANT and not (f.value in denied and "hedged" in f.context)
    ]
    stated = [f for f in usable if f.data["role"] in STATED and f.confidence >= f.data["enough"]]
    learned = [f for f in usable if f.data["role"] == "learned" and f.value not in denied and meant(f, causes)]
    best = strongest(stated, learned, [f for f in usable if f.data["role"] == "fix"])
    if best is None:
        return CauseChoice(mentions=mentions)
    short = best.data["enough"] < CHAIN  # a long text has room for guesses beside what it states
    guessed = "hedged" in best.context or (short and any("hearsay" in f.context for f in causes))
    if weakly_told(best) and any(f.data["role"] == "open" for f in causes):
        return CauseChoice(mentions=mentions)
    if guessed and any(f.data["role"] == "unstated" for f in causes):
        return CauseChoice(mentions=mentions)
    chain = link_up(best, usable)
    if len(chain) == 1 and best.value in EARLIER:
        chain += came_of(best, stated)
    if chain[0].value in LATER:
        chain = [*learned_before(chain[0], learned), *chain]
    root = chain[0]
    order = tuple(dict.fromkeys(Cause(f.value) for f in chain))
    return CauseChoice(Cause(root.value), order, root.text, hedged(root, usable), mentions)


def mark_elsewhere(causes: Sequence[Find], services: Sequence[Find], main: str) -> None:
    """Mark causes told of another house's service: their sentence names it before them, and the main one not at all."""
    own = family(main)
    named = [(f.start, bool(family(f.value) & own)) for f in services if not f.data.get("ambiguous")]
    for find in causes:
        first, last = find.data["sentence"] or (0, 0)
        here = [(at, ours) for at, ours in named if first <= at < last]
        if here and not any(ours for _, ours in here) and any(at < find.start for at, _ in here):
            find.context.add("elsewhere")


def weigh_named(causes: Sequence[Find], services: Sequence[Find], main: str) -> None:
    """Weigh services named as what failed: the main one is no third party, another is where it takes the main one down.

    "AWS outage takes down Snapchat" may be a text on either.
    """
    own = family(main)
    for find in causes:
        if find.rule in NAMED:
            named = [f for f in services if find.start <= f.start < find.end]
            if any(family(f.value) & own for f in named):
                find.context.add("own")
            elif named and find.rule == FIRST["id"]:
                find.confidence = FIRST_NAMED
        elif find.data["role"] == "learned" and find.value == Cause.THIRD_PARTY:
            first, last = find.data["sentence"]
            told = [family(f.value) & own for f in services if first <= f.start < last]
            if told and all(told):
                find.context.add("own")


def link_up(best: Find, usable: Sequence[Find]) -> list[Find]:
    """The chain that the sentence of the best find tells, root first.

    What is to stand before the best find has to be nearly as plain, what follows from it need not.
    """
    here = [f for f in usable if f.data["sentence"] == best.data["sentence"] and f.data["role"] in LINKS]
    here.sort(key=place)
    roots = [f for f in here if place(f) < place(best) and f.data["role"] != "effect"]
    before = [f for f in roots if weigh(f) >= ROOT * weigh(best)]
    if best.data.get("follows"):
        before = [*told_before(best, usable), *before]
    if not before and best.value in MECHANISMS | BLOWN:
        before = trigger_before(best, usable)
    after = [f for f in here if place(f) > place(best)]
    after = [f for f in after if weigh(f) >= (EFFECT if f.data.get("depth") else CHAIN)]
    return [*before, best, *after, *told_after(best, usable)]


def told_before(best: Find, usable: Sequence[Find]) -> list[Find]:
    """What the sentences before tell, where each goes on from the one before it: "A card burnt out. This cut ..."."""
    first = best.data["sentence"][0]
    stated = [f for f in usable if f.data["role"] in STATED and f.data["sentence"] and f.data["sentence"][1] == first]
    short = best.data["enough"] < CHAIN
    least = FOLLOWED if short else max(best.data["enough"], min(CHAIN, ROOT * weigh(best)))
    root = max((f for f in stated if weigh(f) >= least), key=weigh, default=None)
    if root is None:
        return []
    return [*(told_before(root, usable) if root.data.get("follows") else trigger_before(root, usable)), root]


def told_after(best: Find, usable: Sequence[Find]) -> list[Find]:
    """What the next sentences tell as having come of it."""
    last = (best.data["sentence"] or (0, 0))[1]
    stated = [
        f for f in usable if f.data["role"] in STATED and f.data.get("follows") and f.data["sentence"][0] == last > 0
    ]
    effect = max((f for f in stated if weigh(f) >= CHAIN), key=weigh, default=None)
    return [] if effect is None else [effect, *told_after(effect, usable)]


def trigger_before(best: Find, usable: Sequence[Find]) -> list[Find]:
    """What somebody did or what struck, in the sentence before the best find's.

    "We changed a limit. It overloaded the gateways."
    """
    first = best.data["sentence"][0]
    earlier = TRIGGERS | BLOWS if best.value in MECHANISMS else BLOWS - {best.value}
    return [
        f
        for f in usable
        if f.value in earlier
        and f.data["role"] != "fix"
        and f.data["sentence"][1] == first
        and weigh(f) >= max(f.data["enough"], ROOT * weigh(best))
    ]


def learned_before(link: Find, learned: Sequence[Find]) -> list[Find]:
    """What a later link of a chain most likely came from: learned of a sentence shortly before.

    "The log level was raised on Monday. By noon the disks were full."
    """
    first = link.data["sentence"][0]
    near = [
        f
        for f in learned
        if f.value in EARLIER and f.confidence >= PLAIN_ROOT and first - LEADING_UP <= f.data["sentence"][0] < first
    ]
    return sorted(near, key=weigh)[-1:]


def came_of(root: Find, stated: Sequence[Find]) -> list[Find]:
    """The later link that a rule has heard shortly behind a root, most likely what came of it."""
    first, last = root.data["sentence"] or (0, 0)
    near = [f for f in stated if f.value in LATER and last <= f.data["sentence"][0] <= first + LEADING_UP]
    return sorted((f for f in near if weigh(f) >= CHAIN), key=weigh)[-1:]


def hedged(root: Find, usable: Sequence[Find]) -> bool:
    """Whether the root is only suspected; of a learned one the words that a rule found in its sentence say so too."""
    same = (root.data["sentence"], root.value)
    beside = [f for f in usable if root.data["role"] == "learned" and (f.data["sentence"], f.value) == same]
    return any("hedged" in f.context for f in (root, *beside))


def place(find: Find) -> tuple[int, int]:
    """Where a find stands in its chain."""
    return (find.data.get("depth", 0), find.start)


def weigh(find: Find) -> float:
    """How much a find speaks for its cause."""
    place = ELSEWHERE if "elsewhere" in find.context else 1.0
    word = RUMOUR if "rumour" in find.context else HEDGED if "hedged" in find.context else 1.0
    how = LEARNED if find.data["role"] == "learned" else 1.0
    return find.confidence * place * word * how


def weakly_told(find: Find) -> bool:
    """Whether neither the rules nor what was learned of its sentence say plainly that a find is the cause."""
    return weigh(find) < PLAIN and weigh(find) * find.data.get("told", 1.0) < OPEN_NEEDS


def strongest(stated: Sequence[Find], learned: Sequence[Find], fixes: Sequence[Find]) -> Find | None:
    """The find that speaks most for its cause; a fix where there is nothing else.

    Of a sentence that was learned to tell the root what a rule has found is taken where it weighs nearly as much.
    """
    pool = [*stated, *learned] or fixes
    best = max(pool, key=lambda f: (round(weigh_told(f), 2), -f.start), default=None)
    if best is None or best.data["role"] != "learned":
        return best
    return max((f for f in stated if beside(best, f)), key=weigh, default=best)


def weigh_told(find: Find) -> float:
    """How much a find speaks for its cause beside others: less where its sentence, as learned, tells none."""
    return weigh(find) * (UNTOLD + (1 - UNTOLD) * float(find.data.get("told", 1.0)))


def meant(learned: Find, causes: Sequence[Find]) -> bool:
    """Whether no rule has found the same cause in the same sentence and all such finds are meant otherwise.

    "If a certificate expires, browsers refuse the page" tells of none.
    """
    same = [f for f in causes if f.data["role"] in LINKS and overlap(f, learned) and f.value == learned.value]
    return not same or any(not f.context & NOT_MEANT for f in same)


def overlap(stated: Find, learned: Find) -> bool:
    """Whether a rule's find stands in the sentence of a learned one."""
    first, last = learned.data["sentence"]
    return bool(first <= stated.start < last)


def beside(learned: Find, stated: Find) -> bool:
    """Whether a rule has found nearly as much in the sentence that was learned to tell the root."""
    return overlap(stated, learned) and weigh(stated) >= BESIDE * weigh(learned)
