"""OpenAI's completions without I/O: a body becomes questions to the composer, answers become a reply or a stream.

The composer always says what it holds likeliest, as other servers do at temperature 0. It does not know HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from foretype.compose.request import Answer, Request
from foretype.serve.openai.bodies import Choice, CompletionBody, CompletionReply, Usage
from foretype.serve.openai.cutting import SILENCE, Cut, Ending, cut, num_words, words_wanted
from foretype.serve.problem import Fault, Finding, RefusedError, refuse
from foretype.serve.protocol import context_of

ANY_MODEL = "foretype"  # the name that always fits
DEADLINE_MS = 500.0  # nobody waits for it at a key: time for a phrase and a cold model
MAX_TOKENS = 16  # OpenAI's own default
DONE = b"data: [DONE]\n\n"


def questions(body: CompletionBody, *, model: str) -> list[Request]:
    """One question a prompt, to the composer that is called `model`.

    Raises RefusedError: 404 for another model, 422 for what the composer cannot give.
    """
    for wrong in _beyond_us(body):
        raise wrong
    adapter = adapter_in(body.model, model=model)
    return [
        Request(
            text=prompt,
            suffix=body.suffix or "",
            user=body.user,
            adapter=adapter,
            context=context_of(body.context),
            n=body.n or 1,
            max_words=words_wanted(body.max_tokens or MAX_TOKENS),
            deadline_ms=DEADLINE_MS,
        )
        for prompt in _prompts(body)
    ]


def adapter_in(name: str | None, *, model: str) -> str | None:
    """The adapter that a model's name asks for: what follows the name of the model that answers.

    >>> adapter_in("background+foretype-27m/sales", model="background+foretype-27m")
    'sales'
    >>> adapter_in("foretype", model="background") is None
    True
    """
    if name in (None, ANY_MODEL, model):
        return None
    base, _, adapter = name.partition("/") if name else ("", "", "")
    if base in (ANY_MODEL, model) and adapter:
        return adapter
    finding = Finding("$.model", str(name)[:80], f"{ANY_MODEL}, {model}, or a name that /v1/models lists")
    raise refuse(Fault.NOT_FOUND, f"This server's model is {model}; name that, or {ANY_MODEL}", finding)


def reply(body: CompletionBody, answers: Sequence[Answer], *, now_s: int) -> CompletionReply:
    """The whole reply: the choices of the first prompt, then those of the next; at least one of each."""
    prompts = _prompts(body)
    each = [_cuts(body, answer) for answer in answers]
    cuts = [(prompt, one) for prompt, found in zip(prompts, each, strict=True) for one in found]
    choices = tuple(
        Choice((prompt if body.echo else "") + one.text, index, _reason(one))
        for index, (prompt, one) in enumerate(cuts)
    )
    return CompletionReply(
        id=f"cmpl-{answers[0].id}",
        created=now_s,
        model=answers[0].model,
        choices=choices,
        usage=_usage(prompts, [one for _, one in cuts]),
    )


def stream(whole: CompletionReply, *, has_usage: bool) -> Iterator[bytes]:
    """The same reply as server-sent events: the text of each choice, its end, then [DONE]."""
    for choice in whole.choices:
        if choice.text:
            yield _event(whole, Choice(choice.text, choice.index, None))
        yield _event(whole, Choice("", choice.index, choice.finish_reason))
    if has_usage:
        yield _framed(msgspec.structs.replace(whole, choices=()))
    yield DONE


def _prompts(body: CompletionBody) -> tuple[str, ...]:
    return (body.prompt,) if isinstance(body.prompt, str) else body.prompt


def _beyond_us(body: CompletionBody) -> Iterator[RefusedError]:
    if body.logprobs not in (None, False):
        yield _not_here("logprobs", str(body.logprobs), "the confidence in /v1/suggest instead")
    if body.logit_bias:
        yield _not_here("logit_bias", f"{len(body.logit_bias)} tokens", "the block-list of /panel instead")
    if body.best_of not in (None, body.n or 1):
        yield _not_here("best_of", str(body.best_of), "n alone: its choices are the best there are")


def _not_here(member: str, found: str, wanted: str) -> RefusedError:
    detail = f"{member}: this server has no such thing; leave it out, and take {wanted}"
    return refuse(Fault.INVALID, detail, Finding(f"$.{member}", found, "nothing"))


def _cuts(body: CompletionBody, answer: Answer) -> list[Cut]:
    stops = (body.stop,) if isinstance(body.stop, str) else body.stop or ()
    max_words = words_wanted(body.max_tokens or MAX_TOKENS)
    found = [cut(each, stops=stops, max_words=max_words) for each in answer.suggestions]
    return found or [SILENCE]


def _reason(one: Cut) -> str:
    return "length" if one.ending is Ending.FULL else "stop"


def _usage(prompts: Sequence[str], cuts: Sequence[Cut]) -> Usage:
    asked, said = sum(map(num_words, prompts)), sum(num_words(one.text) for one in cuts)
    return Usage(asked, said, asked + said)


def _event(whole: CompletionReply, choice: Choice) -> bytes:
    return _framed(msgspec.structs.replace(whole, choices=(choice,), usage=None))


def _framed(piece: CompletionReply) -> bytes:
    return b"data: " + msgspec.json.encode(piece) + b"\n\n"
