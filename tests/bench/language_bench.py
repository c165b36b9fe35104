"""CPU per token of the language pipeline, to en_core_web_sm's full pipeline on the same texts."""

from __future__ import annotations

import importlib.util
import json
import random
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import spacy

from pipeline import nlp
from pipeline.extract import annotate_lines
from pipeline.model import compose

BUDGET, WORKERS_BUDGET = 0.1, 1.7
WARM, MANY, GROWTH_BUDGET = 10_000, 100_000, 1.05
TEXTS = 400
GOLD = Path(__file__).resolve().parents[3] / "shared" / "gold"
OF_EACH, LONGEST = 15, 100_000
FULL_TEXTS = 170
"""Texts that the full pipeline reads at most, since it takes its time."""
SUBJECTS = ("Users", "Customers in Europe", "Some teams", "Many people", "Shops that pay with it", "Developers")
VERBS = (
    "could not log in to",
    "saw errors in",
    "lost access to",
    "waited for",
    "complained about",
    "were cut off from",
)
SERVICES = ("GitHub", "Slack", "Amazon S3", "Microsoft Teams", "Cloudflare", "PlayStation Network", "ChatGPT", "Zoom")
WHENS = (
    "from 09:10 to 11:25 UTC on 3 March 2025",
    "for about an hour",
    "since early Monday",
    "at 4:30 p.m. ET on Tuesday",
)
WHYS = (
    "after a configuration change",
    "because of an expired certificate",
    "though the cause is not known",
    "when a router failed",
)
REST = (
    "The company said that it was looking into it.",
    "A spokesman declined to comment.",
    "The service recovered later in the day.",
    "Engineers rolled the change back.",
    "It is the third such event this year.",
)
# The body of a story: one sentence in five tells of the event, as in the press.
WHO = (
    "The chief engineer",
    "An analyst in Leeds",
    "A teacher with two classes",
    "Her successor",
    "The works council",
    "One shop owner",
)
DID = (
    "spoke at length about",
    "had long asked for",
    "remembered",
    "did not want to judge",
    "wrote a book on",
    "is paid to think about",
)
WHAT = (
    "the habits of the trade",
    "a second supplier",
    "the old building by the river",
    "rules that nobody reads",
    "larger batteries",
    "paper",
)
ASIDE = (
    "as others had before",
    "without much success",
    "to the surprise of the board",
    "over a cup of coffee",
    "and left it at that",
    "in a long letter",
)


def texts() -> list[str]:
    """Stories that differ in words and order, since one text read again measures the tokenizer's cache."""
    chance = random.Random(7)
    stories = []
    for n in range(TEXTS):
        sentences = []
        for _ in range(5):
            sentences.append(" ".join(map(chance.choice, (SUBJECTS, VERBS, SERVICES, WHENS, WHYS))) + ".")
            sentences += [" ".join(map(chance.choice, (WHO, DID, WHAT, ASIDE))) + "." for _ in range(3)]
            sentences.append(f"{chance.choice(REST)[:-1]}, desk {chance.randrange(10**6)} reports.")
        stories.append(compose(f"Story {n}", " ".join(sentences)))
    return stories


def real_texts() -> list[str]:
    """As many texts of each file of labelled ones, where those lie beside the repository."""
    chosen = []
    for path in sorted(GOLD.glob("*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines()
        chosen += random.Random(1).sample(lines, min(OF_EACH, len(lines)))
    records = map(json.loads, chosen)
    return [compose(r.get("title") or "", r.get("text"))[:LONGEST] for r in records]


def measure(_folder: Path) -> list[tuple[str, str, str, bool | None]]:
    """The CPU of this process over distinct texts, then the speed-up of two workers on more of them.

    The budget speaks of real texts. Ours are denser with what is looked for, so that they cost more.
    """
    stories, real = texts(), real_texts()
    rows = [_against_the_full_pipeline("made-up stories", stories, None if real else BUDGET)]
    if real:
        rows.insert(0, _against_the_full_pipeline(f"{len(real)} real texts", real, BUDGET))
    return [*rows, _workers(stories), _memory()]


def _against_the_full_pipeline(what: str, stories: list[str], limit: float | None) -> tuple[str, str, str, bool | None]:
    """CPU a token of both pipelines, told by the tokens of spaCy's English, of which ours makes somewhat more."""
    ours, counted = nlp.load(), spacy.blank("en")
    tokens = sum(len(counted.make_doc(story)) for story in stories)
    mine = _time(lambda text: nlp.annotate(ours, {"id": "x", "text": text}), stories) / tokens
    what, budget = f"CPU a token, {what}", f"<= {limit} of the full one" if limit else "none"
    if importlib.util.find_spec("en_core_web_sm") is None:
        return (what, f"{mine * 1e6:.1f} us; en_core_web_sm is not installed", budget, None)
    import en_core_web_sm

    full, some = en_core_web_sm.load(), random.Random(2).sample(stories, min(len(stories), FULL_TEXTS))
    other = _time(full, some) / sum(len(full.make_doc(story)) for story in some)
    ratio = mine / other
    within = ratio <= limit if limit else None
    return (what, f"{mine * 1e6:.1f} us to {other * 1e6:.1f} us, ratio {ratio:.3f}", budget, within)


def _workers(stories: list[str]) -> tuple[str, str, str, bool | None]:
    """Wall time of one process and of two, both without their start: the smaller lot is taken off the larger."""
    lines = [json.dumps({"id": str(n), "text": story}) for n, story in enumerate(stories)] * 8
    seconds = {}
    for workers in (1, 2):
        small, large = (_wall(lot, workers) for lot in (lines[:800], lines))
        seconds[workers] = large - small
    gain = seconds[1] / seconds[2]
    return ("  two workers to one", f"{gain:.2f} times", f">= {WORKERS_BUDGET}", gain >= WORKERS_BUDGET)


def posts(count: int) -> Iterator[str]:
    """Lines for `annotate`, each with a word that no other has: what is kept of words would show."""
    chance = random.Random(5)
    for n in range(count):
        words = map(chance.choice, (SUBJECTS, VERBS, SERVICES, WHENS, WHYS))
        yield json.dumps({"id": str(n), "text": f"{' '.join(words)}, says user{chance.randrange(10**9)}."})


def _memory() -> tuple[str, str, str, bool | None]:
    """What this process holds after many texts, to what it held after the first of them."""
    held = []
    for number, _ in enumerate(annotate_lines(posts(MANY)), 1):
        if number in (WARM, MANY):
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
            held.append(pages * resource.getpagesize() / 1e6)
    growth = held[1] / held[0]
    shown = f"{held[0]:.0f} MB after {WARM}, {held[1]:.0f} MB after {MANY}, ratio {growth:.3f}"
    return ("  memory over 100,000 texts", shown, f"<= {GROWTH_BUDGET}", growth <= GROWTH_BUDGET)


def _wall(lines: list[str], workers: int) -> float:
    started = time.perf_counter()
    for _ in annotate_lines(lines, workers):
        pass
    return time.perf_counter() - started


def _time(read: Callable[[str], object], stories: list[str]) -> float:
    for story in stories[:20]:  # rules and zones are compiled when they are first needed
        read(story)
    started = time.process_time()
    for story in stories:
        read(story)
    return time.process_time() - started
