"""Answers questions by reading as few tokens as possible: rewinds, forks, chunks and trees over the cache
pool.

It does not know who waits, nor for how long: scheduler.py does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.runtime.cache import CachePool, Slot
from foretype.runtime.engine import Engine, chain_pass, tree_pass
from foretype.runtime.scheduler import Question
from foretype.runtime.token_tree import TokenTree, merge

CHUNK_TOKENS = 32  # some 40 ms of a 135M network: what a waiting or cancelled question loses at most


@dataclass(slots=True)
class Counts:
    """What has been run since the model was opened."""

    num_passes: int = 0
    num_answers: int = 0
    num_computed_tokens: int = 0
    num_reused_tokens: int = 0


class SessionReader:
    """Runs passes for one model; satisfies scheduler.Reader."""

    def __init__(self, engine: Engine, pool: CachePool) -> None:
        self._engine = engine
        self._pool = pool
        self.counts = Counts()

    def read_ahead(self, question: Question) -> bool:
        first_wanted = len(question.tokens) - question.num_wanted
        if first_wanted - self._pool.num_shared(question.session, question.tokens) <= CHUNK_TOKENS:
            return False
        slot = self._rewound(question, room=len(question.tokens))
        num_past = len(slot.tokens)
        chunk = question.tokens[num_past : min(num_past + CHUNK_TOKENS, first_wanted)]
        if not chunk:  # a donor had all of it
            return False
        self._engine.run(slot.cache, chain_pass(list(chunk), num_past=num_past, wanted=[]))
        slot.tokens = np.concatenate([slot.tokens, chunk])
        self._count(num_computed=len(chunk), num_reused=0, num_answers=0)
        return True

    def fits(self, group: Sequence[Question], candidate: Question) -> bool:
        """Questions of one session whose branches together stay within a chunk."""
        first = group[0]
        if candidate.session != first.session:
            return False
        questions = [*group, candidate]
        num_kept = min(self._num_kept(question) for question in questions)
        num_new = sum(len(question.tokens) - num_kept for question in questions)
        return num_kept > 0 and num_new <= CHUNK_TOKENS

    def answer(self, group: Sequence[Question]) -> list[NDArray[np.float32]]:
        room = max(len(question.tokens) for question in group) + CHUNK_TOKENS
        slot = self._rewound(group[0], room=room)
        num_past = min(len(slot.tokens), *(self._num_kept(question) for question in group))
        tree = merge([question.tokens[num_past:] for question in group])
        wanted = [cell for path, q in zip(tree.paths, group, strict=True) for cell in path[-q.num_wanted :]]
        result = self._run(slot, tree, num_past=num_past, wanted=wanted)
        slot.tokens = np.asarray(group[0].tokens, dtype=np.int64)
        self._count(num_computed=len(tree.tokens), num_reused=num_past, num_answers=len(group))
        return np.split(result, np.cumsum([question.num_wanted for question in group])[:-1])

    def drop(self, session: str) -> None:
        self._pool.drop(session)

    def _rewound(self, question: Question, *, room: int) -> Slot:
        """The question's slot; in a new one the first token has been read, alone.

        A network parks huge activations on the first token, whatever it is. Where a pass shares one scale
        among its tokens they would drown the others: 0.014 bits per character (docs/why/runtime.md).
        """
        slot = self._pool.rewound(question.session, question.tokens, room=room)
        if len(slot.tokens) == 0 and len(question.tokens) > question.num_wanted:
            first = list(question.tokens[:1])
            self._engine.run(slot.cache, chain_pass(first, num_past=0, wanted=[]))
            slot.tokens = np.array(first, dtype=np.int64)
            self._count(num_computed=1, num_reused=0, num_answers=0)
        return slot

    def _num_kept(self, question: Question) -> int:
        """Cached tokens that need not be read again: everything before the first wanted row."""
        shared = self._pool.num_shared(question.session, question.tokens)
        return min(shared, len(question.tokens) - question.num_wanted)

    def _run(self, slot: Slot, tree: TokenTree, *, num_past: int, wanted: list[int]) -> NDArray[np.float32]:
        slot.tokens = slot.tokens[
            :num_past
        ]  # should the pass fail, what is written behind counts for nothing
        if tree.is_chain:
            work = chain_pass(list(tree.tokens), num_past=num_past, wanted=wanted)
        else:
            work = tree_pass(tree.tokens, tree.depths, tree.sees, num_past=num_past, wanted=wanted)
        return self._engine.run(slot.cache, work)

    def _count(self, *, num_computed: int, num_reused: int, num_answers: int) -> None:
        self.counts.num_passes += 1
        self.counts.num_computed_tokens += num_computed
        self.counts.num_reused_tokens += num_reused
        self.counts.num_answers += num_answers
