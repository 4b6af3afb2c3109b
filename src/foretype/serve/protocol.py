"""The protocol without I/O: bytes of JSON become checked requests, answers become bytes of JSON.

What cannot be taken raises RefusedError with the place, what was found there and what was wanted. It does
not know HTTP or sockets, nor who may call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

import msgspec

from foretype.compose.request import Answer, Context, Request
from foretype.serve.messages import ContextBody, SuggestBody
from foretype.serve.problem import Fault, Finding, RefusedError, refuse

T = TypeVar("T")

MAX_ECHO_CHARS = 80  # of what we repeat to whoever sent it

_EXPECTED_GOT = re.compile(r"Expected `(?P<wanted>.+)`, got `(?P<found>.+)`")
_EXPECTED = re.compile(r"Expected (?P<wanted>.+)")
_FIELD = re.compile(r"Object (?P<what>contains unknown|missing required) field `(?P<name>.*)`", re.DOTALL)
_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<where>\$.*)`)?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much text one member of a request may hold."""

    max_text_chars: int


def parse(kind: Any, body: bytes, limits: Limits) -> Any:
    """Decode `body` as `kind`, one of the structs of messages.py (or a union of them).

    Raises RefusedError: 400 for what is no JSON in UTF-8, 422 for unknown members, wrong types, values out of
    range and NUL, 413 for texts over the limit.

    >>> parse(SuggestBody, b'{"text": "Hi Su"}', Limits(100)).text
    'Hi Su'
    >>> try:
    ...     parse(SuggestBody, b'{"text": 7}', Limits(100))
    ... except RefusedError as refused:
    ...     print(refused.problem.errors[0])
    Finding(where='$.text', found='int', wanted='str')
    """
    try:
        value = _decoder(kind).decode(body)
    except msgspec.ValidationError as error:
        raise refuse(Fault.INVALID, *_explained(str(error), kind)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _malformed(body, error) from error
    if len(body) > limits.max_text_chars or b"\\u0000" in body:  # else no text can be too long or hold a NUL
        check_texts(value, limits)
    return value


def parse_query(kind: type[T], query: Mapping[str, str], limits: Limits) -> T:
    """Decode the members of a query string as `kind`; numbers come as digits. Raises as `parse` does."""
    try:
        value = msgspec.convert(dict(query), kind, strict=False)
    except msgspec.ValidationError as error:
        raise refuse(Fault.INVALID, *_explained(str(error), kind)) from error
    check_texts(value, limits)
    return value


def parse_segment(name: str, segment: str, *, max_chars: int) -> str:
    """One percent-encoded segment of a path, decoded: a user id or a phrase, slashes and all.

    >>> parse_segment("user", "me%2Fwork", max_chars=256)
    'me/work'
    """
    try:
        value = unquote_to_bytes(segment).decode()
    except UnicodeDecodeError as error:
        found = Finding(name, _clipped(segment), "UTF-8, percent-encoded")
        raise refuse(Fault.INVALID, f"{name} is not UTF-8", found) from error
    if not 0 < len(value) <= max_chars or "\0" in value:
        found = Finding(name, _clipped(segment), f"1 to {max_chars} characters without NUL")
        raise refuse(Fault.INVALID, f"{name} cannot be taken", found)
    return value


def check_texts(value: Any, limits: Limits) -> None:
    """Raise RefusedError when a text in `value` holds NUL or is longer than the limit."""
    for where, text in _texts(value, "$"):
        if "\0" in text:
            found = Finding(where, "NUL (U+0000)", "text without control character 0")
            raise refuse(Fault.INVALID, f"{where} holds a NUL", found)
        if len(text) > limits.max_text_chars:
            found = Finding(where, f"{len(text)} characters", f"at most {limits.max_text_chars}")
            raise refuse(Fault.TOO_LONG, f"{where} is too long; send the last part of it", found)


def request_of(body: SuggestBody) -> Request:
    """The composer's request for a checked body."""
    return Request(
        text=body.text,
        suffix=body.suffix,
        user=body.user,
        session=body.session,
        adapter=body.adapter,
        context=context_of(body.context),
        n=body.n,
        max_words=body.max_words,
        deadline_ms=body.deadline_ms,
    )


def context_of(body: ContextBody) -> Context:
    return Context(
        kind=body.kind,
        subject=body.subject,
        previous=body.previous,
        to=body.to,
        sent_at=body.sent_at,
        locale=body.locale,
        sensitive=body.sensitive,
    )


def encode(reply: msgspec.Struct | Answer) -> bytes:
    """A reply as bytes of JSON."""
    return _ENCODER.encode(reply)


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _plain(value: Any) -> Any:
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise NotImplementedError(type(value).__name__)


_ENCODER = msgspec.json.Encoder(enc_hook=_plain)


def _texts(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _texts(getattr(value, name), f"{where}.{name}")
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _texts(item, f"{where}[{index}]")


def _explained(message: str, kind: Any) -> tuple[str, Finding]:
    """The detail and the finding for a message of msgspec's validation."""
    parts = _PLACE.match(message)
    assert parts is not None
    what, where = parts["what"], parts["where"] or "$"
    finding = _finding(what, _clipped(where), kind)
    return f"{finding.where}: found {finding.found}, wanted {finding.wanted}", finding


def _finding(what: str, where: str, kind: Any) -> Finding:
    if field := _FIELD.match(what):
        place = f"{where}.{_clipped(field['name'])}"
        if field["what"].startswith("missing"):
            return Finding(place, "nothing", "this member")
        return Finding(place, "an unknown member", _members(kind, where))
    if match := _EXPECTED_GOT.match(what):
        return Finding(where, match["found"], match["wanted"])
    if match := _EXPECTED.match(what):
        return Finding(where, "a value outside that", match["wanted"].replace("`", ""))
    if what.startswith("Invalid RFC3339"):
        return Finding(where, "no time", "an RFC 3339 time, such as 2026-03-01T12:00:00Z")
    return Finding(where, _clipped(what), "a value that the reference names")


def _members(kind: Any, where: str) -> str:
    struct = ContextBody if where == "$.context" else kind
    names = getattr(struct, "__struct_fields__", None)
    return "one of " + ", ".join(names) if names else "a member that the reference names"


def _malformed(body: bytes, error: Exception) -> RefusedError:
    try:
        body.decode()
    except UnicodeDecodeError as mistake:
        found = Finding("the body", f"byte 0x{body[mistake.start]:02x} at {mistake.start}", "UTF-8")
        return refuse(Fault.MALFORMED, "The body is not valid UTF-8", found)
    if re.search(rb"\\u[dD][89a-fA-F]", body):
        found = Finding("the body", str(error), "every \\ud8xx followed by its \\udcxx: no half characters")
        return refuse(Fault.MALFORMED, "The body holds a lone surrogate, or is cut off in one", found)
    return refuse(Fault.MALFORMED, str(error), Finding("the body", str(error), "one JSON value"))


def _clipped(text: str) -> str:
    return text if len(text) <= MAX_ECHO_CHARS else text[:MAX_ECHO_CHARS] + "…"
