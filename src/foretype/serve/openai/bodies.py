"""The shapes of what OpenAI's and llama.cpp's clients send and read.

Both send more than a phrase needs (samplers, caches, seeds): a member that is not named here is passed over, as their own
servers do. It does not know what is answered.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from foretype.serve.messages import (
    MAX_DEADLINE_MS,
    MAX_SUGGESTIONS,
    ContextBody,
    Count,
    Id,
    NumSuggestions,
)

MAX_PROMPTS = 16  # of one request
MAX_STOPS = 4  # OpenAI's own limit
MAX_TOKENS = 100_000  # clients ask for far more than a phrase; it ends where the composer is no longer sure

Temperature: TypeAlias = Annotated[float, Meta(ge=0, le=2)]
Choices: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_SUGGESTIONS)]
Prompts: TypeAlias = Annotated[tuple[str, ...], Meta(min_length=1, max_length=MAX_PROMPTS)]
Stops: TypeAlias = Annotated[tuple[str, ...], Meta(max_length=MAX_STOPS)]
NumTokens: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_TOKENS)]


class StreamOptions(Struct, frozen=True):
    """`include_usage` asks for one more piece, with the counts."""

    include_usage: bool = False


class CompletionBody(Struct, frozen=True):
    """How do the prompts go on? A token is a word here. `context` is our own, as in /v1/suggest."""

    prompt: str | Prompts
    model: str | None = None
    suffix: str | None = None
    max_tokens: NumTokens | None = None
    temperature: Temperature | None = None
    n: NumSuggestions | None = None
    stop: str | Stops | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    user: Id | None = None
    echo: bool | None = None
    best_of: int | None = None
    logprobs: int | bool | None = None
    logit_bias: dict[str, float] | None = None
    context: ContextBody = ContextBody()


class Choice(Struct, frozen=True):
    """One way to go on, or a piece of it; `finish_reason` is "length" where max_tokens cut it, else "stop"."""

    text: str
    index: int
    finish_reason: str | None
    logprobs: None = None


class Usage(Struct, frozen=True):
    """Words of the prompts, and of what was answered."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionReply(Struct, frozen=True):
    """The whole answer, or one piece of a stream."""

    id: str
    created: int  # seconds since 1970
    model: str
    choices: tuple[Choice, ...]
    usage: Usage | None
    object: str = "text_completion"


class Model(Struct, frozen=True):
    """What requests may name."""

    id: str
    object: str = "model"
    created: int = 0
    owned_by: str = "foretype"


class ModelList(Struct, frozen=True):
    data: tuple[Model, ...]
    object: str = "list"


class InfillBody(Struct, frozen=True):
    """What stands around the caret, as llama.vim and llama.vscode send it.

    The text before it is `input_prefix`, whole lines, and then `prompt`, the caret's line up to there.
    """

    input_prefix: str = ""
    input_suffix: str = ""
    prompt: str = ""
    n_predict: int | None = None  # 0 only fills the cache; below, as much as there is
    t_max_predict_ms: Annotated[float, Meta(le=MAX_DEADLINE_MS)] | None = None
    stop: Annotated[tuple[str, ...], Meta(max_length=64)] = ()
    n_cmpl: Choices | None = None
    response_fields: tuple[str, ...] = ()
    stream: bool = False


class Timings(Struct, frozen=True):
    """How long it took; the whole time counts as predicting, since reading cannot be told apart."""

    prompt_n: Count
    prompt_ms: float
    prompt_per_token_ms: float
    prompt_per_second: float
    predicted_n: Count
    predicted_ms: float
    predicted_per_token_ms: float
    predicted_per_second: float


class InfillReply(Struct, frozen=True):
    """One way to fill the gap."""

    index: int
    content: str
    model: str
    tokens_predicted: int
    tokens_evaluated: int
    timings: Timings
    stop_type: str  # "word" where a stop string cut it, "limit" where n_predict did, else "eos"
    stop: bool = True
    truncated: bool = False
    tokens_cached: int = 0
