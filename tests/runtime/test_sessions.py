"""The contract of a running model: however its cache came about, an answer equals an uncached pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from foretype.errors import BusyError, ConfigError, InputError, ModelError
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.onnx_model import OnnxModel, open_model
from foretype.runtime.reference import reference_log_probs

from .conftest import gathering

VOCAB = 264
LONG = [0, *(7 + 31 * index % 250 for index in range(150))]
TOLERANCE = 5e-4


@pytest.fixture(scope="module")
def checkpoint(folder: Path) -> Checkpoint:
    return read_checkpoint(folder)


@pytest.fixture(params=[True, False], ids=["batching", "alone"])
def can_batch(request: pytest.FixtureRequest) -> bool:
    """Both graphs of a model pass the contract: for several rows, and for every onnxruntime."""
    return bool(request.param)


@pytest.fixture
def model(model_folder: Path, can_batch: bool) -> Iterator[OnnxModel]:
    opened = open_model(model_folder, can_batch=can_batch)
    yield opened
    opened.close()


def ask(model: OnnxModel, tokens: Sequence[int], session: str, *, num_wanted: int = 1) -> NDArray[np.float32]:
    return model.submit(tokens, session=session, num_wanted=num_wanted).result(timeout=30)


def check(checkpoint: Checkpoint, found: NDArray[np.float32], tokens: Sequence[int]) -> None:
    np.testing.assert_allclose(found, reference_log_probs(checkpoint, tokens)[-len(found) :], atol=TOLERANCE)


def test_a_typed_session_equals_an_uncached_pass(model: OnnxModel, checkpoint: Checkpoint) -> None:
    for length in range(2, 40, 3):
        check(checkpoint, ask(model, LONG[:length], "s"), LONG[:length])
    assert model.counts.num_computed_tokens == 38


def test_a_rewound_session_equals_an_uncached_pass(model: OnnxModel, checkpoint: Checkpoint) -> None:
    ask(model, LONG[:60], "s")
    other = [*LONG[:31], 9, 9, 9]
    check(checkpoint, ask(model, other, "s"), other)
    check(checkpoint, ask(model, LONG[:20], "s"), LONG[:20])


def test_a_long_reading_in_chunks_equals_an_uncached_pass(model: OnnxModel, checkpoint: Checkpoint) -> None:
    check(checkpoint, ask(model, LONG, "s"), LONG)
    assert model.counts.num_passes > 4


def test_all_wanted_rows_are_answered_in_order(model: OnnxModel, checkpoint: Checkpoint) -> None:
    for num_wanted in (1, 5, 40, 60):
        check(checkpoint, ask(model, LONG[:60], f"s{num_wanted}", num_wanted=num_wanted), LONG[:60])
        check(checkpoint, ask(model, LONG[:60], f"s{num_wanted}", num_wanted=3), LONG[:60])


def test_a_forked_session_reads_only_what_differs(model: OnnxModel, checkpoint: Checkpoint) -> None:
    ask(model, LONG[:100], "one")
    before = model.counts.num_computed_tokens
    other = [*LONG[:90], 5, 6, 7]
    check(checkpoint, ask(model, other, "two"), other)
    assert model.counts.num_computed_tokens == before + 3
    check(checkpoint, ask(model, LONG[:101], "one"), LONG[:101])


def test_branches_that_wait_together_share_a_pass(model: OnnxModel, checkpoint: Checkpoint) -> None:
    ask(model, LONG[:50], "s")
    branches = [[*LONG[:50], *tail] for tail in ([1], [2, 3], [2, 4, 5], [6])]
    with gathering(model):
        before = model.counts.num_passes
        futures = [model.submit(branch, session="s") for branch in branches]
    for branch, future in zip(branches, futures, strict=True):
        check(checkpoint, future.result(timeout=30), branch)
    assert model.counts.num_passes == before + 1
    check(checkpoint, ask(model, branches[2], "s"), branches[2])


def test_questions_of_several_sessions_share_a_pass(
    model: OnnxModel, checkpoint: Checkpoint, can_batch: bool
) -> None:
    starts = [[0, session, *LONG[1 : 20 + 7 * session]] for session in range(2, 6)]
    for start in starts:
        ask(model, start, str(start[1]))
    asked = [[*start, *tail] for start, tail in zip(starts, ([1], [2, 3], [4], [5, 6, 7]), strict=True)]
    sibling = [*starts[0], 8, 9]
    with gathering(model):
        before = model.counts.num_passes
        futures = [model.submit(tokens, session=str(tokens[1])) for tokens in [*asked, sibling]]
    for tokens, future in zip([*asked, sibling], futures, strict=True):
        check(checkpoint, future.result(timeout=30), tokens)
    assert model.counts.num_passes == before + (1 if can_batch else 4)
    for tokens in asked:  # what was copied back is as good as what was read in place
        check(checkpoint, ask(model, [*tokens, 11], str(tokens[1])), [*tokens, 11])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_of_questions_equals_uncached_passes(
    model: OnnxModel, checkpoint: Checkpoint, data: st.DataObject
) -> None:
    token = st.integers(2, 5)
    batch = st.lists(
        st.tuples(st.sampled_from("abc"), st.lists(token, min_size=1, max_size=6)), min_size=1, max_size=5
    )
    for questions in data.draw(st.lists(batch, max_size=4)):
        asked = [[*LONG[:20], *tail] for _, tail in questions]
        futures = [model.submit(t, session=s) for t, (s, _) in zip(asked, questions, strict=True)]
        for tokens, future in zip(asked, futures, strict=True):
            check(checkpoint, future.result(timeout=30), tokens)


def test_a_small_budget_evicts_and_still_answers_right(model_folder: Path, checkpoint: Checkpoint) -> None:
    model = open_model(model_folder, window=128, cache_mb=1)  # a cell takes 512 bytes
    for turn in range(3):
        for session in range(20):
            tokens = [0, session + 3, *LONG[1 : 60 + turn]]
            check(checkpoint, ask(model, tokens, str(session)), tokens)
    assert model.num_cache_bytes <= 1_000_000
    model.close()


def test_a_budget_below_one_window_is_refused(model_folder: Path) -> None:
    with pytest.raises(ConfigError, match="cache budget"):
        open_model(model_folder, cache_mb=0)


def test_a_released_session_leaves_no_cache(model: OnnxModel, checkpoint: Checkpoint) -> None:
    ask(model, LONG[:40], "s")
    model.release("s")
    model.release("never seen")
    before = model.counts.num_computed_tokens
    check(checkpoint, ask(model, LONG[:40], "t"), LONG[:40])
    assert model.counts.num_computed_tokens == before + 40


def test_a_text_beyond_the_window_keeps_its_prelude_and_its_end(
    model_folder: Path, checkpoint: Checkpoint
) -> None:
    model = open_model(model_folder, window=64)
    found = ask(model, LONG[:100], "s")
    check(checkpoint, found, [LONG[0], *LONG[1 + 48 : 100]])
    before = model.counts.num_computed_tokens
    ask(model, LONG[:101], "s")
    assert model.counts.num_computed_tokens == before + 1
    model.close()


def test_a_cancelled_question_is_not_computed(model: OnnxModel) -> None:
    with gathering(model):
        before = model.counts.num_computed_tokens
        doomed = model.submit(LONG[:30], session="doomed")
        assert doomed.cancel()
    ask(model, [0, 1], "after")
    assert model.counts.num_computed_tokens <= before + 2


def test_a_long_reading_can_be_cancelled_between_chunks(model: OnnxModel) -> None:
    with gathering(model):
        before = model.counts.num_computed_tokens
        reading = model.submit(LONG, session="long")
        short = model.submit([5, 6], session="short")  # answered after the first chunk of the long one
        short.add_done_callback(lambda _: reading.cancel())
    short.result(timeout=30)
    ask(model, [7, 8], "after")
    assert reading.cancelled()
    assert model.counts.num_computed_tokens <= before + 32 + 1 + 2 + 2


def test_a_full_queue_says_busy_and_when_to_return(model_folder: Path) -> None:
    model = open_model(model_folder, max_waiting=2)
    with gathering(model), pytest.raises(BusyError) as caught:
        for index in range(3):
            model.submit(LONG, session=str(index))
    assert caught.value.retry_after_s > 0
    model.close()


def test_closing_cancels_what_waits_and_refuses_what_comes(model_folder: Path) -> None:
    model = open_model(model_folder)
    futures = [model.submit(LONG, session=str(index)) for index in range(5)]
    model.close()
    assert all(future.done() for future in futures)
    with pytest.raises(ModelError, match="closed"):
        model.submit([0], session="s")
    model.close()


@pytest.mark.parametrize(("tokens", "num_wanted"), [([], 1), ([0], 2), ([0], 0), ([VOCAB], 1), ([-1], 1)])
def test_impossible_questions_are_refused(model: OnnxModel, tokens: list[int], num_wanted: int) -> None:
    with pytest.raises(InputError):
        model.submit(tokens, session="s", num_wanted=num_wanted)


def test_a_single_token_is_answered(model: OnnxModel, checkpoint: Checkpoint) -> None:
    check(checkpoint, ask(model, [0], "s"), [0])
    check(checkpoint, ask(model, [0], "s"), [0])
