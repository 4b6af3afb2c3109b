"""Which session holds which cached tokens, within a budget of bytes; with every adapter its own.

A session keeps the common prefix of what it had and what it asks now (rewind); a session that has less than
another copies from it (fork). The least recently used go first when memory runs out. It does not know the
network's maths.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.errors import ConfigError
from foretype.runtime.adapter import Adapter
from foretype.runtime.engine import Cache, Engine

Owner: TypeAlias = tuple[str, Adapter | None]  # a session, and the adapter it is answered with

CELL_STEP = 128  # capacities are multiples of this: growing copies, so it happens once in some 500 characters
MIN_FORK_GAIN = 4  # tokens; computing so few costs about as much as looking for a donor and copying


@dataclass(slots=True)
class Slot:
    """One owner's cache. Invariant: its first cells hold its adapter's keys and values of exactly `tokens`."""

    owner: Owner
    cache: Cache
    tokens: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))


class CachePool:
    """All slots, least recently used first. Owned by the worker thread alone."""

    def __init__(self, engine: Engine, *, budget_bytes: int, window: int) -> None:
        self._engine = engine
        self._budget_bytes = budget_bytes
        self._window = window
        self._slots: dict[Owner, Slot] = {}
        if self._bytes_of(window) > budget_bytes:
            raise ConfigError(
                f"cache budget: found {budget_bytes:,} bytes, wanted at least {self._bytes_of(window):,} "
                f"for one session of {window} tokens; raise the budget or lower the window"
            )

    @property
    def num_sessions(self) -> int:
        return len(self._slots)

    @property
    def num_bytes(self) -> int:
        return sum(self._bytes_of(slot.cache.capacity) for slot in list(self._slots.values()))

    def num_shared(self, owner: Owner, tokens: Sequence[int]) -> int:
        """How many first tokens the owner itself has cached; changes nothing."""
        slot = self._slots.get(owner)
        return 0 if slot is None else common_prefix(slot.tokens, np.asarray(tokens, dtype=np.int64))

    def rewound(self, owner: Owner, tokens: Sequence[int], *, room: int) -> Slot:
        """The owner's slot, rewound or forked to a prefix of `tokens` and able to hold `room` tokens."""
        wanted = np.asarray(tokens, dtype=np.int64)
        slot = self._slots.pop(owner, None)
        shared = 0 if slot is None else common_prefix(slot.tokens, wanted)
        donor, donated = self._donor(wanted, owner[1])
        slot = self._with_room(slot, owner, num_kept=shared, room=room, spared=donor)
        if donor is not None and (donated >= shared + MIN_FORK_GAIN or shared == 0):
            slot.cache.copy_from(donor.cache, start=shared, stop=donated)
            shared = donated
        slot.tokens = wanted[:shared]
        self._slots[owner] = slot  # now the most recently used
        return slot

    def drop(self, session: str) -> None:
        """Forget the session, with whatever adapter; unknown ones are fine."""
        self._drop(lambda owner: owner[0] == session)

    def drop_adapter(self, adapter: Adapter) -> None:
        """Forget what was read with the adapter, and the adapter."""
        self._drop(lambda owner: owner[1] is adapter)

    def _drop(self, is_dropped: Callable[[Owner], bool]) -> None:
        for owner in [owner for owner in self._slots if is_dropped(owner)]:
            del self._slots[owner]

    def _donor(self, tokens: NDArray[np.int64], adapter: Adapter | None) -> tuple[Slot | None, int]:
        """Who has most of the tokens, read with this very adapter."""
        best, most = None, 0
        for slot in self._slots.values():
            shared = common_prefix(slot.tokens, tokens) if slot.owner[1] is adapter else 0
            if shared > most:
                best, most = slot, shared
        return best, most

    def _with_room(
        self, slot: Slot | None, owner: Owner, *, num_kept: int, room: int, spared: Slot | None
    ) -> Slot:
        """The slot, or a larger copy of its first `num_kept` cells, once the budget allows it."""
        if slot is not None and slot.cache.capacity >= room:
            return slot
        capacity = min(self._window, -(-room // CELL_STEP) * CELL_STEP)
        self._make_room(self._bytes_of(capacity), spared=spared)
        grown = Slot(owner, Cache(self._engine, capacity=capacity, adapter=owner[1]))
        if slot is not None:
            grown.cache.copy_from(slot.cache, start=0, stop=num_kept)
        return grown

    def _make_room(self, num_bytes: int, *, spared: Slot | None) -> None:
        """Evict from the least recently used on; the donor goes last, and stays alive for the copy."""
        victims = sorted(self._slots.values(), key=lambda slot: slot is spared)
        for victim in victims:
            if self.num_bytes + num_bytes <= self._budget_bytes:
                return
            del self._slots[victim.owner]

    def _bytes_of(self, num_tokens: int) -> int:
        return num_tokens * self._engine.cell_bytes()


def common_prefix(one: NDArray[np.int64], other: NDArray[np.int64]) -> int:
    """
    >>> common_prefix(np.array([1, 2, 3]), np.array([1, 2, 4, 5]))
    2
    """
    shorter = min(len(one), len(other))
    differ = np.flatnonzero(one[:shorter] != other[:shorter])
    return int(differ[0]) if len(differ) else shorter
