"""Credentials, attached where a request leaves for its host: they stand in no log, no table and no archive.

A request carries only the name of the setting that holds the credential (`meta["credential"]`). One whose
name ends in ``_TOKEN`` goes into the Authorization header, any other is a query string that is joined to the address.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy import Request
from scrapy.settings import BaseSettings


def attach(request: Request, settings: BaseSettings) -> Request:
    """The request as it leaves: with its credential, where it goes to the host that it was meant for."""
    name = request.meta.get("credential")
    secret = settings.get(name) if name else None
    if not name or not secret or urlsplit(request.url).netloc != urlsplit(request.meta["asked"]).netloc:
        return request
    if name.endswith("_TOKEN"):
        headers = request.headers.copy()
        headers[b"Authorization"] = f"Bearer {secret}"
        return request.replace(headers=headers)
    return request.replace(url=f"{request.url}{'&' if urlsplit(request.url).query else '?'}{secret}")
