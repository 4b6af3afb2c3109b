"""A language model in a model directory, ready to be asked: the neural half of the composer.

It satisfies the composer's LanguageModel protocol by its shape alone. It does not know what is suggested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from foretype.errors import InputError
from foretype.runtime.adapter import Adapter
from foretype.runtime.cache import CachePool
from foretype.runtime.engine import Engine
from foretype.runtime.layout import num_positions
from foretype.runtime.model_dir import ModelCard, open_model_dir
from foretype.runtime.queued_model import MAX_WAITING, WINDOW_TOKENS, AdaptedModel, QueuedModel
from foretype.runtime.reader import CHUNK_TOKENS, Counts, SessionReader
from foretype.runtime.staging import Staging
from foretype.runtime.vocabulary import Vocabulary

CACHE_MB = 256  # SmolLM2-135M takes 46 kB a token: 16 sessions of 250 tokens, and 71 MB to batch them


class OnnxModel(QueuedModel):
    """Sessions over one exported network."""

    def __init__(
        self,
        card: ModelCard,
        vocabulary: Vocabulary,
        *,
        reader: SessionReader,
        pool: CachePool,
        engine: Engine,
        window: int,
        max_waiting: int,
    ) -> None:
        self.card = card
        self._engine = engine
        self._adapters: dict[str, Adapter] = {}
        self._vocabulary = vocabulary
        self._pool = pool
        self._reader = reader
        super().__init__(
            reader,
            name=card.name,
            prelude=card.prelude,
            token_bytes=vocabulary.token_bytes,
            markers=card.markers,
            window=window,
            max_waiting=max_waiting,
        )

    @property
    def num_cache_bytes(self) -> int:
        """Memory that the caches of all sessions take now."""
        return self._pool.num_bytes

    @property
    def counts(self) -> Counts:
        """Passes, answers, computed and reused tokens since it was opened."""
        return replace(self._reader.counts)

    @property
    def adapters(self) -> Mapping[str, Adapter]:
        """Those that are loaded now, by name."""
        return dict(self._adapters)

    def load_adapter(self, adapter: Adapter) -> None:
        """From now on questions may name it; one of the same name is unloaded. Raises ModelError."""
        self._engine.learn_adapters()
        self._reader.adapters.add(adapter)
        old, self._adapters[adapter.name] = self._adapters.get(adapter.name), adapter
        self._forget(old)

    def unload_adapter(self, name: str) -> bool:
        """Free its memory and its sessions' caches; False when none of this name is loaded."""
        old = self._adapters.pop(name, None)
        self._forget(old)
        return old is not None

    def adapted(self, name: str) -> AdaptedModel:
        """The network with a loaded adapter. Raises InputError for one that is not loaded."""
        adapter = self._adapters.get(name)
        if adapter is None:
            known = ", ".join(sorted(self._adapters)) or "none"
            raise InputError(f"adapter {name!r}: not loaded (loaded: {known}); load it, or ask without one")
        return AdaptedModel(self, adapter)

    def _forget(self, adapter: Adapter | None) -> None:
        if adapter is not None:
            self._reader.adapters.discard(adapter)
            self._scheduler.between_passes(partial(self._reader.drop_adapter, adapter))

    def encode(self, text: str) -> list[int]:
        """Tokens of `text`, without special tokens."""
        return self._vocabulary.encode(text)


def open_model(
    directory: Path,
    *,
    window: int = WINDOW_TOKENS,
    cache_mb: int = CACHE_MB,
    max_waiting: int = MAX_WAITING,
    num_threads: int = 1,
    can_batch: bool | None = None,
) -> OnnxModel:
    """Load the model in `directory`; `cache_mb` bounds all sessions together, `window` one session's tokens.
    `can_batch` None: sessions share passes where the installed onnxruntime can.

    Raises ModelError for a directory that is missing, truncated, foreign or of another tokenizer; ConfigError
    when the budget does not hold one whole window.
    """
    opened = open_model_dir(directory)
    arch = opened.card.architecture
    where = str(opened.tokenizer_file)
    vocabulary = Vocabulary(opened.tokenizer_json, num_tokens=arch.vocab_size, where=where)
    engine = Engine(directory, arch, num_threads=num_threads, can_batch=can_batch)
    fitting = min(window, num_positions(arch) - CHUNK_TOKENS)
    budget_bytes = cache_mb * 1_000_000
    needed = (fitting + CHUNK_TOKENS) * engine.cell_bytes()
    staging = Staging(engine, budget_bytes=budget_bytes - needed)
    pool = CachePool(engine, budget_bytes=budget_bytes - staging.num_bytes, window=fitting + CHUNK_TOKENS)
    reader = SessionReader(engine, pool, staging)
    return OnnxModel(
        opened.card,
        vocabulary,
        reader=reader,
        pool=pool,
        engine=engine,
        window=fitting,
        max_waiting=max_waiting,
    )
