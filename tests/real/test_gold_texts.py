"""`outagewire annotate` on the gold records: every line is answered, and every mention stands where it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.shared

FILES = (
    *("seed", "posts", "modern_posts", "modern_news", "tech_news", "provider_reports", "postmortems", "news_study"),
    *("headlines", "aws_feed", "gcp_feed", "status_pages"),
)
# So many lines a file at most, taken evenly: what is left out is more of the same.
LINES = 60
CONTRACT = frozenset(
    {"id", "is_outage", "relevance", "services", "service_names", "provider", "components", "regions", "started_at"}
    | {"started_precision", "ended_at", "ended_precision", "duration_minutes", "cause", "causes", "cause_text"}
    | {"cause_hedged", "status", "kind", "severity", "symptoms", "mentions"}
)
MENTION = frozenset({"field", "text", "value", "start", "end", "rule", "confidence"})


@pytest.fixture(scope="module")
def read(shared: Path, outagewire_in: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """By file: pairs of a record and what was made of it. One process reads them all."""
    folder = tmp_path_factory.mktemp("gold")
    given: list[tuple[str, dict[str, Any]]] = []
    for name in FILES:
        lines = (shared / "gold" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        given += [(name, json.loads(line)) for line in lines[:: -(-len(lines) // LINES)]]
    file = folder / "gold.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for _, record in given), encoding="utf-8")
    done = outagewire_in(folder)("annotate", file)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(given)
    pairs: dict[str, list[Any]] = {name: [] for name in FILES}
    for (name, record), answer in zip(given, answers, strict=True):
        pairs[name].append((record, answer))
    return pairs


def test_every_gold_file_is_read(shared: Path) -> None:
    assert sorted(FILES) == sorted(path.stem for path in (shared / "gold").glob("*.jsonl"))


@pytest.mark.parametrize("name", FILES)
def test_every_line_honours_the_contract(read: dict[str, list[Any]], name: str) -> None:
    assert read[name]
    for record, answer in read[name]:
        assert answer["id"] == record["id"]
        assert set(answer) >= CONTRACT, CONTRACT - set(answer)
        title, text = record.get("title") or "", record.get("text") or ""
        whole = f"{title}\n\n{text}" if title and text else title or text
        for mention in answer["mentions"]:
            assert set(mention) >= MENTION
            assert whole[mention["start"] : mention["end"]] == mention["text"]
            assert mention["text"], mention
        times = [answer[key] for key in ("started_at", "ended_at") if answer[key]]
        assert all(len(time) == 20 and time.endswith("Z") for time in times)
