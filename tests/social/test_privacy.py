"""No name of a person gets through, and a service's own handle does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.errors import StoreError
from pipeline.privacy import hashed, load_salt, without_names


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("@ada it is down", "(someone) it is down"),
        ("thanks @ada.lovelace@town.example!", "thanks (someone)!"),
        ("write to ada.l+x@mail.example.org now", "write to (someone) now"),
        ("u/tired_admin and /u/other see it", "(someone) and (someone) see it"),
        ("see https://town.example/@ada/115 and go", "see  and go"),
        ("see https://bsky.app/profile/ada.example.com", "see "),
        ("https://twitter.com/ada/status/1 says so", " says so"),
        ("https://www.linkedin.com/in/ada-l", ""),
        ("their page https://www.githubstatus.com/ is green", "their page https://www.githubstatus.com/ is green"),
        ("@github is down", "github is down"),
        ("hey @SlackStatus what now", "hey slack what now"),
        ("hey @slack and @AskPayPal", "hey slack and (someone)"),
        ("hey @slack@town.example", "hey (someone)"),
        ("@bob is down", "(someone) is down"),  # a service of this name is also a first name
        ("meet me @ 5 pm", "meet me @ 5 pm"),
        ("no names here", "no names here"),
        ("npm i @scope/package fails", "npm i (someone)/package fails"),
    ],
)
def test_names_are_taken_out(said: str, kept: str) -> None:
    assert without_names(said) == kept


@example("_@_.a@a")
@given(st.text(alphabet="abc@./:u_- https", max_size=80))
def test_what_is_left_holds_no_name_to_take_out(text: str) -> None:
    once = without_names(text)
    assert not re.search(r"(?<![\w/@])@[a-z]", once)


def test_hostile_text_takes_no_time() -> None:
    for text in ("@" * 20_000, "a@" * 10_000, "a.b@" * 10_000, "https://" * 10_000, "@a." * 20_000, "u/" * 20_000):
        without_names(text)


def test_hash_depends_on_the_secret_and_on_each_part(tmp_path: Path) -> None:
    one, two = load_salt(tmp_path / "one"), load_salt(tmp_path / "two")
    assert one == load_salt(tmp_path / "one")
    assert len({hashed(one, "a", "bc"), hashed(one, "ab", "c"), hashed(two, "a", "bc")}) == 3


def test_a_salt_of_another_size_is_refused(tmp_path: Path) -> None:
    (tmp_path / "salt").write_bytes(b"short")
    with pytest.raises(StoreError, match="32 secret bytes"):
        load_salt(tmp_path / "salt")
