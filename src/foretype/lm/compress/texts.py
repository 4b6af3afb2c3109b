"""Texts as a network reads them: to measure activations on, to learn from, to be judged by.

The same tokens as at a keystroke: context, then the text. It does not know how texts were chosen; whoever judges keeps
authors apart (corpus/splits.py).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from foretype.corpus.documents import Document
from foretype.errors import InputError, ModelError
from foretype.lm.examples import Examples
from foretype.lm.gpt import Gpt
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.vocabulary import Vocabulary
from foretype.text.prompt import context_tokens, context_words, text_tokens

MAX_CHARS = 1200  # of a text


@dataclass(frozen=True, slots=True)
class Text:
    """Token ids; the first `num_context` are read, not judged. `end` follows where the network knows an end."""

    ids: tuple[int, ...]
    num_context: int
    num_chars: int  # of what is judged
    end: int | None


def read_texts(checkpoint: Checkpoint, documents: Iterable[Document], *, limit: int) -> list[Text]:
    """At most `limit` documents from all over, in this network's tokens. InputError when there is none."""
    fitting = [document for document in documents if document.text.strip()]
    if not fitting:
        raise InputError("texts: found none of the authors wanted; name a larger corpus file")
    words = Vocabulary(
        checkpoint.tokenizer_json, num_tokens=checkpoint.architecture.vocab_size, where=checkpoint.name
    )
    return [_text(checkpoint, words, document) for document in fitting[:: -(-len(fitting) // limit)]]


def as_batches(texts: Sequence[Text]) -> list[Tensor]:
    """Each text as a batch of one row, (1, length)."""
    return [torch.tensor([text.ids]) for text in texts]


def as_examples(texts: Sequence[Text], tokenizer_json: bytes) -> Examples:
    """To train on; what is judged and the end are learned."""
    ids = [[*text.ids, *([] if text.end is None else [text.end])] for text in texts]
    card = {"never_targets": [], "tokenizer_sha256": hashlib.sha256(tokenizer_json).hexdigest()}
    return Examples(
        np.array([token for each in ids for token in each], np.uint16),
        np.cumsum([0, *map(len, ids)]),
        np.array([text.num_context for text in texts], np.uint16),
        card,
    )


@torch.no_grad()
def bits_per_char(gpt: Gpt, texts: Sequence[Text]) -> float:
    """How little the network foresees the texts. Raises ModelError when it gives no numbers."""
    gpt.eval()
    nats = sum(_nats(gpt, text) for text in texts)
    if not math.isfinite(nats):
        raise ModelError(
            "judging: the network gives no numbers (NaN), wanted probabilities; its weights are damaged"
        )
    return nats / math.log(2) / sum(text.num_chars for text in texts)


def _nats(gpt: Gpt, text: Text) -> float:
    ids = torch.tensor([text.ids])
    first = max(text.num_context, 1)
    states = gpt.hidden(ids[:, :-1])[0, first - 1 :]
    log_probs = (states @ gpt.head.T).log_softmax(-1)
    return -float(log_probs.gather(1, ids[0, first:, None]).double().sum())


def _text(checkpoint: Checkpoint, words: Vocabulary, document: Document) -> Text:
    text, markers = document.text, checkpoint.markers
    if len(text) > MAX_CHARS:
        text = text[:MAX_CHARS].rsplit(" ", 1)[0]
    if markers is None:
        around = context_words(previous=document.previous, subject=document.subject)
        before = [*checkpoint.prelude, *text_tokens(words.encode, around)]
    else:
        before = context_tokens(
            words.encode, markers, kind=document.kind, previous=document.previous, subject=document.subject
        )
    ids = (*before, *words.encode(text))
    return Text(ids, len(before), len(text), None if markers is None else markers.end)
