"""What the composer asks of its parts, as small protocols; it imports none of them.

The LM lives in runtime/, the personal store in personal/, both above this layer or beside it. A late answer is no error:
it is a future that is not done yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.compose.request import Context
from foretype.ngram.memory import Memory
from foretype.text.prompt import Markers

LogProbs: TypeAlias = NDArray[np.float32]  # natural logarithms


class LanguageModel(Protocol):
    """A causal language model over tokens: runtime/ gives two, onnxruntime and llama.cpp."""

    @property
    def name(self) -> str:
        """The model's name as `foretype model list` shows it, e.g. "smollm2-135m"."""
        ...

    @property
    def token_bytes(self) -> Sequence[bytes]:
        """UTF-8 bytes of every token, b"" for control tokens; index = token id."""
        ...

    def encode(self, text: str) -> list[int]:
        """Tokens of `text`, without special tokens."""
        ...

    @property
    def prelude(self) -> Sequence[int]:
        """Tokens that begin every document (BOS or what training put between documents)."""
        ...

    @property
    def markers(self) -> Markers | None:
        """Special tokens that tell it what it reads; None for a model that was trained on words alone."""
        ...

    @property
    def speaker(self) -> str:
        """Differs wherever answers may: empty for the network as it is, else the digest of its adapter."""
        ...

    def adapted(self, name: str) -> LanguageModel:
        """The same network and vocabulary with a loaded adapter, in the same queue. Raises InputError."""
        ...

    def submit(self, tokens: Sequence[int], *, session: str, num_wanted: int = 1) -> Future[LogProbs]:
        """Ask for the log probabilities of what follows the last `num_wanted` prefixes of `tokens`.

        The future gives shape (num_wanted, vocab), float32, natural log: row i is the distribution of the
        token that follows tokens[: len(tokens) - num_wanted + 1 + i]. `tokens` is the whole document from the
        prelude on; what the model already holds for this session (or shares with another) is not
        computed again. Requests of many sessions run in one call. `future.cancel()` drops a request that
        has not begun. Raises BusyError when the queue is full.
        """
        ...

    def release(self, session: str) -> None:
        """Forget the session's cache; unknown sessions are fine."""
        ...

    def close(self) -> None:
        """Stop the worker; requests that wait are cancelled."""
        ...


class AdapterStatus(Protocol):
    """One adapter of this machine, as it stands with the open language model."""

    @property
    def name(self) -> str: ...
    @property
    def is_loaded(self) -> bool: ...
    @property
    def rank(self) -> int | None: ...
    @property
    def num_bytes(self) -> int | None:
        """Memory that it takes while it is loaded."""
        ...

    @property
    def fault(self) -> str | None:
        """Why it cannot be loaded, as far as that is known."""
        ...


class Adapters(Protocol):
    """The language model's adapters, loaded and unloaded while it answers. Blocking, safe for threads."""

    def list(self) -> Sequence[AdapterStatus]:
        """All that are installed, by name."""
        ...

    def load(self, name: str) -> AdapterStatus:
        """Load an installed adapter, or load it anew. Raises InputError and ModelError."""
        ...

    def unload(self, name: str) -> bool:
        """Free its memory; False when it was not loaded. Raises InputError for one that has to stay."""
        ...


@dataclass(frozen=True, slots=True)
class Learned:
    """What one `learn` did: words kept, and words refused because they look like secrets."""

    num_words: int
    num_refused: int


class PersonalModels(Protocol):
    """What people wrote, one memory a user: personal/ gives an embedded store and a Redis store."""

    def memory(self, user: str) -> Memory | None:
        """The user's memory, or None for a user never seen. Opens in under 5 ms; read-only for the caller."""
        ...

    def learn(self, user: str, text: str, *, context: Context) -> Learned:
        """Keep what was sent, durable before it returns; the next `memory(user)` knows it."""
        ...

    def forget(self, user: str) -> bool:
        """Delete all that is kept of the user, at once and for good; False when there was nothing."""
        ...

    def close(self) -> None:
        """Release files; nothing is lost."""
        ...
