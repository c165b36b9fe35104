"""CPU per token of the language pipeline, to en_core_web_sm's full pipeline on the same texts."""

from __future__ import annotations

import importlib.util
import random
import time
from pathlib import Path

from pipeline import nlp
from pipeline.model import compose

BUDGET = 0.1
TEXTS = 400
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
    "Shares closed 2 % higher.",
    "The service recovered later in the day.",
    "Engineers rolled the change back.",
    "It is the third such event this year.",
)


def texts() -> list[str]:
    """Stories that differ in words and order, since one text read again measures the tokenizer's cache."""
    chance = random.Random(7)
    stories = []
    for n in range(TEXTS):
        sentences = []
        for _ in range(12):
            parts = (
                chance.choice(SUBJECTS),
                chance.choice(VERBS),
                chance.choice(SERVICES),
                chance.choice(WHENS),
                chance.choice(WHYS),
            )
            sentences += [" ".join(parts) + ".", f"{chance.choice(REST)[:-1]}, desk {chance.randrange(10**6)} reports."]
        stories.append(compose(f"Story {n}", " ".join(sentences)))
    return stories


def measure(_folder: Path) -> list[tuple[str, str, str, bool | None]]:
    """Two passes over distinct texts each; CPU of this process."""
    stories = texts()
    ours = nlp.load()
    mine, tokens = _time(lambda text: len(nlp.annotate_doc(ours, {"id": "x", "text": text})), stories)
    what = "language pipeline, CPU a token"
    if importlib.util.find_spec("en_core_web_sm") is None:
        return [
            (
                what,
                f"{mine * 1e6:.1f} us ({tokens} tokens); en_core_web_sm is not installed",
                f"<= {BUDGET} of it",
                None,
            )
        ]
    import en_core_web_sm  # type: ignore[import-not-found]

    full = en_core_web_sm.load()
    other, _ = _time(lambda text: len(full(text)), stories[: TEXTS // 8])
    return [
        (
            what,
            f"{mine * 1e6:.1f} us to {other * 1e6:.1f} us, ratio {mine / other:.3f}",
            f"<= {BUDGET}",
            mine / other <= BUDGET,
        )
    ]


def _time(read: object, stories: list[str]) -> tuple[float, int]:
    read(stories[0])  # type: ignore[operator]
    started = time.process_time()
    tokens = sum(read(story) for story in stories[1:])  # type: ignore[operator]
    return (time.process_time() - started) / tokens, tokens
