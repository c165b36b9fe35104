"""What keeps the people behind public posts out of the record: salted hashes, and texts without names.

A hash tells two authors apart and never who they are: it is an HMAC under a secret that lies beside the
private database, is made on first use and is never published. Without the secret nobody can try names against
the hashes; a lost one only means that the authors of before and after cannot be compared.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from pipeline.catalogue import load_catalogue
from pipeline.errors import StoreError

SALT_BYTES = 32
HASH_LENGTH = 24
SOMEONE = "(someone)"
LONG = 5
EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+(?:@[\w.-]{0,63})*", re.ASCII)
LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"'()]+", re.IGNORECASE)
PERSONAL = re.compile(
    r"/(?:@|~|u/|user/|users/|profile/|in/|people/)"
    r"|//(?:www\.|m\.)?(?:twitter|x|instagram|facebook|threads|linkedin|tiktok)\.(?:com|net)/|//t\.me/",
    re.IGNORECASE,
)
HANDLE = re.compile(r"(?<![\w/@])@([A-Za-z0-9_](?:[\w.-]{0,60}\w)?)((?:@[\w-]+(?:\.[\w-]+)*)+)?", re.ASCII)
REDDITOR = re.compile(r"(?<![\w/])/?u/[\w-]{3,20}\b", re.ASCII)
DESK = re.compile(r"(?:status|support|helps?|hq|cares?|official|app|ops|us|uk|de|eu|io)$")


def load_salt(path: Path) -> bytes:
    """The secret of this installation, made where there is none. Raises `StoreError` where the file is none of ours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(SALT_BYTES))
    salt = path.read_bytes()
    if len(salt) != SALT_BYTES:
        raise StoreError(f"{path} should hold the {SALT_BYTES} secret bytes that authors are hashed with")
    return salt


def hashed(salt: bytes, *parts: str) -> str:
    """What stands for the parts (a network and a name in it): the same for the same ones, and telling nothing else."""
    return hmac.new(salt, "\x1f".join(parts).encode(), "sha256").hexdigest()[:HASH_LENGTH]


def without_names(text: str) -> str:
    """The text without the names of people: no handles, no e-mail addresses, no links to profiles.

    A handle that is a service's own name is what the post is about and stays, without its sign:
    "@github is down, says @ada" becomes "github is down, says (someone)".
    """
    if "@" not in text and "/" not in text:
        return text
    text = LINK.sub(lambda link: "" if PERSONAL.search(link[0]) else link[0], text)
    return REDDITOR.sub(SOMEONE, EMAIL.sub(SOMEONE, HANDLE.sub(_service_or_someone, text)))


def _service_or_someone(handle: re.Match[str]) -> str:
    if handle[2]:
        return SOMEONE  # a name at a server of its own is a person's, whatever it is
    name = handle[1].partition(".")[0]
    desk = DESK.sub("", name.lower())
    if _is_service(name, sure=False):
        return name
    return desk if desk != name.lower() and _is_service(desk, sure=True) else SOMEONE


def _is_service(name: str, *, sure: bool) -> bool:
    """Whether a name written as one word is a service's. One that is a word or a first name too must be long."""
    catalogue, joined = load_catalogue(), name.lower().replace("_", "")
    if len(joined) < 3:
        return False
    sure = sure or len(joined) >= LONG
    services = (catalogue.services[slug] for slug in catalogue.by_joined.get(joined, ()))
    return any(
        "".join(filter(str.isalnum, alias.casefold())) == joined and (sure or alias not in service.ambiguous)
        for service in services
        for alias in service.aliases
    )
