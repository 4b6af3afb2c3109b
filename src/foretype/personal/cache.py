"""Open memories, least recently used first out, bounded in bytes.

A memory is never changed once it is here: whoever holds one may read it for as long as they like.

It does not know how a memory is opened.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from foretype.ngram.memory import Memory

OVERHEAD_BYTES = 2_000  # the interpreter's objects around an empty memory


class MemoryCache:
    """Memories by user, each valid for one version of what is kept.

    >>> from foretype.ngram.lexicon import Lexicon
    >>> cache = MemoryCache(max_bytes=1_000_000)
    >>> memory = Memory(Lexicon([]))
    >>> cache.put("u1", 7, memory)
    >>> cache.get("u1", 7) is memory, cache.get("u1", 8)
    (True, None)
    """

    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._open: OrderedDict[str, tuple[int, Memory, int]] = OrderedDict()
        self._num_bytes = 0
        self._lock = threading.Lock()

    @property
    def num_bytes(self) -> int:
        return self._num_bytes

    def get(self, user: str, version: int) -> Memory | None:
        with self._lock:
            found = self._open.get(user)
            if found is None or found[0] != version:
                return None
            self._open.move_to_end(user)
            return found[1]

    def put(self, user: str, version: int, memory: Memory) -> None:
        """Keep a memory; the least recently used ones leave until all fit. The newest always stays."""
        # twice: counts of all words, which the first reader makes, take at most as much again
        cost = 2 * memory.num_bytes + OVERHEAD_BYTES
        with self._lock:
            self._remove(user)
            self._open[user] = (version, memory, cost)
            self._num_bytes += cost
            while self._num_bytes > self._max_bytes and len(self._open) > 1:
                self._remove(next(iter(self._open)))

    def drop(self, user: str) -> None:
        with self._lock:
            self._remove(user)

    def clear(self) -> None:
        with self._lock:
            self._open.clear()
            self._num_bytes = 0

    def _remove(self, user: str) -> None:
        found = self._open.pop(user, None)
        if found is not None:
            self._num_bytes -= found[2]
