"""Messages of a mailing list's mbox file: what each says of its own, without quotations, signatures and people.

Pipermail writes addresses as ``ada at example.com (Ada Quill)``; HyperKitty's export is an ordinary mbox (RFC 4155).
Both may come compressed. The file is read in memory and bounded, and no address leaves this module but as the key of an
author, of whom only a salted hash is ever stored.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message as MailMessage

from pipeline.errors import ShapeError
from pipeline.privacy import SOMEONE
from spiders.bodies import clean, plain_text

MOST_BYTES = 32 * 1024 * 1024
MOST_MESSAGES = 5_000
MOST_OF_ONE = 256 * 1024
MOST_TEXT = 10_000

_GZIP = b"\x1f\x8b"
_FROM = re.compile(
    rb"^From [^\n]{3,200} [A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [^\n]{0,20}\d{4}[^\n]{0,20}$", re.MULTILINE
)
_ID = re.compile(r"<([^<>\s]{3,250})>")
_TAG = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|sv|tr|antw)\s*(?:\[\d+\])?\s*:|\[[^\]]{1,40}\])\s*", re.IGNORECASE)
_ADDRESS = re.compile(r"([\w.+=-]+)(?:@| at )([\w.-]+\.\w+)")

# Pipermail obscures the addresses in texts too; "a look at status.example" is none.
_OBSCURED = re.compile(r"\b[\w-]+[._+][\w.+-]*\w at [\w-]+(?:\.[\w-]+)+\b")

_CUT = re.compile(
    r"^(?:-- ?|-{5,} next part -{5,}|-{3,} ?original message ?-{3,}|-{3,} ?forwarded message.*|_{20,}|\*?from:\*? .+"
    r"|begin forwarded message:)$",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"^(?:on|am|le|el|op|il) .{4,160}(?:wrote|writes|schrieb|écrit|escribió|schreef|ha scritto)\b.{0,80}:?$",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|greetings|good (?:morning|afternoon|evening))\b[^.?]{0,40}[,!:]?$", re.IGNORECASE
)
_FAREWELL = re.compile(
    r"^(?:(?:kind|best|warm|many)? ?regards|best|thanks(?: again| in advance)?|thank you|cheers|sincerely|yours|hth)"
    r"[,.! ]*$",
    re.IGNORECASE,
)
_DEVICE = re.compile(r"^(?:sent|get outlook|gesendet) (?:from|for|von) .{2,60}$", re.IGNORECASE)
_NAME = re.compile(r"^(?:[-–—~] ?[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*){0,2}|[A-Z][\w'’.-]+(?: [A-Z][\w'’.-]*){1,2})$")
FAREWELL_WITHIN = 8


@dataclass(frozen=True, slots=True)
class Letter:
    """One message. `author` is an address, which serves as a key alone; `root` is the message that began the thread."""

    id: str
    root: str
    author: str | None
    subject: str
    date: str | None
    text: str


def unpack(body: bytes) -> bytes:
    """The file as text, compressed or not. Raises `ShapeError` for a stream that is broken or too large."""
    if not body.startswith(_GZIP):
        return body
    stream = zlib.decompressobj(31)
    try:
        text = stream.decompress(body, MOST_BYTES)
    except zlib.error as error:
        raise ShapeError(f"the archive of the month is a broken gzip stream: {error}") from error
    if stream.unconsumed_tail:
        raise ShapeError(f"the archive of the month unpacks to more than {MOST_BYTES} bytes")
    if not stream.eof:
        raise ShapeError("the archive of the month is cut short")
    return text


def is_mbox(body: bytes) -> bool:
    """Whether the text begins as an mbox does."""
    return _FROM.match(body.lstrip()) is not None


def read_letters(body: bytes) -> Iterator[Letter | str]:
    """Each message of an unpacked file, oldest first as it stands there; in its place what is wrong with a bad one.

    Raises `ShapeError` where the text is no mbox.
    """
    if not is_mbox(body):
        raise ShapeError("the archive of the month is no mbox file")
    starts = [found.start() for found in _FROM.finditer(body)]
    if len(starts) > MOST_MESSAGES:
        yield f"{len(starts)} messages in one file; the last {MOST_MESSAGES} are read"
    letters: list[Letter] = []
    parents: dict[str, str] = {}
    for start, end in zip(starts, [*starts[1:], len(body)], strict=True):
        if len(starts) > MOST_MESSAGES and start < starts[-MOST_MESSAGES]:
            continue
        said = _read(body[start : min(end, start + MOST_OF_ONE)].partition(b"\n")[2], parents)
        if isinstance(said, str):
            yield said
        else:
            letters.append(said)
    authors = {letter.author.replace("@", " at ") for letter in letters if letter.author}
    for letter in letters:
        yield replace(letter, root=_top(letter.root, parents), text=_without_addresses(letter.text, authors))


def _read(raw: bytes, parents: dict[str, str]) -> Letter | str:
    message = message_from_bytes(raw)
    found = _ID.search(_header(message, "Message-ID"))
    if found is None:
        return "a message has no Message-ID"
    key = found[1]
    references = _ID.findall(_header(message, "References")[-4000:])
    answered = _ID.findall(_header(message, "In-Reply-To"))
    root = references[0] if references else answered[0] if answered else key
    if root != key:
        parents[key] = root
    address = _ADDRESS.search(_header(message, "From"))
    return Letter(
        id=key,
        root=root,
        author=f"{address[1]}@{address[2]}".lower() if address else None,
        subject=_subject(_header(message, "Subject")),
        date=_header(message, "Date") or None,
        text=own_words(_body(message))[:MOST_TEXT],
    )


def _without_addresses(text: str, authors: set[str]) -> str:
    """The text without addresses as Pipermail writes them: those of who wrote in this file, and what looks like one."""
    text = _OBSCURED.sub(SOMEONE, text)
    for author in authors if " at " in text else ():
        text = re.sub(re.escape(author), SOMEONE, text, flags=re.IGNORECASE)
    return text


def _top(root: str, parents: dict[str, str]) -> str:
    """The message that began the thread, as far back as this file tells; answers in a ring have none but their own."""
    seen = {root}
    while (above := parents.get(root)) is not None and above not in seen:
        root = above
        seen.add(root)
    return root


def _header(message: MailMessage, name: str) -> str:
    value = message.get(name)
    if value is None:
        return ""
    try:
        text = str(make_header(decode_header(str(value))))
    except (LookupError, UnicodeError, HeaderParseError, ValueError):
        text = str(value)
    return " ".join(clean(text).split())


def _subject(text: str) -> str:
    """The subject without what answering and the list have put before it."""
    while (shorter := _TAG.sub("", text, count=1)) != text:
        text = shorter
    return text.strip()


def _body(message: MailMessage) -> str:
    """The first plain text of a message, else the words of its first HTML."""
    parts = [part for part in message.walk() if not part.is_multipart()][:20]
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind and not part.get_filename():
                raw = part.get_payload(decode=True)
                text = _decode(raw if isinstance(raw, bytes) else b"", part.get_content_charset())
                return text if kind == "text/plain" else plain_text(text)
    return ""


def _decode(raw: bytes, charset: str | None) -> str:
    try:
        return raw.decode(charset or "utf-8", "strict" if charset is None else "replace")
    except (LookupError, UnicodeDecodeError):
        return raw.decode("cp1252", "replace")


def own_words(text: str) -> str:
    """What a message says itself: no quotations and who wrote them, no greeting, farewell or signature."""
    lines = [line.strip() for line in clean(text).split("\n")]
    end = next((at for at, line in enumerate(lines) if _CUT.match(line)), len(lines))
    kept: list[str] = []
    for line in lines[:end]:
        if line.startswith(">From "):  # no quotation, but the way of an mbox to write a line that begins so
            kept.append(line[1:])
        elif line.startswith((">", "|>")):
            _drop_attribution(kept)
        elif not _DEVICE.match(line):
            kept.append(line)
    _drop_attribution(kept)
    first = next((at for at, line in enumerate(kept) if line), None)
    if first is not None and _GREETING.match(kept[first]):
        kept[first] = ""
    kept = _without_farewell(kept)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _drop_attribution(kept: list[str]) -> None:
    """Take off the line or two that tell who wrote what is quoted next, or at the end what stood before a quotation."""
    while kept and not kept[-1]:
        kept.pop()
    for count in (1, 2, 3):
        if len(kept) >= count and _WROTE.match(" ".join(kept[-count:])):
            del kept[-count:]
            return
    kept.append("")


def _without_farewell(lines: list[str]) -> list[str]:
    said = [at for at, line in enumerate(lines) if line]
    for at in said[-FAREWELL_WITHIN:]:
        if _FAREWELL.match(lines[at]):
            return lines[:at]
    if said and _NAME.match(lines[said[-1]]) and len(said) > 1:
        return lines[: said[-1]]
    return lines
