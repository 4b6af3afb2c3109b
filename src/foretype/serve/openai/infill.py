"""llama.cpp's /infill without I/O, as llama.vim and llama.vscode use it: a body becomes a question, an answer JSON.

The chunks of other files that they send along are not read: those are for code. It does not know HTTP.
"""

from __future__ import annotations

from typing import Any

import msgspec

from foretype.compose.request import Answer, Context, Kind, Request
from foretype.serve.messages import MAX_WORDS
from foretype.serve.openai.bodies import InfillBody, InfillReply, Timings
from foretype.serve.openai.cutting import SILENCE, Cut, Ending, cut, num_words, words_wanted
from foretype.serve.problem import Fault, Finding, refuse

DEADLINE_MS = 500.0  # as long as llama.vscode waits
MIN_DEADLINE_MS = 5.0
STOP_TYPES = {Ending.STOPPED: "word", Ending.FULL: "limit", Ending.UNSURE: "eos"}


def question(body: InfillBody) -> Request | None:
    """What to ask the composer; None where the client only wants its cache filled. Raises RefusedError for a stream."""
    if body.stream:
        found = Finding("$.stream", "true", "false, or POST /v1/completions, which streams")
        raise refuse(Fault.INVALID, "stream: /infill answers at once; leave it out", found)
    if body.n_predict == 0:
        return None
    return Request(
        text=body.input_prefix + body.prompt,
        suffix=body.input_suffix,
        context=Context(kind=Kind.NOTE),
        n=body.n_cmpl or 1,
        max_words=_max_words(body),
        deadline_ms=max(MIN_DEADLINE_MS, body.t_max_predict_ms or DEADLINE_MS),
    )


def reply(body: InfillBody, answer: Answer) -> Any:
    """What is sent: an object, or a list where several were asked for; only the `response_fields`, if there are any."""
    found = [cut(each, stops=body.stop, max_words=_max_words(body)) for each in answer.suggestions]
    replies = [_reply(body, answer, one, index) for index, one in enumerate(found or [SILENCE])]
    shown = [chosen(each, body.response_fields) for each in replies]
    return shown if (body.n_cmpl or 1) > 1 else shown[0]


def chosen(reply: InfillReply, names: tuple[str, ...]) -> dict[str, Any]:
    """The members that are named, "timings/prompt_ms" under just that name; all where none is. Unknown ones are left out."""
    whole: dict[str, Any] = msgspec.to_builtins(reply)
    flat = whole | {f"timings/{name}": value for name, value in whole["timings"].items()}
    return {name: flat[name] for name in names if name in flat} if names else whole


def _max_words(body: InfillBody) -> int:
    unbounded = body.n_predict is None or body.n_predict < 0
    return MAX_WORDS if unbounded else words_wanted(body.n_predict or 0)


def _reply(body: InfillBody, answer: Answer, one: Cut, index: int) -> InfillReply:
    asked, said = num_words(body.input_prefix + body.prompt), num_words(one.text)
    return InfillReply(
        index=index,
        content=one.text,
        model=answer.model,
        tokens_predicted=said,
        tokens_evaluated=asked,
        timings=_timings(asked, said, answer.elapsed_ms),
        stop_type=STOP_TYPES[one.ending],
    )


def _timings(asked: int, said: int, elapsed_ms: float) -> Timings:
    return Timings(
        prompt_n=asked,
        prompt_ms=0.0,
        prompt_per_token_ms=0.0,
        prompt_per_second=0.0,
        predicted_n=said,
        predicted_ms=elapsed_ms,
        predicted_per_token_ms=elapsed_ms / max(said, 1),
        predicted_per_second=said / max(elapsed_ms, 1e-3) * 1000,
    )
