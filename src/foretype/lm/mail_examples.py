"""A person's messages as training examples in memory: some thousand messages are a few megabytes.

Each reads as at a keystroke (text/prompt.py), for a model of our own and for one that knows no markers. It does not know
networks, nor which messages to learn from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from foretype.corpus.documents import Document
from foretype.errors import InputError, ModelError
from foretype.lm.examples import MAX_VOCABULARY, Examples
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.vocabulary import Vocabulary
from foretype.text.prompt import context_tokens, context_words

Example: TypeAlias = tuple[list[int], int]  # tokens, and how many of them are only read


def mail_examples(documents: Iterable[Document], checkpoint: Checkpoint, *, max_tokens: int) -> Examples:
    """Examples for the checkpoint's own tokenizer. Raises InputError without a text, ModelError for too large a vocabulary.

    A message longer than `max_tokens` gives several examples, each behind the same context.
    """
    reader = MessageReader(checkpoint)
    found = [example for document in documents for example in reader.read(document, max_tokens=max_tokens)]
    if not found:
        raise InputError("training: found no message with text, wanted at least one; name another mailbox")
    lengths = [len(tokens) for tokens, _ in found]
    return Examples(
        np.concatenate([np.array(tokens, np.uint16) for tokens, _ in found]),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.array([num_context for _, num_context in found], np.uint16),
        {"never_targets": [], "tokenizer_sha256": hashlib.sha256(checkpoint.tokenizer_json).hexdigest()},
    )


class MessageReader:
    """Reads messages as one model does. Raises ModelError for too large a vocabulary."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        if checkpoint.architecture.vocab_size > MAX_VOCABULARY:
            raise ModelError(
                f"{checkpoint.name}: found {checkpoint.architecture.vocab_size:,} tokens, wanted at most "
                f"{MAX_VOCABULARY:,} to train; prune the vocabulary with `foretype compress`"
            )
        num_tokens = checkpoint.architecture.vocab_size
        self.vocabulary = Vocabulary(checkpoint.tokenizer_json, num_tokens=num_tokens, where=checkpoint.name)
        self._encode = self.vocabulary.encode
        self._markers = checkpoint.markers
        self._prelude = checkpoint.prelude

    def read(self, document: Document, *, max_tokens: int) -> Iterator[Example]:
        context = self.context(document)
        if len(context) > max_tokens // 2:  # letters that take several tokens each
            context = self.context(replace(document, previous="", subject=""))
        end = [] if self._markers is None else [self._markers.end]
        text = [*self._encode(document.text), *end]
        if len(text) == len(end):
            return
        for start in range(0, len(text), max_tokens - len(context)):
            part = text[start : start + max_tokens - len(context)]
            yield context + part, len(context)

    def context(self, document: Document) -> list[int]:
        """Tokens that are read before the text."""
        if self._markers is None:
            words = context_words(previous=document.previous, subject=document.subject)
            return [*self._prelude, *self._encode(words)]
        return context_tokens(
            self._encode,
            self._markers,
            kind=document.kind,
            previous=document.previous,
            subject=document.subject,
        )
