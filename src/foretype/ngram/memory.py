"""What one writer wrote, as counts for n-grams of any order: a stream of word ids, scanned.

A context is looked up by comparing the whole stream at once, so learning is an append, nothing is indexed,
and a learned token costs four bytes. Four words of context in 100,000 tokens take about 60 microseconds, in a
million 0.3 ms, once a word and not once a key (p50, benchmarks/bench_memory.py).

It does not know where the stream is kept on disk, nor how its counts are weighed against others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.ngram.follow import BYTES_A_FOLLOWER, FEW, Follow, follow_of, follow_of_few
from foretype.ngram.lexicon import Lexicon
from foretype.text.words import END, START

Ids: TypeAlias = NDArray[np.uint32]
Places: TypeAlias = NDArray[np.intp] | list[int]  # in a stream

GROWTH = 1.2  # of the stream when it is full: at most 4.8 bytes a token instead of 4


class Memory:
    """Counts of one writer's words. `learn_one` changes it, `follows` never does.

    >>> from foretype.ngram.lexicon import Lexicon
    >>> lexicon = Lexicon(["let", "me", "know"])
    >>> memory = Memory(lexicon)
    >>> memory.learn_one(["let", "me", "know"])
    >>> [lexicon_id] = memory.follows(lexicon.ids(["let", "me"]), max_order=2)[2].ids
    >>> memory.word(int(lexicon_id))
    'know'
    """

    def __init__(self, lexicon: Lexicon, stream: Ids | None = None, strange: Iterable[str] = ()) -> None:
        """`stream` and `strange` (its words outside the lexicon) restore what `stream` and `strange` gave."""
        self._lexicon = lexicon
        self._stream = np.zeros(0, np.uint32) if stream is None else stream
        self._num_tokens = len(self._stream)
        self._strange = _Strange(lexicon, strange)
        self._unigrams: Follow | None = None

    def __len__(self) -> int:
        return self._num_tokens

    @property
    def lexicon(self) -> Lexicon:
        return self._lexicon

    @property
    def stream(self) -> Ids:
        """All ids in the order learned, START and END around every message. Shape (len(self),)."""
        return self._stream[: self._num_tokens]

    @property
    def strange(self) -> list[str]:
        """Learned words that the lexicon lacks."""
        return self._strange.words()

    @property
    def num_bytes(self) -> int:
        """Memory held, without the interpreter's fixed overhead."""
        unigrams = 0 if self._unigrams is None else BYTES_A_FOLLOWER * len(self._unigrams.ids)
        return self._stream.nbytes + self._strange.num_bytes + unigrams

    def learn_one(self, words: Sequence[str]) -> None:
        """Append one message's words; the very next `follows` knows them."""
        ids = self._lexicon.ids([START, *words, END])
        for word in words:
            if not self._lexicon.knows(word):
                self._strange.add(word)
        self._reserve(len(ids))
        self._stream[self._num_tokens : self._num_tokens + len(ids)] = ids
        self._num_tokens += len(ids)
        self._unigrams = None

    def follows(self, context: Ids, *, max_order: int) -> list[Follow]:
        """What followed the last 0, 1, ... `max_order` words of `context`; stops at the first unseen one."""
        found = [self.unigrams()]
        stream = self.stream
        wanted: list[int] = context[-max_order:].tolist()[::-1] if max_order else []  # the last word first
        places: Places = np.flatnonzero(stream[:-1] == wanted[0]) if wanted else []
        for back, word in enumerate(wanted):
            places = _preceded(places, stream, back=back, word=word)
            if not len(places):
                break
            found.append(_behind(places, stream))
        return found

    def unigrams(self) -> Follow:
        """Counts of all words."""
        if self._unigrams is None:
            self._unigrams = follow_of(self.stream)
        return self._unigrams

    def word(self, id: int) -> str | None:
        """The word of an id, None for one never learned here and not in the lexicon."""
        return self._lexicon.word(id) or self._strange.word(id)

    def strange_with_prefix(self, prefix: str, *, limit: int = 64) -> list[str]:
        """Learned words outside the lexicon that begin with `prefix`, at most `limit`."""
        return self._strange.with_prefix(prefix, limit=limit)

    def _reserve(self, more: int) -> None:
        needed = self._num_tokens + more
        if needed > len(self._stream):
            grown = np.zeros(max(needed, int(len(self._stream) * GROWTH)), np.uint32)
            grown[: self._num_tokens] = self.stream
            self._stream = grown


class _Strange:
    """Words outside the lexicon, packed in one string; ids are hashes, so none is stored twice.

    Invariant: `_text` is "\\n" + words joined by "\\n" + "\\n"; `_ids[i]` is the id of the i-th word, `_starts[i]` where
    it begins.
    """

    def __init__(self, lexicon: Lexicon, words: Iterable[str]) -> None:
        self._lexicon = lexicon
        listed = list(words)
        self._text = "\n" + "".join(word + "\n" for word in listed)
        self._ids = lexicon.ids(listed)
        lengths = [0, *(len(word) + 1 for word in listed)]
        self._starts = np.cumsum(lengths, dtype=np.uint32)[:-1] + np.uint32(1)

    @property
    def num_bytes(self) -> int:
        return len(self._text.encode("utf-8", "surrogatepass")) + self._ids.nbytes + self._starts.nbytes

    def words(self) -> list[str]:
        return self._text[1:-1].split("\n") if len(self._ids) else []

    def add(self, word: str) -> None:
        if "\n" in word or f"\n{word}\n" in self._text:
            return
        self._starts = np.append(self._starts, np.uint32(len(self._text)))
        self._ids = np.append(self._ids, self._lexicon.ids([word]))
        self._text += word + "\n"

    def word(self, id: int) -> str | None:
        at = np.flatnonzero(self._ids == id)
        if not len(at):
            return None
        start = int(self._starts[at[0]])
        return self._text[start : self._text.index("\n", start)]

    def with_prefix(self, prefix: str, *, limit: int) -> list[str]:
        found: list[str] = []
        if "\n" in prefix:
            return found
        at = self._text.find("\n" + prefix)
        while at >= 0 and len(found) < limit:
            end = self._text.find("\n", at + 1)
            if end < 0 or end == at + 1:
                break
            found.append(self._text[at + 1 : end])
            at = self._text.find("\n" + prefix, end)
        return found


def _preceded(places: Places, stream: Ids, *, back: int, word: int) -> Places:
    """Those of `places` that have `word` so many words before them; few of them as a list."""
    if isinstance(places, list):
        view = stream.data
        return [place for place in places if place >= back and view[place - back] == word]
    found: NDArray[np.intp] = places[places >= back]
    found = found[stream[found - back] == word] if back else found
    return found if len(found) > FEW else found.tolist()


def _behind(places: Places, stream: Ids) -> Follow:
    """What stands right behind `places`."""
    if isinstance(places, list):
        view = stream.data
        return follow_of_few([view[place + 1] for place in places])
    return follow_of(stream[places + 1])
