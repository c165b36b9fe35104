"""A bound on the headers of an answer: neither Twisted nor Scrapy has one, and headers without end cost memory."""

from __future__ import annotations

from typing import Any

from twisted.python.failure import Failure

from pipeline.terms import Outcome
from spiders.failures import FetchError

MAX_HEAD = 256 * 1024
"""Bytes; the piece in which the body begins may count among them."""
IN_HEAD = frozenset({"STATUS", "HEADER"})
"""States of Twisted's parser in which no body has begun."""


def bound_heads(factory: type[Any]) -> type[Any]:
    """A factory of connections as `factory` makes them, each of which gives up an answer with too large a head."""

    class BoundedFactory(factory):  # type: ignore[misc]
        def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - Twisted's name
            protocol = super().buildProtocol(addr)
            protocol.dataReceived = _bounded(protocol, protocol.dataReceived)
            return protocol

    return BoundedFactory


def _bounded(protocol: Any, take: Any) -> Any:
    # Each answer has a parser of its own.
    seen: dict[str, Any] = {"parser": None, "size": 0}

    def take_bounded(data: bytes) -> None:
        parser = protocol._parser
        if parser is not seen["parser"]:
            seen.update(parser=parser, size=0)
        if parser is not None and parser.state in IN_HEAD:
            seen["size"] += len(data)
            if seen["size"] > MAX_HEAD:
                sentence = f"the headers are larger than {MAX_HEAD} bytes and were not read on"
                error = FetchError(Outcome.TOO_LARGE, sentence)
                protocol._giveUp(Failure(error))  # type: ignore[no-untyped-call]
                return
        take(data)

    return take_bounded
