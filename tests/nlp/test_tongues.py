"""Services that fail in other languages, in their own scripts too; sentences of our own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.annotation import Annotation
from pipeline.components.lexicon import Lexicon, flatten

ReadText = Callable[..., Annotation]

TOLD = [
    ("Discord no funciona, ¿os pasa igual?", "discord"),
    ("se cayó WhatsApp otra vez", "whatsapp"),
    ("Slack ne marche plus depuis dix heures", "slack"),
    ("Panne chez Orange, impossible d'appeler", "orange"),
    ("Steam geht nicht, Server überlastet", "steam"),
    ("Störung bei Vodafone in der ganzen Stadt", "vodafone"),
    ("discord ist down oder liegt es an mir", "discord"),
    ("o WhatsApp caiu, mais alguém?", "whatsapp"),
    ("Discord fora do ar agora", "discord"),
    ("TIM giù da stamattina", "tim"),
    ("Spotify ligt eruit, bij jullie ook?", "spotify"),
    ("Discord nie działa, macie to samo?", "discord"),
    ("Telegram не работает уже час", "telegram"),
    ("WhatsApp'a erişilemiyor", "whatsapp"),
    ("YouTube tidak bisa dibuka", "youtube"),
    ("Discord ligger nere här", "discord"),
    ("Discordが落ちてる", "discord"),
    ("インスタ障害発生中", "instagram"),
    ("Steamに繋がらない", "steam"),
    ("카카오톡 먹통", "kakaotalk"),
    ("微信崩了", "wechat"),
    ("X ne fonctionne plus", "x"),
    ("Quillmail no funciona desde ayer", "?Quillmail"),
]


@pytest.mark.parametrize(("text", "slug"), TOLD)
def test_service_that_fails_is_found(read_text: ReadText, text: str, slug: str) -> None:
    assert read_text(text, kind="social").services[:1] == (slug,)


@pytest.mark.parametrize(
    "text", ["panne d'essence ce matin, bravo moi", "Teams ist in Ordnung", "新しいLINEスタンプ買った"]
)
def test_word_of_trouble_alone_names_nobody(read_text: ReadText, text: str) -> None:
    assert read_text(text, kind="social").services == ()


def test_phrase_begins_and_ends_at_any_sign_but_at_no_letter() -> None:
    names = Lexicon([("微信", 1), ("Quill", 2)])
    assert [found[2] for found in names.scan(flatten("今天微信又崩了"))] == [1]
    assert [found[2] for found in names.scan(flatten("Quillが落ちた"))] == [2]
    assert list(names.scan(flatten("Quillé 落"))) == []
