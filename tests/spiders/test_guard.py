"""What counts as private, how bodies are decoded, and which words a failure gets."""

from __future__ import annotations

import zlib
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.terms import Outcome
from spiders.contents import as_unicode
from spiders.failures import FetchError, explain, explain_status
from spiders.guard import AddressGuard, is_public, parse_hosts
from spiders.middlewares import decode
from tests.spiders.loopback import zipped


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "127.9.9.9",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",  # noqa: S104 - an address to refuse, none to listen on
            "100.64.0.1",
        ),
        *("224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "ff02::1"),
    ],
)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "140.82.112.3", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


def test_a_declared_place_is_its_host_and_its_port() -> None:
    guard = AddressGuard(["http://127.0.0.1:8000/feed", "https://localhost/x"])
    for url in ("http://127.0.0.1:8000/other", "https://localhost:443/y", "https://a.example/"):
        guard.check(urlsplit(url))
    for url in ("http://127.0.0.1:8001/feed", "http://localhost/", "http://127.0.0.2:8000/", "http://x.localhost./"):
        with pytest.raises(FetchError, match="private address") as caught:
            guard.check(urlsplit(url))
        assert caught.value.outcome is Outcome.PRIVATE_ADDRESS


def test_the_table_of_hosts() -> None:
    assert parse_hosts("") == {}
    assert parse_hosts("A.example=127.0.0.1, b.example=::1,") == {"a.example": "127.0.0.1", "b.example": "::1"}
    for bad in ("a.example", "=127.0.0.1", "a.example=b.example"):
        with pytest.raises(UsageError, match="is not NAME=ADDRESS"):
            parse_hosts(bad)


@given(st.binary(max_size=3000), st.sampled_from(["gzip", "x-gzip", "deflate", "raw", "deflate, gzip", "identity"]))
def test_what_was_encoded_is_decoded(body: bytes, how: str) -> None:
    packer = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": zipped(body),
        "x-gzip": zipped(body) + b"\0\0\0",
        "deflate": zlib.compress(body),
        "raw": packer.compress(body) + packer.flush(),
        "deflate, gzip": zipped(zlib.compress(body)),
        "identity": body,
    }
    assert decode(packed[how], how.replace("raw", "deflate").encode(), 1 << 20) == body


@given(st.binary(min_size=1, max_size=3000), st.data())
def test_a_cut_stream_never_passes_for_a_body(body: bytes, data: st.DataObject) -> None:
    packed = zipped(body)
    cut = packed[: data.draw(st.integers(1, len(packed) - 1))]
    with pytest.raises(FetchError, match="truncated"):
        decode(cut, b"gzip", 1 << 20)


@pytest.mark.parametrize(
    ("body", "header", "expected"),
    [
        ("Störung".encode("latin-1"), "text/xml; charset=ISO-8859-1", "Störung"),
        ("Störung".encode(), "text/xml; charset=ISO-8859-1", "Störung"),
        ("障害".encode("shift_jis"), 'application/json; charset="Shift_JIS"', "障害"),
        (b"plain", "text/plain; charset=no-such-charset", "plain"),
        (b"plain", "text/plain", "plain"),
    ],
)
def test_the_header_names_the_charset_where_the_body_does_not(body: bytes, header: str, expected: str) -> None:
    assert as_unicode(body, header).decode() == expected


def test_a_body_that_declares_its_charset_is_left_alone() -> None:
    body = "<?xml version='1.0' encoding='iso-8859-2'?><x>ł</x>".encode("iso-8859-2")
    assert as_unicode(body, "text/xml; charset=windows-1252") is body


def test_words_for_failures() -> None:
    assert explain(ValueError("odd"), "https://a.example/x") == (Outcome.ERROR, "ValueError: odd")
    assert explain_status(418) == "the server answered 418 I'm a Teapot"
    assert explain_status(599) == "the server answered 599"
