"""One WebSocket's conversation as a state machine without I/O: frames in, actions out.

The caller carries out the actions in the order given and hands finished answers to `answered`, which drops
what newer edits made stale; so what reaches the writer is in order by itself. It does not know sockets,
threads or time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from msgspec import UNSET

from foretype.compose.request import Answer, Context, OutcomeKind, Request
from foretype.serve.messages import (
    Cancel,
    ChangeContext,
    ClientMessage,
    Close,
    Edit,
    ErrorMessage,
    Feedback,
    LearnedMessage,
    Open,
    Opened,
    ServerMessage,
    Suggested,
)
from foretype.serve.problem import Fault, Finding, RefusedError, problem_of, refuse
from foretype.serve.protocol import Limits, check_texts, context_of, encode, parse


@dataclass(frozen=True, slots=True)
class Say:
    """Send these bytes."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Ask:
    """Put `request` to the composer; then `answered(seq, answer)` or `failed(error, seq=seq)`."""

    seq: int
    request: Request


@dataclass(frozen=True, slots=True)
class CallOff:
    """Nobody waits for the question under way any more; it may have been answered."""


@dataclass(frozen=True, slots=True)
class Report:
    """Tell the composer what became of one of its answers."""

    answer_id: str
    outcome: OutcomeKind
    characters: int
    persisted: bool | None = None


@dataclass(frozen=True, slots=True)
class Learn:
    """The message went out: learn it, then `learned(words, refused)`."""

    user: str
    text: str
    context: Context


@dataclass(frozen=True, slots=True)
class Release:
    """The session is over: what was kept to make it quick may go."""

    session: str


Action: TypeAlias = Say | Ask | CallOff | Report | Learn | Release


@dataclass(slots=True)
class _Message:
    """The message being written."""

    session: str
    user: str | None
    adapter: str | None
    context: Context
    n: int
    max_words: int
    deadline_ms: float
    text: str = ""
    suffix: str = ""
    newest_seq: int | None = None
    awaited_seq: int | None = None  # the newest one, unless it was called off


class Conversation:
    """What one connection has said so far. A client's mistake raises nothing: it is answered."""

    def __init__(self, *, model: str, limits: Limits, new_session: Callable[[], str]) -> None:
        self._model = model
        self._limits = limits
        self._new_session = new_session
        self._message: _Message | None = None

    def hear(self, data: bytes) -> list[Action]:
        """Take one frame of the client's."""
        try:
            return self._take(parse(ClientMessage, data, self._limits))
        except RefusedError as refused:
            return [Say(self.failed(refused))]

    def answered(self, seq: int, answer: Answer) -> bytes | None:
        """The frame for an answer, or None when a newer edit, a cancel or the end has overtaken it."""
        if self._message is None or self._message.awaited_seq != seq:
            return None
        return _frame(
            Suggested(
                seq=seq,
                final=True,
                id=answer.id,
                suggestions=answer.suggestions,
                model=answer.model,
                elapsed_ms=answer.elapsed_ms,
                silence=answer.silence,
                lm_steps=answer.lm_steps,
                delay_ms=answer.delay_ms,
            )
        )

    def learned(self, num_words: int, num_refused: int) -> bytes:
        return _frame(LearnedMessage(words=num_words, refused=num_refused))

    def failed(self, error: Exception) -> bytes:
        """The frame that tells what went wrong."""
        return _frame(ErrorMessage(problem=problem_of(error)))

    def lost(self) -> list[Action]:
        """The connection is gone: what there is to tidy up."""
        message, self._message = self._message, None
        return [] if message is None else [Release(message.session)]

    def _take(self, message: ClientMessage) -> list[Action]:
        match message:
            case Open():
                return self._open(message)
            case Edit():
                return self._edit(message, self._opened("edit"))
            case Cancel():
                self._opened("cancel").awaited_seq = None
                return [CallOff()]
            case ChangeContext():
                self._opened("context").context = context_of(message.context)
                return []
            case Feedback():
                return [Report(message.id, message.outcome, message.characters, message.persisted)]
            case Close():
                return self._close(self._opened("close"), sent=message.sent)

    def _opened(self, kind: str) -> _Message:
        if self._message is None:
            found = Finding("$.type", kind, "open, before anything else")
            raise refuse(Fault.INVALID, f"{kind} came before open", found)
        return self._message

    def _open(self, opening: Open) -> list[Action]:
        before = self.lost()  # one message at a time: the next one ends the one before it
        self._message = _Message(
            session=opening.session or self._new_session(),
            user=opening.user,
            adapter=opening.adapter,
            context=context_of(opening.context),
            n=opening.n,
            max_words=opening.max_words,
            deadline_ms=opening.deadline_ms,
        )
        return [*before, Say(_frame(Opened(session=self._message.session, model=self._model)))]

    def _edit(self, edit: Edit, message: _Message) -> list[Action]:
        if message.newest_seq is not None and edit.seq <= message.newest_seq:
            found = Finding("$.seq", str(edit.seq), f"more than {message.newest_seq}")
            raise refuse(Fault.INVALID, "seq has to grow with every edit", found)
        message.text = self._text_after(edit, message.text)
        message.suffix = message.suffix if edit.suffix is UNSET else edit.suffix
        message.newest_seq = message.awaited_seq = edit.seq
        return [Ask(edit.seq, _request(message))]

    def _text_after(self, edit: Edit, text: str) -> str:
        if (edit.text is UNSET) == (edit.at is UNSET):
            found = Finding("$", "both or neither", "either text, or at with delete and insert")
            raise refuse(Fault.INVALID, "An edit is a text or a change", found)
        if edit.at is UNSET:
            assert edit.text is not UNSET
            return edit.text
        changed = spliced(text, edit.at, edit.delete, edit.insert)
        check_texts((changed,), self._limits)
        return changed

    def _close(self, message: _Message, *, sent: bool) -> list[Action]:
        actions = self.lost()
        if not sent:
            return actions
        if message.user is None:  # nobody to learn it for; the writer is told that nothing was kept
            return [*actions, Say(self.learned(0, 0))]
        return [*actions, Learn(message.user, message.text + message.suffix, message.context)]


def spliced(text: str, at: int, delete: int, insert: str) -> str:
    """`text` with `delete` UTF-16 units from `at` on replaced by `insert`, as a browser counts.

    Raises RefusedError when the change is outside the text or cuts a character in two.

    >>> spliced("a😀b", 3, 1, "c")
    'a😀c'
    """
    num_units = len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
    if at + delete > num_units:
        found = Finding("$.at", f"{at} + {delete} UTF-16 units", f"at most the text's {num_units}")
        raise refuse(Fault.INVALID, "The change is outside the text; send the whole text", found)
    if num_units == len(text):  # all characters are one unit
        return text[:at] + insert + text[at + delete :]
    units = text.encode("utf-16-le")
    try:
        return units[: 2 * at].decode("utf-16-le") + insert + units[2 * (at + delete) :].decode("utf-16-le")
    except UnicodeDecodeError as error:
        found = Finding("$.at", f"{at} + {delete} UTF-16 units", "whole characters")
        detail = "The change cuts a character in two; send the whole text"
        raise refuse(Fault.INVALID, detail, found) from error


def _request(message: _Message) -> Request:
    return Request(
        text=message.text,
        suffix=message.suffix,
        user=message.user,
        session=message.session,
        adapter=message.adapter,
        context=message.context,
        n=message.n,
        max_words=message.max_words,
        deadline_ms=message.deadline_ms,
    )


def _frame(message: ServerMessage) -> bytes:
    return encode(message)
