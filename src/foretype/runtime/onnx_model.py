"""A language model in a model directory, ready to be asked: the neural half of the composer.

It satisfies the composer's LanguageModel protocol by its shape alone. It does not know how suggestions are
made.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foretype.errors import InputError
from foretype.runtime.cache import CachePool
from foretype.runtime.engine import Engine
from foretype.runtime.export import MODEL_FILE, num_positions
from foretype.runtime.model_dir import ModelCard, open_model_dir
from foretype.runtime.reader import CHUNK_TOKENS, Counts, SessionReader
from foretype.runtime.scheduler import Question, Scheduler
from foretype.runtime.vocabulary import Vocabulary

WINDOW_TOKENS = 1024  # some 4,000 characters; a longer text keeps its prelude and its last part
CACHE_MB = 192  # SmolLM2-135M takes 46 kB a token: 16 sessions of 250 tokens
MAX_WAITING = 64


class OnnxModel:
    """Sessions over one exported network. Safe to call from any thread; one worker thread computes."""

    def __init__(
        self,
        card: ModelCard,
        engine: Engine,
        vocabulary: Vocabulary,
        *,
        window: int,
        cache_mb: int,
        max_waiting: int,
    ) -> None:
        self._card = card
        self._vocabulary = vocabulary
        self._window = window
        self._pool = CachePool(engine, budget_bytes=cache_mb * 1_000_000, window=window + CHUNK_TOKENS)
        self._reader = SessionReader(engine, self._pool)
        self._scheduler = Scheduler(self._reader, max_waiting=max_waiting, name=card.name)

    @property
    def name(self) -> str:
        return self._card.name

    @property
    def token_bytes(self) -> Sequence[bytes]:
        """UTF-8 bytes of every token, b"" for control tokens."""
        return self._vocabulary.token_bytes

    @property
    def prelude(self) -> Sequence[int]:
        """Tokens that begin every document."""
        return self._card.prelude

    @property
    def window(self) -> int:
        """Tokens that one question can span; of longer ones the prelude and the last part are read."""
        return self._window

    @property
    def num_cache_bytes(self) -> int:
        """Memory that the caches of all sessions take now."""
        return self._pool.num_bytes

    @property
    def counts(self) -> Counts:
        """Passes, answers, computed and reused tokens since it was opened."""
        return replace(self._reader.counts)

    def encode(self, text: str) -> list[int]:
        """Tokens of `text`, without special tokens."""
        return self._vocabulary.encode(text)

    def submit(
        self, tokens: Sequence[int], *, session: str, num_wanted: int = 1
    ) -> Future[NDArray[np.float32]]:
        """Ask what follows the last `num_wanted` prefixes of `tokens`; see the composer's LanguageModel.

        Raises InputError for no tokens, unknown ones, or more wanted than there are; BusyError when the queue
        is full.
        """
        self._check(tokens, num_wanted)
        kept = self._fitted(tokens, num_wanted)
        return self._scheduler.submit(Question(session, kept, num_wanted))

    def release(self, session: str) -> None:
        """Forget the session's cache; unknown sessions are fine."""
        self._scheduler.release(session)

    def close(self) -> None:
        """Stop the worker; questions that wait are cancelled."""
        self._scheduler.close()

    def _check(self, tokens: Sequence[int], num_wanted: int) -> None:
        if not 1 <= num_wanted <= len(tokens):
            raise InputError(
                f"submit: found num_wanted {num_wanted} for {len(tokens)} tokens, wanted 1 to that many"
            )
        num_known = len(self.token_bytes)
        if min(tokens) < 0 or max(tokens) >= num_known:
            raise InputError(
                f"submit: found a token outside 0..{num_known - 1}; encode with this model's encode()"
            )

    def _fitted(self, tokens: Sequence[int], num_wanted: int) -> list[int]:
        """The tokens, or prelude and last part, cut in large steps: the next key still shares its prefix."""
        excess = len(tokens) - self._window
        if excess <= 0:
            return list(tokens)
        num_head = len(self.prelude)
        step = max(1, self._window // 4)
        cut = -(-excess // step) * step
        if len(tokens) - num_head - cut < num_wanted:
            raise InputError(
                f"submit: found num_wanted {num_wanted}, wanted at most {self._window - step}; ask in parts"
            )
        return [*tokens[:num_head], *tokens[num_head + cut :]]


def open_model(
    directory: Path,
    *,
    window: int = WINDOW_TOKENS,
    cache_mb: int = CACHE_MB,
    max_waiting: int = MAX_WAITING,
    num_threads: int = 1,
) -> OnnxModel:
    """Load the model in `directory`; `cache_mb` bounds all sessions together, `window` one session's tokens.

    Raises ModelError for a directory that is missing, truncated, foreign or of another tokenizer; ConfigError
    when the budget does not hold one whole window.
    """
    opened = open_model_dir(directory)
    card = opened.card
    vocabulary = Vocabulary(
        opened.tokenizer_json, num_tokens=card.architecture.vocab_size, where=str(opened.tokenizer_file)
    )
    engine = Engine(directory / MODEL_FILE, card.architecture, num_threads=num_threads)
    fitting = min(window, num_positions(card.architecture) - CHUNK_TOKENS)
    return OnnxModel(card, engine, vocabulary, window=fitting, cache_mb=cache_mb, max_waiting=max_waiting)
