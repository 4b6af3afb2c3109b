"""A language model that a test can foretell: same tokens, same answer, whoever asks and in whatever order.

Its vocabulary is the 256 bytes and some words with the space before them. It notes what it was asked, and on
demand it is busy, or keeps every answer until told to give it. It does not know the text's meaning.
"""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from foretype.errors import BusyError, InputError
from foretype.text.prompt import Markers

WORDS = (
    *("the", "report", "contract", "draft", "sending", "thanks", "Thanks", "for", "send", "me", "attached"),
    *("know", "if", "you", "have", "any", "questions", "please", "let", "that", "think", "about", "Monday"),
    *("Thursday", "Friday", "tomorrow", "forward", "looking", "to", "regards", "and", "see"),
)
VOCABULARY: tuple[bytes, ...] = (
    b"",  # begins every document
    *(bytes([byte]) for byte in range(256)),
    *(b" " + word.encode() for word in WORDS),
    b" th",
    b" re",
)
_PIECES = re.compile(rb" ?[^\s]+|\s")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question."""

    tokens: tuple[int, ...]
    session: str
    num_wanted: int
    speaker: str = ""


@dataclass
class ScriptedLm:
    """Satisfies compose.protocols.LanguageModel."""

    name: str = "scripted"
    token_bytes: Sequence[bytes] = VOCABULARY
    prelude: Sequence[int] = (0,)
    markers: Markers | None = None
    speaker: str = ""
    loaded: Sequence[str] = ()  # adapters; each answers differently
    sure_of: str = ""  # how texts go on, wherever its last two tokens agree
    is_busy: bool = False
    is_late: bool = False  # futures stay open until `answer_all`
    asked: list[Asked] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    is_closed: bool = False
    waiting: list[tuple[Asked, Future[NDArray[np.float32]]]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def encode(self, text: str) -> list[int]:
        """Whole words where the vocabulary has them, else the longest beginnings that it has."""
        tokens: list[int] = []
        for piece in _PIECES.findall(text.encode()):
            while piece:
                token = next(piece[:end] for end in range(len(piece), 0, -1) if piece[:end] in _IDS)
                tokens.append(_IDS[token])
                piece = piece[len(token) :]
        return tokens

    def adapted(self, name: str) -> ScriptedLm:
        """Another voice, whose questions are noted here too."""
        if name not in self.loaded:
            raise InputError(f"adapter {name!r}: not loaded")
        return replace(self, name=f"{self.name}/{name}", speaker=name)

    def submit(
        self, tokens: Sequence[int], *, session: str, num_wanted: int = 1
    ) -> Future[NDArray[np.float32]]:
        assert 1 <= num_wanted <= len(tokens), "as the real ones refuse"
        if self.is_busy:
            raise BusyError("scripted: busy", retry_after_s=1.0)
        asked = Asked(tuple(tokens), session, num_wanted, self.speaker)
        future: Future[NDArray[np.float32]] = Future()
        with self._lock:
            self.asked.append(asked)
            if self.is_late:
                self.waiting.append((asked, future))
        if not self.is_late:
            future.set_result(self._answer(asked))
        return future

    def answer_all(self) -> None:
        """Give every answer that was kept, to whoever still waits."""
        with self._lock:
            given, self.waiting = self.waiting, []
        for asked, future in given:
            if future.set_running_or_notify_cancel():
                future.set_result(self._answer(asked))

    def release(self, session: str) -> None:
        self.released.append(session)

    def close(self) -> None:
        self.is_closed = True

    def _answer(self, asked: Asked) -> NDArray[np.float32]:
        ends = range(len(asked.tokens) - asked.num_wanted + 1, len(asked.tokens) + 1)
        return np.stack(
            [
                log_probs_after(asked.tokens[:end], self.encode(self.sure_of), speaker=asked.speaker)
                for end in ends
            ]
        )


_IDS = {token: id for id, token in enumerate(VOCABULARY) if token}


def log_probs_after(
    tokens: Sequence[int], sure_of: Sequence[int] = (), *, speaker: str = ""
) -> NDArray[np.float32]:
    """The distribution behind some tokens: uneven, and different behind different last four and for each speaker."""
    seed = zlib.crc32(np.array(tokens[-4:], np.int64).tobytes(), zlib.crc32(speaker.encode()))
    logits = np.random.default_rng(seed).normal(0.0, 2.0, len(VOCABULARY))
    logits[0] = -20.0
    logits[257:] += 3.0  # words rather than bytes
    for at in range(2, len(sure_of)):
        if tuple(sure_of[at - 2 : at]) == tuple(tokens[-2:]):
            logits[sure_of[at]] += 20.0
    found: NDArray[np.float32] = (logits - np.log(np.exp(logits).sum())).astype(np.float32)
    return found
