"""One mail as it lies on disk, bytes, turned into a document: who wrote what and when, answering what.

Whatever is wrong with a mail is told by a reason and never raised: mailboxes of twenty years hold every
mistake there is. It does not know where the mail lay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from foretype.corpus.dates import iso_date
from foretype.corpus.documents import Document
from foretype.corpus.greetings import closing_of, greeting_of, signed_part
from foretype.corpus.html_text import html_text
from foretype.corpus.skips import Reason
from foretype.corpus.typed import typed_part
from foretype.corpus.wrapping import unwrapped

MAX_MAIL_BYTES = 2_000_000  # read of one mail; its text stands before its attachments
MAX_TEXT_CHARS = 100_000  # nobody types more; longer ones are logs
MAX_HTML_CHARS = 400_000  # the rest is cut off: a parser's time grows faster than a broken page
MAX_PREVIOUS_CHARS = 1000

# Declared, but what is written is the larger set beside it (WHATWG Encoding Standard).
_MEANT = {
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "gb2312": "gb18030",
}
_BLANKS = re.compile(r"[\r\n\t ]+")
_FLOWED = re.compile(r"(?<=[^\n ]) \r?\n(?=[^\s>])")  # RFC 3676: a blank at its end says that a line goes on


def read_mail(raw: bytes, *, source: str = "mail") -> Document | Reason:
    """The document in a mail's bytes, or why there is none.

    >>> found = read_mail(b"From: Ann <Ann@example.org>\\nSubject: Plan\\n\\nHi Bob,\\n\\nyes.\\n\\nAnn")
    >>> found.holder, found.subject, found.middle
    ('ann@example.org', 'Plan', 'yes.')
    """
    try:
        mail = message_from_bytes(raw[:MAX_MAIL_BYTES])
        return _document(mail, is_cut=len(raw) > MAX_MAIL_BYTES, source=source)
    except (MessageError, RecursionError, ValueError, TypeError, IndexError, AttributeError):
        return Reason.BROKEN  # all of these come out of the standard library's parser for some mail


def _document(mail: Message, *, is_cut: bool, source: str) -> Document | Reason:
    author = next(iter(_addresses(mail, "From")), "")
    if _is_automatic(mail):
        return Reason.AUTOMATIC
    text = _text(mail)
    if text is Reason.NO_TEXT and is_cut:
        return Reason.TOO_LARGE
    if isinstance(text, Reason):
        return text
    if not author:
        return Reason.NO_AUTHOR if mail.keys() else Reason.BROKEN
    return labelled(
        Document(
            holder=author,
            text=text,
            subject=_header(mail, "Subject"),
            people=(author, *_addresses(mail, "To", "Cc")),
            source=source,
            sent_at=iso_date(str(mail.get("Date", ""))),
        )
    )


def labelled(document: Document) -> Document | Reason:
    """The document with what was typed as its text, what it quotes as what it answers, greeting and closing marked."""
    if len(document.text) > MAX_TEXT_CHARS:
        return Reason.TOO_LONG
    typed = typed_part(document.text)
    text = signed_part(typed.text)
    if not text:
        return Reason.NOTHING_TYPED
    greeting = greeting_of(text)
    closing = closing_of(text[len(greeting) :])
    previous = document.previous or typed.quoted
    return replace(
        document, text=text, greeting=greeting, closing=closing, previous=previous[-MAX_PREVIOUS_CHARS:]
    )


def _text(mail: Message) -> str | Reason:
    """The text that a reader would be shown, its lines joined where a program broke them."""
    plain = next(_parts(mail, "text/plain"), None)
    part = plain or next(_parts(mail, "text/html"), None)
    if part is None:
        return Reason.NO_TEXT
    text = _decoded(part)
    if text is None:
        return Reason.CHARSET
    if part is not plain:
        return html_text(text[:MAX_HTML_CHARS])
    if len(text) > MAX_TEXT_CHARS:
        return Reason.TOO_LONG
    if part.get_param("format") == "flowed":
        text = _FLOWED.sub(" ", text)
    return unwrapped(text.replace("\r\n", "\n"))


def _parts(mail: Message, kind: str) -> Iterator[Message]:
    """Parts of this type that are shown and not attached, in their order."""
    return (
        part
        for part in mail.walk()
        if part.get_content_type() == kind and part.get_content_disposition() != "attachment"
    )


def _decoded(part: Message) -> str | None:
    """A part's letters; None when neither the charset it names nor UTF-8 reads them."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return None
    named = (part.get_content_charset() or "us-ascii").lower()
    return _read_as(payload, "utf-8") or _read_as(payload, _MEANT.get(named, named))


def _read_as(payload: bytes, charset: str) -> str | None:
    try:
        return payload.decode(charset).replace("\0", "")
    except (LookupError, UnicodeError):
        return None


def _addresses(mail: Message, *names: str) -> list[str]:
    """Small-letter addresses of these fields; a name where there is no address."""
    fields = [_header(mail, name) for name in names]
    return [(address or name).lower() for name, address in getaddresses(fields) if address or name]


def _header(mail: Message, name: str) -> str:
    """A field's words, its encoded parts (RFC 2047) read, on one line."""
    raw = str(mail.get(name, ""))
    if "=?" not in raw:
        return _BLANKS.sub(" ", raw).strip()
    parts = (
        part if isinstance(part, str) else _encoded(part, charset) for part, charset in decode_header(raw)
    )
    return _BLANKS.sub(" ", "".join(parts)).strip()


def _encoded(part: bytes, charset: str | None) -> str:
    """Headers are worth keeping even where a letter is lost."""
    named = (charset or "ascii").lower()
    return _read_as(part, _MEANT.get(named, named)) or part.decode("utf-8", "replace")


def _is_automatic(mail: Message) -> bool:
    """Whether a program says that it wrote this: RFC 3834's field, or a newsletter's way out of it."""
    if str(mail.get("Auto-Submitted", "no")).lower().split(";")[0].strip() != "no" or "X-Autoreply" in mail:
        return True
    return "List-Unsubscribe" in mail and "List-Post" not in mail
