"""A user's messages on a shelf, and the memory made of them.

Disk is the truth and a memory is only read from it: when a row is durable, the next `memory(user)` sees by
its version that the one it holds is old. So a memory is never ahead of the disk, a reader's memory never
changes under its eyes, and several processes may share a shelf. Rows that no pack holds yet are counted in
when a user is opened; when they grow long, the next `append` packs them first.

It does not know what may be learned, nor what database lies below.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from foretype.errors import StoreError
from foretype.ngram.lexicon import Lexicon
from foretype.ngram.memory import Memory
from foretype.personal.cache import MemoryCache
from foretype.personal.phrases import cut_phrase
from foretype.personal.records import (
    PACK_BYTES,
    Message,
    Pack,
    hash_lexicon,
    make_memory,
    make_packs,
    open_memory,
    read_row,
    read_texts,
    strange_words,
    write_row,
)
from foretype.personal.shelf import Indexed, Shelf, Written

MAX_TRIES = 8  # of a rewrite while others learn for the same user


class Ledger:
    """Messages of all users, oldest first, and a bounded number of open memories. Safe for threads."""

    def __init__(self, shelf: Shelf, lexicon: Lexicon, *, max_open_bytes: int) -> None:
        self._shelf = shelf
        self._lexicon = lexicon
        self._lexicon_hash = hash_lexicon(lexicon)
        self._cache = MemoryCache(max_bytes=max_open_bytes)
        self._untidy: set[str] = set()  # users whose rows are long, or whose packs hold another lexicon's ids
        self._untidy_lock = threading.Lock()

    def memory(self, user: str) -> Memory | None:
        """The user's memory as of now; None for a user without records."""
        version = self._shelf.version(user)
        if version is None:
            self._cache.drop(user)
            return None
        return self._cache.get(user, version) or self._open(user)

    def messages(self, user: str) -> list[Message] | None:
        """All messages of a user; None for a user without records."""
        written = self._shelf.written(user)
        return None if written is None else _read(user, written)

    def append(self, user: str, message: Message) -> None:
        """Keep a message; durable on return."""
        self._tidy(user)
        if self._shelf.append(user, write_row(message)) >= PACK_BYTES:
            self._mark(user)

    def cut(self, user: str, words: Sequence[str]) -> int:
        """Take `words` in a row out of every message and every file; how often they stood there."""
        for _ in range(MAX_TRIES):
            written = self._shelf.written(user)
            if written is None:
                return 0
            kept, num_cut = cut_phrase(_read(user, written), words)
            if not num_cut or self._shelf.rewrite(user, self._packs(kept), version=written.version):
                self._cache.drop(user)
                return num_cut
        raise StoreError(f"user {user!r}: found new messages at each of {MAX_TRIES} tries; try again")

    def delete(self, user: str) -> bool:
        """Remove the user from every file; False if there was nothing."""
        found = self._shelf.delete(user)
        self._cache.drop(user)
        return found

    def close(self) -> None:
        """Release the shelf; memories that callers hold stay good."""
        self._cache.clear()
        self._shelf.close()

    def _open(self, user: str) -> Memory | None:
        indexed = self._shelf.indexed(user)
        if indexed is None:
            return None
        if self._is_stale(indexed):
            return self._rebuild(user)
        with _damage_told(user):
            parts = [(ids, strange) for _, ids, strange in indexed.packs]
            memory = open_memory(parts, indexed.rows, self._lexicon)
        self._cache.put(user, indexed.version, memory)
        return memory

    def _rebuild(self, user: str) -> Memory | None:
        """The memory from words alone: the shelf has another lexicon's ids; the next append renews them."""
        written = self._shelf.written(user)
        if written is None:
            return None
        memory = make_memory(_read(user, written), self._lexicon)
        self._cache.put(user, written.version, memory)
        self._mark(user)
        return memory

    def _mark(self, user: str) -> None:
        with self._untidy_lock:
            self._untidy.add(user)

    def _tidy(self, user: str) -> None:
        """Pack long rows, renew ids of another lexicon; before an append, so that a failure loses nothing.

        A change by someone else in between makes it a no-op; then a later append does it.
        """
        with self._untidy_lock:
            if user not in self._untidy:
                return
            self._untidy.remove(user)
        indexed = self._shelf.indexed(user)
        if indexed is not None and self._is_stale(indexed):
            self._reindex(user)
        elif indexed is not None and indexed.rows:
            with _damage_told(user):
                before = strange_words(strange for _, _, strange in indexed.packs)
                rows = [read_row(row) for row in indexed.rows]
            packs = make_packs(rows, self._lexicon, self._lexicon_hash, before=before)
            self._shelf.seal(user, packs, version=indexed.version)

    def _reindex(self, user: str) -> None:
        written = self._shelf.written(user)
        if written is not None:
            packs = self._packs(_read(user, written))
            self._shelf.reindex(user, packs, version=written.version)

    def _is_stale(self, indexed: Indexed) -> bool:
        return any(lexicon != self._lexicon_hash for lexicon, _, _ in indexed.packs)

    def _packs(self, messages: Sequence[Message]) -> list[Pack]:
        return make_packs(messages, self._lexicon, self._lexicon_hash)


def _read(user: str, written: Written) -> list[Message]:
    with _damage_told(user):
        packed = [message for texts in written.texts for message in read_texts(texts)]
        return packed + [read_row(row) for row in written.rows]


@contextmanager
def _damage_told(user: str) -> Iterator[None]:
    try:
        yield
    except (zlib.error, ValueError) as error:
        raise StoreError(
            f"user {user!r}: found damaged records ({error}); they were left as they are: restore a copy of "
            "the data folder, or forget this user"
        ) from error
