"""What a word of a causal sentence stands for: the concept that the learned reader of causes sees beside it.

Worked sentence: in "The mainboard had given out" the words stand for HARDWARE and FAILS, as they do in
"A line card burnt through": what was learned of one sentence holds for the other. See `rules/cause_words.toml`.
"""

from __future__ import annotations

from functools import lru_cache

from pipeline.components.ruleset import tables

REMEMBERED = 20_000  # words whose concept is kept in memory


@lru_cache(maxsize=1)
def lists() -> tuple[dict[str, str], dict[str, str]]:
    """The concept of each whole word, and of each beginning of a word."""
    whole: dict[str, str] = {}
    begun: dict[str, str] = {}
    for concept, words in tables("cause_words").items():
        for word in words:
            (begun if word.endswith("*") else whole)[word.rstrip("*")] = concept
    return whole, begun


@lru_cache(maxsize=REMEMBERED)
def concept(word: str) -> str | None:
    """What a word in lower case stands for; the longest known beginning of it decides where the word is not known."""
    whole, begun = lists()
    found = whole.get(word)
    sizes = range(len(word), 1, -1)
    return found or next((begun[word[:size]] for size in sizes if word[:size] in begun), None)
