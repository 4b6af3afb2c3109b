"""Answers questions by reading as few tokens as possible: rewinds, forks, chunks, trees and batches.

It does not know who waits, nor for how long: scheduler.py does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foretype.runtime.adapter import Adapter
from foretype.runtime.cache import CachePool, Owner, Slot
from foretype.runtime.engine import Engine, Pass, Row, chain_pass
from foretype.runtime.scheduler import Question
from foretype.runtime.staging import Staging
from foretype.runtime.token_tree import TokenTree, merge

CHUNK_TOKENS = 32  # some 30 ms of a 135M network: what a waiting or cancelled question loses at most
BATCH_TOKENS = 8  # a row; longer readings gain nothing from company


@dataclass(slots=True)
class Counts:
    """What has been run since the model was opened."""

    num_passes: int = 0
    num_answers: int = 0
    num_computed_tokens: int = 0
    num_reused_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """One session's part of a pass: its questions as a tree behind the cached tokens that they share."""

    slot: Slot
    questions: Sequence[Question]
    num_past: int

    def tree(self, *, num_reread: int = 0) -> TokenTree:
        return merge([question.tokens[self.num_past - num_reread :] for question in self.questions])


class SessionReader:
    """Runs passes for one model; satisfies scheduler.Reader."""

    def __init__(self, engine: Engine, pool: CachePool, staging: Staging) -> None:
        self._engine = engine
        self._pool = pool
        self._staging = staging
        self.counts = Counts()
        self.adapters: set[Adapter] = set()  # loaded now; the model adds and removes

    def read_ahead(self, question: Question) -> bool:
        self._check_loaded(question)
        first_wanted = len(question.tokens) - question.num_wanted
        if first_wanted - self._pool.num_shared(_owner(question), question.tokens) <= CHUNK_TOKENS:
            return False
        slot = self._rewound(question, room=len(question.tokens))
        num_past = len(slot.tokens)
        chunk = question.tokens[num_past : min(num_past + CHUNK_TOKENS, first_wanted)]
        if not chunk:  # a donor had all of it
            return False
        self._engine.run(slot.cache, chain_pass(chunk, num_past=num_past, wanted=[]))
        slot.tokens = np.concatenate([slot.tokens, chunk])
        self._count(num_computed=len(chunk), num_reused=0, num_answers=0)
        return True

    def fits(self, group: Sequence[Question], candidate: Question) -> bool:
        """Branches of one session that stay within a chunk, or short questions of a few sessions; one adapter."""
        if candidate.adapter is not group[0].adapter:
            return False
        together = _by_session([*group, candidate])
        if len(together) == 1:
            return self._num_unread(together[0], least_kept=1) <= CHUNK_TOKENS
        longest = max(len(question.tokens) for questions in together for question in questions)
        num_unread = max(self._num_unread(questions, least_kept=BATCH_TOKENS) for questions in together)
        fits = self._staging.holds(num_rows=len(together), num_tokens=longest + BATCH_TOKENS)
        return fits and num_unread <= BATCH_TOKENS

    def answer(self, group: Sequence[Question]) -> list[NDArray[np.float32]]:
        plans = [self._planned(questions) for questions in _by_session(group)]
        num_cells = max(len(plan.tree().tokens) for plan in plans)
        # Rows must be of equal length: the shorter ones read some of their past again, if they have enough.
        num_reread = [num_cells - len(plan.tree().tokens) for plan in plans]
        if (
            all(plan.num_past > again for plan, again in zip(plans, num_reread, strict=True))
            or len(plans) == 1
        ):
            trees = [plan.tree(num_reread=again) for plan, again in zip(plans, num_reread, strict=True)]
            rows = self._run(plans, trees)
        else:  # a session was evicted while the group gathered
            rows = np.concatenate([self._run([plan], [plan.tree()]) for plan in plans])
        answers = dict(_split(plans, rows))
        return [answers[id(question)] for question in group]

    def drop(self, session: str) -> None:
        self._pool.drop(session)

    def drop_adapter(self, adapter: Adapter) -> None:
        """Forget what was read with the adapter."""
        self._pool.drop_adapter(adapter)
        self._staging.drop_adapter(adapter)

    def _check_loaded(self, question: Question) -> None:
        """An adapter may be unloaded while questions wait; its caches are gone by now and must not come back."""
        if question.adapter is not None and question.adapter not in self.adapters:
            raise CancelledError(f"adapter {question.adapter.name!r} was unloaded")

    def _planned(self, questions: Sequence[Question]) -> Planned:
        room = max(len(question.tokens) for question in questions) + CHUNK_TOKENS
        slot = self._rewound(questions[0], room=room)
        num_past = min(len(slot.tokens), *(self._num_kept(question) for question in questions))
        return Planned(slot, questions, num_past)

    def _rewound(self, question: Question, *, room: int) -> Slot:
        """The question's slot; in a new one the first token has been read, alone.

        A network parks huge activations on the first token, whatever it is. Where a pass shares one scale among
        its tokens they would drown the others: 0.014 bits per character (docs/why/runtime.md).
        """
        slot = self._pool.rewound(_owner(question), question.tokens, room=room)
        if len(slot.tokens) == 0 and len(question.tokens) > question.num_wanted:
            first = question.tokens[:1]
            self._engine.run(slot.cache, chain_pass(first, num_past=0, wanted=[]))
            slot.tokens = np.array(first, dtype=np.int64)
            self._count(num_computed=1, num_reused=0, num_answers=0)
        return slot

    def _num_kept(self, question: Question) -> int:
        """Cached tokens that need not be read again: everything before the first wanted row."""
        shared = self._pool.num_shared(_owner(question), question.tokens)
        return min(shared, len(question.tokens) - question.num_wanted)

    def _num_unread(self, questions: Sequence[Question], *, least_kept: int) -> int:
        """Tokens to read for all of a session's questions; more than any chunk if too few are kept."""
        num_kept = min(self._num_kept(question) for question in questions)
        if num_kept < least_kept:
            return CHUNK_TOKENS + 1
        return sum(len(question.tokens) - num_kept for question in questions)

    def _run(self, plans: Sequence[Planned], trees: Sequence[TokenTree]) -> NDArray[np.float32]:
        rows, wanted = [], []
        for index, (plan, tree) in enumerate(zip(plans, trees, strict=True)):
            row = _row(plan, tree)
            plan.slot.tokens = plan.slot.tokens[
                : row.num_past
            ]  # what a failed pass leaves counts for nothing
            rows.append(row)
            first_cell = index * len(tree.tokens)
            wanted += [
                first_cell + cell
                for path, question in zip(tree.paths, plan.questions, strict=True)
                for cell in path[-question.num_wanted :]
            ]
        result = self._staging.run([plan.slot.cache for plan in plans], Pass(rows, wanted))
        for plan, row in zip(plans, rows, strict=True):
            plan.slot.tokens = np.asarray(plan.questions[0].tokens, dtype=np.int64)
            self.counts.num_computed_tokens += len(row.tokens)
            self.counts.num_reused_tokens += row.num_past
        self._count(num_computed=0, num_reused=0, num_answers=sum(len(plan.questions) for plan in plans))
        return result

    def _count(self, *, num_computed: int, num_reused: int, num_answers: int) -> None:
        self.counts.num_passes += 1
        self.counts.num_computed_tokens += num_computed
        self.counts.num_reused_tokens += num_reused
        self.counts.num_answers += num_answers


def _owner(question: Question) -> Owner:
    return question.session, question.adapter


def _row(plan: Planned, tree: TokenTree) -> Row:
    num_past = len(plan.questions[0].tokens) - len(tree.paths[0])
    if tree.is_chain:
        return Row(tree.tokens, num_past)
    return Row(tree.tokens, num_past, tree.depths, tree.sees)


def _by_session(questions: Iterable[Question]) -> list[list[Question]]:
    """Questions of one session together, in the order they came."""
    found: dict[str, list[Question]] = {}
    for question in questions:
        found.setdefault(question.session, []).append(question)
    return list(found.values())


def _split(plans: Sequence[Planned], rows: NDArray[np.float32]) -> Iterable[tuple[int, NDArray[np.float32]]]:
    start = 0
    for plan in plans:
        for question in plan.questions:
            yield id(question), rows[start : start + question.num_wanted]
            start += question.num_wanted
