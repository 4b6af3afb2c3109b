"""What Tabby's clients send to the same address as OpenAI's, told apart by its shape, without I/O.

They are editors, so what they send is read as the language server reads a document: mails, commit messages, notes; code
is answered with nothing. It does not know HTTP.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from foretype.compose.request import Answer, OutcomeKind, Request
from foretype.serve.lsp.documents import Document
from foretype.serve.lsp.reading import passage_at
from foretype.serve.messages import Id

DEADLINE_MS = 500.0  # they wait for a pause in the typing, and then for seconds


class Segments(Struct, frozen=True):
    """The text around the caret; snippets of other files are passed over, those are for code."""

    prefix: str
    suffix: str | None = None
    filepath: str | None = None


class TabbyBody(Struct, frozen=True):
    """How does the document go on? `language` is the editor's name for it, such as "markdown"."""

    segments: Segments
    language: str | None = None
    user: Id | None = None


class TabbyChoice(Struct, frozen=True):
    index: int
    text: str


class TabbyReply(Struct, frozen=True):
    """No choice where nothing is worth showing."""

    id: str
    choices: tuple[TabbyChoice, ...]


class TabbyEvent(Struct, frozen=True, rename={"kind": "type"}):
    """What became of a completion: "view", "select" or "dismiss"; other kinds are passed over."""

    kind: str
    completion_id: Id
    choice_index: Annotated[int, Meta(ge=0)] = 0


class TabbyVersion(Struct, frozen=True):
    """Tabby's clients ask a server from 0.9.0 on for settings that there are none of here."""

    git_describe: str
    git_sha: str = ""
    build_date: str = ""
    build_timestamp: str = ""


class TabbyHealth(Struct, frozen=True):
    """The members that Tabby's clients read; `model` says that completions can be had."""

    model: str
    version: TabbyVersion
    device: str = "cpu"
    arch: str = ""
    cpu_info: str = ""
    cpu_count: int = 1
    cuda_devices: tuple[str, ...] = ()


class _Shape(Struct, frozen=True):
    segments: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_OUTCOMES = {"select": OutcomeKind.ACCEPTED, "dismiss": OutcomeKind.REJECTED}


def is_tabby(body: bytes) -> bool:
    """Whether a body for /v1/completions is Tabby's: it has segments, where OpenAI's has a prompt.

    >>> is_tabby(b'{"segments": {"prefix": "Hi"}}'), is_tabby(b'{"prompt": "Hi"}'), is_tabby(b"no JSON")
    (True, False, False)
    """
    try:
        return msgspec.json.decode(body, type=_Shape).segments is not msgspec.UNSET
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def question(body: TabbyBody) -> Request | None:
    """What to ask the composer; None in code, headers, quotes, and files that hold secrets."""
    segments = body.segments
    text = segments.prefix + (segments.suffix or "")
    document = Document(f"file:///{segments.filepath or ''}", body.language or "plaintext", 0, text)
    passage = passage_at(document, len(segments.prefix))
    if passage is None:
        return None
    return Request(
        text=passage.text,
        suffix=passage.suffix,
        user=body.user,
        context=passage.context,
        deadline_ms=DEADLINE_MS,
    )


def reply(answer: Answer) -> TabbyReply:
    """The suggestions as choices."""
    choices = (TabbyChoice(index, each.text) for index, each in enumerate(answer.suggestions))
    return TabbyReply(answer.id, tuple(choices))


def outcome(event: TabbyEvent) -> OutcomeKind | None:
    """What an event tells of an answer; None for what the composer does not follow."""
    return _OUTCOMES.get(event.kind) if event.choice_index == 0 else None
