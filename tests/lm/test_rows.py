"""Rows hold whole examples side by side, learn only what should be learned, and go on where they stopped."""

from __future__ import annotations

import math
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small_training
from foretype.errors import InputError

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")

if TYPE_CHECKING:
    from foretype.lm.examples import Examples
    from foretype.lm.rows import Batch

LENGTH = 24
NEVER = 3  # a token that is read and not learned
Shapes = list[tuple[int, int]]  # tokens of an example, and how many of them are context
shapes = st.lists(
    st.integers(2, LENGTH).flatmap(lambda length: st.tuples(st.just(length), st.integers(1, length - 1))),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=60)
@given(shapes=shapes, rows=st.integers(1, 4))
def test_a_pass_learns_exactly_what_follows_the_contexts(shapes: Shapes, rows: int) -> None:
    from foretype.lm.rows import one_pass

    examples = made(shapes)
    learned = [pair for batch in one_pass(examples, rows=rows, length=LENGTH) for pair in pairs(batch)]
    assert learned == slow_pairs(examples)


@settings(deadline=None, max_examples=60)
@given(shapes=shapes, rows=st.integers(1, 4), seed=st.integers(0, 5))
def test_an_epoch_holds_every_example_once(shapes: Shapes, rows: int, seed: int) -> None:
    from foretype.lm.rows import RowStream

    examples = made(shapes)
    stream = RowStream(examples, rows=1, length=LENGTH, seed=seed)
    learned: list[tuple[int, int]] = []
    while stream.epochs < 1.0:
        learned += pairs(next(stream))
    assert sorted(learned) == sorted(slow_pairs(examples))


@settings(deadline=None, max_examples=30)
@given(shapes=shapes, taken=st.integers(0, 9))
def test_a_stream_that_is_put_back_reads_on(shapes: Shapes, taken: int) -> None:
    from foretype.lm.rows import RowStream

    examples = made(shapes)
    first, second = (RowStream(examples, rows=2, length=LENGTH, seed=4) for _ in range(2))
    for _ in range(taken):
        next(first)
    second.load_state_dict(first.state_dict())
    for one, other in islice(zip(first, second, strict=True), 5):
        assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_processes_share_the_rows_of_one(tmp_path: Path) -> None:
    from foretype.lm.rows import RowStream

    examples = small_training.examples(tmp_path)

    def stream(rows: int, **place: int) -> RowStream:
        return RowStream(examples, rows=rows, length=small_training.ROW_TOKENS, seed=2, **place)

    whole, shares = stream(4), [stream(2, rank=rank, world=2) for rank in range(2)]
    for _ in range(20):
        together = [torch.cat(parts) for parts in zip(*(next(share)[:3] for share in shares), strict=True)]
        assert all(torch.equal(a, b) for a, b in zip(next(whole)[:3], together, strict=True))


def test_padding_belongs_to_no_document_and_is_not_learned() -> None:
    from foretype.lm.rows import IGNORE, NO_DOCUMENT, one_pass

    (batch,) = one_pass(made([(5, 2)]), rows=4, length=LENGTH)
    assert batch.ids.shape == (1, LENGTH)
    assert (batch.documents[0, 5:] == NO_DOCUMENT).all()
    assert (batch.targets[0, 4:] == IGNORE).all()
    assert torch.equal(batch.places, torch.nonzero(batch.targets.flatten() != IGNORE).flatten())


def test_an_example_longer_than_a_row_is_refused() -> None:
    from foretype.lm.rows import RowStream, one_pass

    for start in (
        lambda: RowStream(made([(LENGTH + 2, 1)]), rows=1, length=LENGTH, seed=0),
        lambda: next(one_pass(made([(LENGTH + 2, 1)]), rows=1, length=LENGTH)),
    ):
        with pytest.raises(InputError, match="use longer rows"):
            start()


def test_label_smoothing_and_parts_do_not_change_what_is_counted(tmp_path: Path) -> None:
    from foretype.lm import objective
    from foretype.lm.rows import one_pass

    network = small_training.network()
    batch = next(one_pass(small_training.examples(tmp_path), rows=4, length=small_training.ROW_TOKENS))
    plain = objective.NextToken()(network, batch)
    logits = network(batch.ids, batch.documents).flatten(0, 1)
    wanted = torch.nn.functional.cross_entropy(logits, batch.targets.flatten(), reduction="sum")
    assert plain.total.item() == pytest.approx(wanted.item(), rel=1e-5)
    assert plain.num_targets == len(batch.places)
    even = math.log(small_training.ARCH.vocab_size)
    smooth = objective.NextToken(label_smoothing=1.0)(network, batch)
    assert smooth.mean.item() == pytest.approx(even, rel=0.05)  # against a flat distribution


def test_a_teacher_that_knows_nothing_more_teaches_the_same(tmp_path: Path) -> None:
    from foretype.lm.objective import Distil, NextToken
    from foretype.lm.rows import one_pass

    network = small_training.network()
    batch = next(one_pass(small_training.examples(tmp_path), rows=2, length=small_training.ROW_TOKENS))
    alone = Distil(network, teacher_share=0.0)(network, batch)
    assert alone.total.item() == pytest.approx(NextToken()(network, batch).total.item(), rel=1e-5)
    taught = Distil(network, teacher_share=1.0)(network, batch)
    taught.total.backward()
    gradient = torch.cat(
        [weight.grad.flatten() for weight in network.parameters() if weight.grad is not None]
    )
    assert gradient.norm() < 1e-3  # who agrees with the teacher has nothing to learn


def made(shapes: Shapes) -> Examples:
    """Examples whose tokens tell them apart."""
    from foretype.lm.examples import Examples

    lengths = [length for length, _ in shapes]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    tokens = (np.arange(starts[-1]) * 7 % 50).astype(np.uint16)
    card: dict[str, Any] = {"never_targets": [NEVER]}
    return Examples(tokens, starts, np.array([context for _, context in shapes], np.uint16), card)


def slow_pairs(examples: Examples) -> list[tuple[int, int]]:
    """Each learned token with the one before it, example by example."""
    found = []
    for index in range(len(examples)):
        tokens = examples.tokens[examples.starts[index] : examples.starts[index + 1]].tolist()
        context = int(examples.num_context[index])
        found += [(tokens[at - 1], tokens[at]) for at in range(max(context, 1), len(tokens))]
    return [(before, token) for before, token in found if token != NEVER]


def pairs(batch: Batch) -> list[tuple[int, int]]:
    from foretype.lm.rows import IGNORE

    learned = batch.targets != IGNORE
    return list(zip(batch.ids[learned].tolist(), batch.targets[learned].tolist(), strict=True))
