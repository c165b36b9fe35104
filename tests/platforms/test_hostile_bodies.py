"""Bodies made to cost more than they weigh."""

from __future__ import annotations

import time

import pytest

from pipeline.errors import ShapeError
from spiders.bodies import load_feed, plain_text
from spiders.contents import as_unicode
from spiders.times import UnreadTimeError, read_time


def test_blocks_nested_without_end_cost_no_square() -> None:
    began = time.process_time()
    assert plain_text("<div>" * 50_000 + "words") == "words"
    assert time.process_time() - began < 5


def test_a_codec_that_is_no_charset_of_the_web_is_not_used() -> None:
    body = b"\xff" * 100_000
    assert as_unicode(body, "text/plain; charset=punycode") is body


def test_a_date_longer_than_any_date_is_unreadable_at_once() -> None:
    with pytest.raises(UnreadTimeError):
        read_time("Wed, 18 Nov 2026 12:00:00 " + "(" * 1_000_000)


def test_entities_behind_a_long_comment_are_found() -> None:
    body = b"<?xml version='1.0'?><!--" + b"x" * 100_000 + b"--><!DOCTYPE r [<!ENTITY a 'b'>]><rss version='2.0'/>"
    with pytest.raises(ShapeError, match="entities"):
        load_feed(body)
