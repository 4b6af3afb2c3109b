"""Bits per character: how well a language model alone foresees messages, read as they are while somebody writes.

Characters, not tokens, so models with different tokenizers can be compared. It does not know keystrokes: a model with
fewer bits usually saves more of them, and replay.py tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from foretype.compose.lm_reader import document_tokens
from foretype.compose.lm_voice import encoded
from foretype.compose.protocols import LanguageModel
from foretype.compose.request import Context, Kind
from foretype.corpus.documents import Document
from foretype.errors import InputError
from foretype.evals.metrics import Estimate, ratio

MAX_CHARS = 1200  # of a message: beyond, a network that reads 1024 tokens would begin to forget
PART_TOKENS = 128  # asked about together: a question must fit into a small model's window
PATIENCE_S = 300.0  # for one message: nobody is typing

_MASK = re.compile("<[a-z]+>")  # stands for what was written, such as "<phone>"; nobody types it
_NATS_A_BIT = float(np.log(2))


@dataclass(frozen=True, slots=True)
class Scored:
    """One message: nats of its text given all that is read before it."""

    nats: float
    num_chars: int
    num_words: int
    num_tokens: int


@dataclass(frozen=True, slots=True)
class Foresight:
    """How well a model foresees a set of messages, with 95 % intervals over messages."""

    model: str
    messages: int
    chars: int
    altered: int  # messages left out since the tokenizer does not give their text back
    bits_per_char: Estimate
    nats_per_word: Estimate  # words as spaces part them
    chars_per_token: float


def foresee(
    documents: Iterable[Document], lm: LanguageModel, *, advance: Callable[[], None] = lambda: None
) -> Foresight:
    """Score every document. Raises InputError when none has text that the tokenizer can give back."""
    found, altered = [], 0
    for document in documents:
        scored = score(document, lm)
        altered += scored is None
        found += [scored] if scored else []
        advance()
    if not found:
        raise InputError(
            f"bits: found no text to score ({altered} messages altered by the tokenizer); name others"
        )
    return _summary(found, lm.name, altered=altered)


def score(document: Document, lm: LanguageModel) -> Scored | None:
    """The document's text given its context; None where tokens do not spell the text."""
    tokens = encoded(lm, document.text)
    if b"".join(lm.token_bytes[token] for token in tokens) != document.text.encode("utf-8", "replace"):
        return None
    context = Context(kind=_kind(document.kind), subject=document.subject, previous=document.previous)
    log_probs = _log_probs(tokens, document_tokens(lm, "", context), lm)
    return Scored(-log_probs, len(document.text), len(document.text.split()), len(tokens))


def sample(documents: Iterable[Document], *, limit: int, max_chars: int = MAX_CHARS) -> list[Document]:
    """At most `limit` documents from all over the file, each up to `max_chars`, and up to its first mask."""
    fitting = [short for document in documents if (short := _shortened(document, max_chars)).text.strip()]
    return fitting[:: -(-len(fitting) // limit)] if fitting else []


def _shortened(document: Document, max_chars: int) -> Document:
    text = _MASK.split(document.text, maxsplit=1)[0]
    if len(text) > max_chars:
        text = text[:max_chars].rsplit(" ", 1)[0]
    return replace(document, text=text)


def _log_probs(tokens: Sequence[int], before: Sequence[int], lm: LanguageModel) -> float:
    """Natural-log probability of the tokens; without anything before, the first is taken as certain."""
    known = [*before, *tokens]
    first, total = max(len(before), 1), 0.0
    for start in range(first, len(known), PART_TOKENS):
        targets = known[start : start + PART_TOKENS]
        asked = known[: start + len(targets) - 1]
        answer = lm.submit(asked, session="bits", num_wanted=len(targets)).result(timeout=PATIENCE_S)
        total += float(answer[np.arange(len(targets)), targets].sum(dtype=np.float64))
    lm.release("bits")
    return total


def _summary(found: Sequence[Scored], name: str, *, altered: int) -> Foresight:
    nats = np.array([each.nats for each in found])
    chars = np.array([each.num_chars for each in found], float)
    words = np.array([each.num_words for each in found], float)
    return Foresight(
        model=name,
        messages=len(found),
        chars=int(chars.sum()),
        altered=altered,
        bits_per_char=ratio(nats / _NATS_A_BIT, chars),
        nats_per_word=ratio(nats, words),
        chars_per_token=float(chars.sum()) / sum(each.num_tokens for each in found),
    )


def _kind(name: str) -> Kind:
    return Kind(name) if name in set(Kind) else Kind.NOTE
