"""Keeps requests away from private addresses: given literally, by a redirect, or by what a name resolves to.

Two places, so that nothing lies between the check and the connection: the middleware judges addresses
that stand in the URL, the resolver those that a name leads to, and the connection is made to the very
address the resolver let through. Only the host and port that a source declares may be private.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self
from urllib.parse import SplitResult, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import DNSLookupError

from pipeline.errors import UsageError
from pipeline.terms import Outcome
from spiders.failures import FetchError

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def parse_hosts(text: str) -> dict[str, str]:
    """The table ``name=address,name=address``. Raises `UsageError` for an entry that is no name and address."""
    table = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, address = entry.partition("=")
        if not name or not is_literal(address):
            raise UsageError(f"OUTAGEWIRE_HOSTS: {entry!r} is not NAME=ADDRESS")
        table[name.lower()] = address
    return table


def is_literal(host: str) -> bool:
    """Whether `host` is an IP address in its usual form. Unusual forms (``127.1``) count as names."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet: no loopback, private, link-local or reserved one."""
    ip = ipaddress.ip_address(address)
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_global and not ip.is_multicast


def is_local_name(host: str) -> bool:
    """Whether `host` is a name of the machine itself (RFC 6761)."""
    return host == "localhost" or host.endswith(".localhost")


class AddressGuard:
    """What may be asked: public addresses, and the host and port that a source declares."""

    def __init__(self, declared: Iterable[str]) -> None:
        """`declared` are the URLs of the sources."""
        self._declared = {_place(urlsplit(url)) for url in declared}

    def check(self, parts: SplitResult | Any) -> None:
        """Raise `FetchError` where the URL names a private address that no source declares."""
        host = (parts.hostname or "").rstrip(".")
        local = is_local_name(host) or (is_literal(host) and not is_public(host))
        if local and _place(parts) not in self._declared:
            raise FetchError(
                Outcome.PRIVATE_ADDRESS, f"{host} is a private address, and no source declares {parts.netloc}"
            )


def _place(parts: SplitResult | Any) -> tuple[str, int | None]:
    return (parts.hostname or "").rstrip("."), parts.port or DEFAULT_PORTS.get(parts.scheme)


class GuardMiddleware:
    """Judges every request, redirects included, before anything else sees it."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The guard is the spider's, since it knows what its sources declare."""
        return cls(crawler.spider.guard)  # type: ignore[union-attr]

    def process_request(self, request: Request) -> None:
        """Raise `FetchError` for a private address; say which redirect led there."""
        try:
            self._guard.check(urlparse_cached(request))
        except FetchError as error:
            if via := request.meta.get("redirect_urls"):
                raise FetchError(error.outcome, f"{via[-1]} redirects to {request.url}: {error}") from error
            raise
        request.meta["visit"].requests += 1


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, which refuses private addresses and knows a fixed table of names first.

    Addresses and names of the machine itself pass: `AddressGuard` has judged them with their port.
    """

    refused: ClassVar[dict[str, str]] = {}

    def __init__(self, reactor: Any, cache_size: int, timeout: float, hosts: Mapping[str, str]) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._hosts = hosts

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """`crawler` may be the whole process: only its settings are used."""
        settings = crawler.settings
        hosts = parse_hosts(settings.get("OUTAGEWIRE_HOSTS") or "")
        return cls(reactor, settings.getint("DNSCACHE_SIZE"), settings.getfloat("DNS_TIMEOUT"), hosts)

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802 - Twisted's name
        """The address of `name`; a `DNSLookupError` where there is none or it is private."""
        plain = name.lower().rstrip(".")
        if is_literal(plain):
            return succeed(plain)
        if is_local_name(plain):
            return succeed("127.0.0.1")
        if plain in self._hosts:
            return succeed(self._hosts[plain])
        found: Deferred[str] = super().getHostByName(name, timeout)
        return found.addCallback(self._let_through, plain)

    def _let_through(self, address: str, name: str) -> str | Deferred[str]:
        if is_public(address):
            return address
        self.refused[name] = address
        return fail(DNSLookupError(f"{name} resolves to the private address {address}"))

    @classmethod
    def refusal(cls, host: str) -> str | None:
        """The sentence for a name that was refused, or None for one that was not."""
        address = cls.refused.get(host.lower().rstrip("."))
        return f"the name {host} resolves to {address}, which is a private address" if address else None
