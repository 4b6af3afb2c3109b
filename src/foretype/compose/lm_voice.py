"""The language model's voice at one place: what it says of whole words, though it speaks in tokens.

A word that is one token has that token's probability. Of words that begin with the same token and go on, the token's
probability is shared out as the counts would share it: one step of the model answers for every word and every
letter typed. It does not know the counts, the text, or when a step is worth its time.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from foretype.compose.protocols import LanguageModel, LogProbs
from foretype.ngram.largest import largest

MAX_WORDS = 100_000  # whose tokens are kept: some 20 MB when all are taken
MAX_VOICES = 160  # 0.2 MB each with a vocabulary of 49,152: ten places of sixteen writers
LEFT_FOR_OTHERS = 0.25  # of a shared token's probability: words of that beginning that are no candidates


class TokenTable:
    """A vocabulary sorted by bytes, and words' tokens; one a model, shared by all places."""

    def __init__(self, model: LanguageModel) -> None:
        tokens = model.token_bytes
        self.order = np.array(sorted(range(len(tokens)), key=tokens.__getitem__), np.int64)
        self.place_of: Sequence[int] = np.argsort(self.order).data  # each token's in the sorted vocabulary
        self.sorted_bytes: list[bytes] = [tokens[id] for id in self.order]
        self._encode = lru_cache(maxsize=MAX_WORDS)(partial(encoded, model))

    def encode(self, text: str) -> tuple[int, ...]:
        return self._encode(text)

    def prefix_range(self, prefix: bytes) -> tuple[int, int]:
        """Places in the sorted vocabulary of the tokens that begin with `prefix`."""
        low = bisect_left(self.sorted_bytes, prefix)
        return low, bisect_left(self.sorted_bytes, prefix + b"\xff" * 8, low)


def encoded(model: LanguageModel, text: str) -> tuple[int, ...]:
    """Tokens of a text; half a surrogate pair, which no model can read, counts as "?"."""
    return tuple(model.encode(text.encode("utf-8", "replace").decode()))


class LmVoice:
    """One distribution over tokens, asked about words. Holds 4 bytes a token of the vocabulary."""

    def __init__(self, log_probs: LogProbs, table: TokenTable) -> None:
        self._probs: NDArray[np.float32] = np.exp(log_probs[table.order])  # sorted like the table
        self._table = table

    def probs(self, shown: Sequence[str], weights: Sequence[float], *, space: Sequence[bool]) -> list[float]:
        """Probability of each word as it is shown; `weights` share out what several words have in common."""
        tokens = [
            self._table.encode(" " + word if spaced else word)
            for word, spaced in zip(shown, space, strict=True)
        ]
        firsts = [ids[0] if ids else 0 for ids in tokens]
        shared: dict[int, float] = {}  # weights of the words of several tokens, by their first
        for first, ids, weight in zip(firsts, tokens, weights, strict=True):
            if len(ids) != 1:
                shared[first] = shared.get(first, 0.0) + weight
        found, place = self._probs.data, self._table.place_of
        return [
            found[place[first]]
            if len(ids) == 1
            else found[place[first]] * ((1 - LEFT_FOR_OTHERS) * weight / max(shared[first], 1e-300))
            for first, ids, weight in zip(firsts, tokens, weights, strict=True)
        ]

    def mass(self, typed: str, *, space: bool) -> float:
        """Probability of all tokens that begin with the letters typed, or with which those begin."""
        prefix = ((" " if space else "") + typed).encode("utf-8", "replace")
        if not prefix:
            return 1.0
        low, high = self._table.prefix_range(prefix)
        shorter = sum(float(self._probs[at]) for at in self._begin(prefix)) if typed else 0.0
        return float(self._probs[low:high].sum()) + shorter * self._agreeing(typed)

    def top_words(self, typed: str, *, space: bool, limit: int) -> list[str]:
        """Texts of the likeliest tokens that begin with the letters typed, without the space."""
        prefix = ((" " if space else "") + typed).encode("utf-8", "replace")
        low, high = self._table.prefix_range(prefix)
        places = low + largest(self._probs[low:high], limit)
        texts = (self._text(at) for at in places.tolist())
        return [text for text in texts if text]

    def _text(self, at: int) -> str:
        return self._table.sorted_bytes[at].decode("utf-8", "ignore").strip()

    def _begin(self, prefix: bytes) -> list[int]:
        """Places of the tokens that are a proper beginning of the prefix, longer than its space."""
        found = []
        for length in range(2 if prefix[:1] == b" " else 1, len(prefix)):
            at = bisect_left(self._table.sorted_bytes, prefix[:length])
            if at < len(self._table.sorted_bytes) and self._table.sorted_bytes[at] == prefix[:length]:
                found.append(at)
        return found

    def _agreeing(self, typed: str) -> float:
        """About how much of a shorter token's mass goes on with the letters typed."""
        return float(np.exp(-1.0 * len(typed)))


class VoiceCache:
    """Recent voices of all messages, by who speaks and the tokens they follow: equal beginnings are read once.

    Safe for threads.
    """

    def __init__(self, model: LanguageModel, *, max_voices: int = MAX_VOICES) -> None:
        self.table = TokenTable(model)
        self._max_voices = max_voices
        self._voices: OrderedDict[tuple[str, tuple[int, ...]], LmVoice] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, tokens: tuple[int, ...], *, speaker: str = "") -> LmVoice | None:
        """The voice that follows `tokens`, if it is known; `speaker` is the language model's."""
        with self._lock:
            voice = self._voices.get((speaker, tokens))
            if voice is not None:
                self._voices.move_to_end((speaker, tokens))
            return voice

    def put(self, tokens: tuple[int, ...], log_probs: LogProbs, *, speaker: str = "") -> LmVoice:
        """Keep what follows `tokens`; the voice used longest ago goes if there are too many."""
        voice = LmVoice(log_probs, self.table)
        with self._lock:
            self._voices[speaker, tokens] = voice
            while len(self._voices) > self._max_voices:
                self._voices.popitem(last=False)
        return voice
