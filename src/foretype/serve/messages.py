"""The shapes of everything that is sent or received: JSON bodies, and the messages of a WebSocket.

The same structs decode requests and describe them in the OpenAPI document. A member that is not named here
is refused. They do not know which texts are too long for this server: protocol.py checks what needs
settings.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from foretype.compose.request import Kind, OutcomeKind, Silence, Suggestion
from foretype.serve.problem import Problem

MAX_SUGGESTIONS = 8  # Alt+] walks through a handful; more would only cost time
MAX_WORDS = 50
MAX_DEADLINE_MS = 10_000.0  # a worker is held that long at most
MAX_ID_CHARS = 256  # of a user, a session or an answer
MAX_PHRASE_CHARS = 1_000
MAX_RECIPIENTS = 1_000
MAX_PHRASES = 1_000  # in one listing

Id: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_ID_CHARS)]
Time: TypeAlias = Annotated[datetime, Meta(extra_json_schema={"format": "date-time"})]
Count: TypeAlias = Annotated[int, Meta(ge=0)]
NumSuggestions: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_SUGGESTIONS)]
NumWords: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_WORDS)]
DeadlineMs: TypeAlias = Annotated[float, Meta(gt=0, le=MAX_DEADLINE_MS)]


class ContextBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What surrounds a message. Every member may be left out."""

    kind: Kind = Kind.EMAIL
    subject: str = ""
    previous: str = ""
    to: Annotated[tuple[str, ...], Meta(max_length=MAX_RECIPIENTS)] = ()
    sent_at: Time | None = None
    locale: Annotated[str, Meta(max_length=64)] = "en-US"
    sensitive: bool = False


class SuggestBody(Struct, frozen=True, forbid_unknown_fields=True):
    """How does `text` go on, just before `suffix`? Only `text` is required."""

    text: str
    suffix: str = ""
    user: Id | None = None
    session: Id | None = None
    adapter: Id | None = None
    context: ContextBody = ContextBody()
    n: NumSuggestions = 1
    max_words: NumWords = 12
    deadline_ms: DeadlineMs = 60.0


class FeedbackBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What became of the answer `id`; `characters` is how many of its characters came into the text.

    Half a minute later the same may be sent once more, with `persisted`: whether what was taken is still there.
    """

    id: Id
    outcome: OutcomeKind
    characters: Count = 0
    persisted: bool | None = None


class LearnBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A text that `user` wrote and sent."""

    user: Id
    text: str
    context: ContextBody = ContextBody()


class PhraseQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which phrases to list: at most `limit` of those that hold `query`."""

    limit: Annotated[int, Meta(ge=1, le=MAX_PHRASES)] = 200
    query: Annotated[str, Meta(max_length=MAX_ID_CHARS)] = ""


class FeedbackReply(Struct, frozen=True):
    known: bool


class LearnedCounts(Struct, frozen=True):
    """Words kept, and words refused because they look like secrets."""

    words: int
    refused: int


class LearnReply(Struct, frozen=True):
    learned: LearnedCounts


class ForgetReply(Struct, frozen=True):
    """Whether there was anything to forget."""

    forgotten: bool


class UserReply(Struct, frozen=True):
    """What is kept of one user, in numbers."""

    user: str
    tokens: int
    words: int
    messages: int
    bytes: int
    first: Time | None
    last: Time | None


class PhraseReply(Struct, frozen=True):
    phrase: str
    count: int
    last: Time | None


class PhrasesReply(Struct, frozen=True):
    phrases: tuple[PhraseReply, ...]
    total: int


class ExportedMessage(Struct, frozen=True):
    """One message as it was learned: without what looked like a secret."""

    sent_at: Time
    text: str


class ExportReply(Struct, frozen=True):
    """All that is kept of one user."""

    user: str
    messages: tuple[ExportedMessage, ...]


class AdapterReply(Struct, frozen=True):
    """One installed adapter: whether requests may name it now, and why it cannot be loaded, if that is known."""

    name: str
    loaded: bool
    rank: int | None
    bytes: int | None
    fault: str | None


class AdaptersReply(Struct, frozen=True):
    adapters: tuple[AdapterReply, ...]


class UnloadReply(Struct, frozen=True):
    """Whether it was loaded."""

    unloaded: bool


class StatusReply(Struct, frozen=True):
    version: str
    model: str
    models: tuple[str, ...]
    users: int
    uptime_s: float


class HealthReply(Struct, frozen=True):
    status: str


class Open(Struct, frozen=True, forbid_unknown_fields=True, tag="open"):
    """A message is begun. Without `session` the server names one."""

    user: Id | None = None
    session: Id | None = None
    adapter: Id | None = None
    context: ContextBody = ContextBody()
    n: NumSuggestions = 1
    max_words: NumWords = 12
    deadline_ms: DeadlineMs = 60.0


class Edit(Struct, frozen=True, forbid_unknown_fields=True, tag="edit"):
    """The text is now `text`; or: from `at` on, `delete` UTF-16 units gave way to `insert`."""

    seq: Count
    text: str | UnsetType = UNSET
    suffix: str | UnsetType = UNSET
    at: Count | UnsetType = UNSET
    delete: Count = 0
    insert: str = ""


class Cancel(Struct, frozen=True, forbid_unknown_fields=True, tag="cancel"):
    """The newest edit needs no answer any more: the caret went elsewhere, or the writer left."""


class ChangeContext(Struct, frozen=True, forbid_unknown_fields=True, tag="context"):
    context: ContextBody


class Feedback(Struct, frozen=True, forbid_unknown_fields=True, tag="feedback"):
    id: Id
    outcome: OutcomeKind
    characters: Count = 0
    persisted: bool | None = None


class Close(Struct, frozen=True, forbid_unknown_fields=True, tag="close"):
    """The message is done with; `sent` says that it went out, and is learned."""

    sent: bool = False


ClientMessage: TypeAlias = Open | Edit | Cancel | ChangeContext | Feedback | Close


class Opened(Struct, frozen=True, tag="opened"):
    session: str
    model: str


class Suggested(Struct, frozen=True, tag="suggestion"):
    seq: int
    final: bool
    id: str
    suggestions: tuple[Suggestion, ...]
    model: str
    elapsed_ms: float
    silence: Silence | None
    lm_steps: int
    delay_ms: int  # how long to wait after the last key before showing it


class LearnedMessage(Struct, frozen=True, tag="learned"):
    words: int
    refused: int


class ErrorMessage(Struct, frozen=True, tag="error"):
    problem: Problem


ServerMessage: TypeAlias = Opened | Suggested | LearnedMessage | ErrorMessage
