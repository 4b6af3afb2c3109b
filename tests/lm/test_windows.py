"""Batches hold what a loop over tokens would put there."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from experiment_world import random_mails  # noqa: E402
from foretype.lm.mail_arrays import MailArrays  # noqa: E402
from foretype.lm.windows import HISTORY, IGNORE, TEXT_ID, WINDOW, MailWindows, Way, cut  # noqa: E402
from foretype.lm.word_vocabulary import PAD_ID  # noqa: E402

pytestmark = pytest.mark.train
CPU = torch.device("cpu")


def slow_row(
    mails: MailArrays, mail: int, read: int, first: int, last: int, *, way: Way
) -> tuple[list[int], list[int]]:
    """Inputs and targets of one window, token by token."""
    text = mails.mail(mail).tolist()
    context = mails.context[mails.context_starts[mail] : mails.context_starts[mail + 1]].tolist()
    inputs = list(context) if way is Way.SEQUENCE else []
    targets = [IGNORE] * len(inputs)
    for place in range(read, last):
        inputs.append(TEXT_ID if place == read else text[place - 1])
        targets.append(text[place] if place >= first else IGNORE)
    return inputs, targets


@given(seed=st.integers(0, 10_000), way=st.sampled_from(list(Way)))
@settings(max_examples=30, deadline=None)
def test_a_batch_is_what_a_loop_over_tokens_gives(seed: int, way: Way) -> None:
    mails = random_mails(seed)
    windows = MailWindows(mails, way, device=CPU)
    batch = windows.batch(windows.cuts)
    cuts = windows.cuts
    for row, window in enumerate(zip(cuts.mail, cuts.read, cuts.first, cuts.last, strict=True)):
        inputs, targets = slow_row(mails, *map(int, window), way=way)
        padding = batch.inputs.shape[1] - len(inputs)
        assert batch.inputs[row].tolist() == inputs + [PAD_ID] * padding
        assert batch.targets[row].tolist() == targets + [IGNORE] * padding
        assert int(batch.lengths[row]) == len(inputs)


@given(seed=st.integers(0, 10_000), way=st.sampled_from(list(Way)))
@settings(max_examples=20, deadline=None)
def test_a_pass_learns_every_token_once(seed: int, way: Way) -> None:
    mails = random_mails(seed)
    windows = MailWindows(mails, way, device=CPU)
    learned = [
        batch.targets[batch.targets != IGNORE] for batch in windows.pass_over(places_per_batch=500, seed=seed)
    ]
    assert sorted(torch.cat(learned).tolist()) == sorted(mails.text.tolist())


def test_context_stands_beside_the_text_only_where_it_is_read_there() -> None:
    mails = random_mails(1)
    widths = {way: MailWindows(mails, way, device=CPU) for way in Way}
    beside = {way: windows.batch(windows.cuts).context.shape[1] > 0 for way, windows in widths.items()}
    assert beside == {Way.NONE: False, Way.AVERAGED: True, Way.SEQUENCE: False, Way.ENCODED: True}


def test_windows_overlap_in_what_is_read_and_never_in_what_is_learned() -> None:
    cuts = cut(np.array([WINDOW * 3]))
    assert (cuts.first[1:] == cuts.last[:-1]).all()
    assert (cuts.first[1:] - cuts.read[1:] == HISTORY).all()
    assert (cuts.last - cuts.read <= WINDOW).all()
