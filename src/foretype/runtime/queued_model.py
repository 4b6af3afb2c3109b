"""The face that every backend shows the composer: checks, the window, the queue.

A backend hands in its reader and its words. It does not know which library computes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import Future

import numpy as np
from numpy.typing import NDArray

from foretype.errors import InputError
from foretype.runtime.adapter import Adapter
from foretype.runtime.scheduler import Question, Reader, Scheduler
from foretype.text.prompt import Markers

WINDOW_TOKENS = 1024  # some 4,000 characters; a longer text keeps its prelude and its last part
MAX_WAITING = 64


class QueuedModel(ABC):
    """Sessions over one network. Safe to call from any thread; one worker thread computes."""

    def __init__(
        self,
        reader: Reader,
        *,
        name: str,
        prelude: Sequence[int],
        token_bytes: Sequence[bytes],
        markers: Markers | None,
        window: int,
        max_waiting: int,
    ) -> None:
        self._name = name
        self._prelude = tuple(prelude)
        self._token_bytes = tuple(token_bytes)
        self._markers = markers
        self._window = window
        self._scheduler = Scheduler(reader, max_waiting=max_waiting, name=name)

    @property
    def name(self) -> str:
        return self._name

    @property
    def speaker(self) -> str:
        """Empty: the network as it is; one with an adapter has another."""
        return ""

    @property
    def token_bytes(self) -> Sequence[bytes]:
        """UTF-8 bytes of every token, b"" for control tokens."""
        return self._token_bytes

    @property
    def prelude(self) -> Sequence[int]:
        """Tokens that begin every document."""
        return self._prelude

    @property
    def markers(self) -> Markers | None:
        """Special tokens that tell it what it reads, if it was trained with them."""
        return self._markers

    @property
    def window(self) -> int:
        """Tokens that one question can span; of longer ones the head and the last part are read."""
        return self._window

    @abstractmethod
    def encode(self, text: str) -> list[int]:
        """Tokens of `text`, without special tokens."""

    def adapted(self, name: str) -> AdaptedModel:
        """The network with the adapter of this name. Raises InputError for one that is not loaded."""
        raise InputError(f"adapter {name!r}: model {self._name!r} takes no adapters; ask without one")

    def submit(
        self,
        tokens: Sequence[int],
        *,
        session: str,
        num_wanted: int = 1,
        adapter: Adapter | None = None,
    ) -> Future[NDArray[np.float32]]:
        """Ask what follows the last `num_wanted` prefixes of `tokens`; see the composer's LanguageModel.

        Raises InputError for no tokens, unknown ones, or more wanted than there are; BusyError when the queue
        is full; ModelError once closed.
        """
        self._check(tokens, num_wanted)
        question = Question(session, self._fitted(tokens, num_wanted), num_wanted, adapter)
        return self._scheduler.submit(question)

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
        num_known = len(self._token_bytes)
        if min(tokens) < 0 or max(tokens) >= num_known:
            raise InputError(
                f"submit: found a token outside 0..{num_known - 1}; encode with this model's encode()"
            )

    def _fitted(self, tokens: Sequence[int], num_wanted: int) -> list[int]:
        """The tokens, or their head and last part, cut in large steps: the next key still shares its prefix."""
        excess = len(tokens) - self._window
        if excess <= 0:
            return list(tokens)
        num_head = self._num_head(tokens)
        step = max(1, self._window // 4)
        cut = -(-excess // step) * step
        if len(tokens) - num_head - cut < num_wanted:
            raise InputError(
                f"submit: found num_wanted {num_wanted}, wanted at most {self._window - step}; ask in parts"
            )
        return [*tokens[:num_head], *tokens[num_head + cut :]]

    def _num_head(self, tokens: Sequence[int]) -> int:
        """Tokens that a cut spares: the prelude, or the context that markers set apart."""
        if self._markers is None or self._markers.text not in tokens:
            return len(self._prelude)
        return min(tokens.index(self._markers.text) + 1, self._window // 2)


class AdaptedModel:
    """A network with one of its adapters: the composer's LanguageModel once more, over the same queue."""

    def __init__(self, model: QueuedModel, adapter: Adapter) -> None:
        self._model = model
        self._adapter = adapter
        self.name = f"{model.name}/{adapter.name}"
        self.speaker = adapter.digest
        self.token_bytes = model.token_bytes
        self.prelude = model.prelude
        self.markers = model.markers

    def encode(self, text: str) -> list[int]:
        """Tokens of `text`, without special tokens."""
        return self._model.encode(text)

    def adapted(self, name: str) -> AdaptedModel:
        """The network with another of its adapters."""
        return self._model.adapted(name)

    def submit(
        self, tokens: Sequence[int], *, session: str, num_wanted: int = 1
    ) -> Future[NDArray[np.float32]]:
        """As the network's; the future is cancelled where the adapter is unloaded before it is answered."""
        return self._model.submit(tokens, session=session, num_wanted=num_wanted, adapter=self._adapter)

    def release(self, session: str) -> None:
        """Forget the session's caches."""
        self._model.release(session)

    def close(self) -> None:
        """Nothing: the network answers others too."""
