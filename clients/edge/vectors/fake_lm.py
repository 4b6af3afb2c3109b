"""A language model that two languages can compute alike: its answers are hashes of the last four tokens, in exact fractions.

Its vocabulary is eight control tokens, the 256 bytes, and words with the space before them; clients/edge/test/fake_lm.ts is
its twin. Its answers are no distribution, which the blend does not mind. It does not know the text's meaning.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from concurrent.futures import Future
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from foretype.text.prompt import Markers

NUM_CONTROL = 8
WORDS = (
    *(
        "the",
        "a",
        "to",
        "you",
        "your",
        "I",
        "will",
        "have",
        "has",
        "any",
        "questions",
        "question",
        "please",
        "Please",
    ),
    *(
        "let",
        "me",
        "know",
        "thanks",
        "thank",
        "Thanks",
        "Thank",
        "for",
        "sending",
        "draft",
        "of",
        "contract",
        "and",
    ),
    *(
        "think",
        "that",
        "we",
        "are",
        "there",
        "could",
        "look",
        "at",
        "second",
        "out",
        "office",
        "on",
        "Friday",
        "so",
    ),
    *(
        "it",
        "would",
        "be",
        "great",
        "if",
        "talk",
        "before",
        "then",
        "Best",
        "regards",
        "Hi",
        "Susan",
        "Peter",
        "Anna",
    ),
    *(
        "find",
        "attached",
        "figures",
        "send",
        "them",
        "over",
        "Hamburg",
        "when",
        "off",
        "Cheers",
        "see",
        "th",
        "re",
    ),
    *(
        "pl",
        "at",
        "meeting",
        "go",
        "a",
        "again",
        "is",
        "in",
        "this",
        "not",
        "can",
        "with",
        "as",
        "been",
        "was",
        "Caf\xe9",
    ),
)
VOCABULARY: tuple[bytes, ...] = (
    *(b"" for _ in range(NUM_CONTROL)),
    *(bytes([byte]) for byte in range(256)),
    *(b" " + word.encode() for word in dict.fromkeys(WORDS)),
    *(word.encode() for word in ("th", "st", "Tha", "ing", "es", "caf")),
    b" caf\xc3",  # ends inside a letter
)
LONGEST = max(map(len, VOCABULARY))


class FakeLm:
    """Satisfies compose.protocols.LanguageModel; every answer is there at once."""

    name = "fake"
    speaker = ""
    token_bytes: Sequence[bytes] = VOCABULARY

    def __init__(self, *, has_markers: bool) -> None:
        self.markers = Markers(0, 1, 2, 3, 4, 5, 6, 7) if has_markers else None
        self.prelude: Sequence[int] = (0,)

    def encode(self, text: str) -> list[int]:
        """The longest token that the rest begins with, again and again."""
        rest, tokens = text.encode(), []
        while rest:
            length = next(length for length in range(LONGEST, 0, -1) if rest[:length] in self._ids)
            tokens.append(self._ids[rest[:length]])
            rest = rest[length:]
        return tokens

    def adapted(self, name: str) -> FakeLm:
        raise AssertionError(f"nobody asks for adapter {name}")

    def submit(
        self, tokens: Sequence[int], *, session: str, num_wanted: int = 1
    ) -> Future[NDArray[np.float32]]:
        ends = range(len(tokens) - num_wanted + 1, len(tokens) + 1)
        future: Future[NDArray[np.float32]] = Future()
        future.set_result(np.stack([log_probs_after(tokens[:end]) for end in ends]))
        return future

    def release(self, session: str) -> None:
        """Nothing is held."""

    def close(self) -> None:
        """Nothing runs."""

    @cached_property
    def _ids(self) -> dict[bytes, int]:
        return {token: id for id, token in reversed(list(enumerate(VOCABULARY))) if token}


def log_probs_after(tokens: Sequence[int]) -> NDArray[np.float32]:
    """What follows some tokens: control tokens hardly, bytes seldom, words often. Shape (vocabulary,)."""
    seed = zlib.crc32(np.array(tokens[-4:], "<u2").tobytes())
    ids = np.arange(len(VOCABULARY), dtype=np.uint64)
    mixed = (seed + ids * 0x9E3779B1) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> np.uint64(15))) * 0x85EBCA6B) & 0xFFFFFFFF
    mixed ^= mixed >> np.uint64(13)
    base = np.where(ids < NUM_CONTROL, -20.0, np.where(ids < NUM_CONTROL + 256, -7.0, -2.0))
    found: NDArray[np.float32] = (base - (mixed % 256).astype(np.float64) / 16).astype(np.float32)
    return found
