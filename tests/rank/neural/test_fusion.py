"""Rankers learn what the language model's state tells, late or jointly; and states are those of each key's own text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import tiny_llama
from foretype.errors import InputError
from foretype.rank.judging import area_under_curve
from foretype.rank.neural.readings import Readings, gathered
from read_rows import invented

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")
pytest.importorskip("rtdl_num_embeddings")
pytest.importorskip("lightgbm")

if TYPE_CHECKING:
    from foretype.lm.gpt import Gpt
    from foretype.rank.neural.examples import Examples, Split


@pytest.fixture(scope="module")
def gpt(tmp_path_factory: pytest.TempPathFactory) -> Gpt:
    from foretype.lm.checkpoint_folder import load_gpt

    shape = tiny_llama.config()
    folder = tiny_llama.write_folder(
        tmp_path_factory.mktemp("fusion") / "tiny", shape, tiny_llama.weights(shape)
    )
    return load_gpt(folder)[0]


@pytest.fixture(scope="module")
def learned(gpt: Gpt) -> tuple[Split, Readings]:
    from foretype.rank.neural.examples import Examples, split_by_author
    from foretype.rank.neural.states import frozen_states

    rows, readings = invented(400)
    return split_by_author(Examples(rows, frozen_states(gpt, readings))), readings


def test_a_state_is_that_of_the_text_alone(gpt: Gpt) -> None:
    """The slow twin reads every key's text by itself, with nothing behind it and no other text beside it."""
    from foretype.rank.neural.states import frozen_states

    sequences = [[5, 60, 7, 8, 9], [10, 11], [12, 13, 14]]
    where = [(which, last) for which, tokens in enumerate(sequences) for last in range(len(tokens))][::-1]
    found = frozen_states(gpt, gathered(sequences, where))
    for (which, last), state in zip(where, found, strict=True):
        with torch.inference_mode():
            alone = gpt.hidden(torch.tensor([sequences[which][: last + 1]]))[0, -1].numpy()
        assert np.abs(alone - state.astype(np.float32)).max() < 0.01


def test_batches_hold_every_sequence_once_and_not_too_many_tokens() -> None:
    from foretype.rank.neural.states import batches

    readings = gathered([[1] * length for length in (3, 90, 5, 40, 41, 2)], [])
    found = list(batches(readings, np.arange(6), tokens=100))
    assert sorted(np.concatenate(found).tolist()) == [0, 1, 2, 3, 4, 5]
    lengths = np.diff(readings.starts)
    assert all(len(batch) == 1 or len(batch) * lengths[batch].max() <= 100 for batch in found)


def test_tokens_of_another_vocabulary_are_refused(gpt: Gpt) -> None:
    from foretype.rank.neural.states import frozen_states

    with pytest.raises(InputError, match=r"found token 99999, wanted below 2\d\d"):
        frozen_states(gpt, gathered([[99_999]], [(0, 0)]))


def test_late_fusion_ranks_better_than_columns_alone(learned: tuple[Split, Readings]) -> None:
    from foretype.rank.neural.late_fusion import fit_fusion
    from foretype.rank.trees import TreeOptions

    split, options = learned[0], TreeOptions(num_trees=40, min_rows=50)
    areas = [
        area_under_curve(fit_fusion(split, options, num_axes=axes).log_odds(split.aside), rights(split.aside))
        for axes in (None, 16)
    ]
    assert areas[1] > areas[0] + 0.05


def test_a_network_learns_from_states_and_the_same_on_every_run(learned: tuple[Split, Readings]) -> None:
    from foretype.rank.neural.fitting import FitOptions, fit, log_odds, loss_on
    from foretype.rank.neural.network import Shape

    split, options = learned[0], FitOptions(passes=4, rows_per_step=128, learning_rate=5e-3)
    plain = fit(split, Shape(), options)
    first, second = (fit(split, Shape(state=64), options) for _ in range(2))
    assert first.loss_aside < plain.loss_aside - 0.02
    assert loss_on(first.network, split.aside) == pytest.approx(first.loss_aside)
    assert np.array_equal(log_odds(first.network, split.aside), log_odds(second.network, split.aside))


def test_joint_fusion_begins_at_late_fusion_and_goes_on(gpt: Gpt, learned: tuple[Split, Readings]) -> None:
    from foretype.rank.neural.fitting import FitOptions, fit
    from foretype.rank.neural.joint import JointOptions, fit_jointly
    from foretype.rank.neural.network import Shape

    split, readings = learned
    late = fit(split, Shape(state=64), FitOptions(passes=1, rows_per_step=128, learning_rate=5e-3))
    before = {name: weight.clone() for name, weight in gpt.state_dict().items()}
    joint = fit_jointly(
        gpt,
        late.network,
        readings,
        split,
        JointOptions(passes=2, tokens_per_step=100, lora_rate=3e-3, network_rate=3e-3),
    )
    assert joint.losses_aside[0] == pytest.approx(late.loss_aside)
    assert joint.losses_aside[-1] < joint.losses_aside[0] - 0.02
    after = gpt.state_dict()  # of the given network, which is left alone
    assert all(torch.equal(after[name], weight) for name, weight in before.items())


def test_corrections_of_nothing_change_no_state(gpt: Gpt, learned: tuple[Split, Readings]) -> None:
    from foretype.rank.neural.columns import fitted_columns
    from foretype.rank.neural.joint import JointOptions, fit_jointly, restated
    from foretype.rank.neural.network import RankNetwork, Shape

    split, readings = learned
    network = RankNetwork(fitted_columns(split.train.rows.features), Shape(state=64))
    joint = fit_jointly(
        gpt, network, readings, split, JointOptions(passes=1, lora_rate=0.0, network_rate=0.0)
    )
    again = restated(split.aside, joint.gpt, readings)
    places = split.aside.rows.place
    assert np.array_equal(again.states[places], split.aside.states[places])
    assert joint.losses_aside[1] == pytest.approx(joint.losses_aside[0])


def test_the_axes_are_those_of_the_largest_singular_values(learned: tuple[Split, Readings]) -> None:
    from foretype.rank.neural.late_fusion import principal_axes

    examples = learned[0].train
    axes = principal_axes(examples, 3)
    states = examples.states[np.unique(examples.rows.place)].astype(np.float64)
    _, _, wanted = np.linalg.svd(states - states.mean(axis=0), full_matrices=False)
    assert np.abs((wanted[:3] * axes.directions.T).sum(axis=1)) == pytest.approx(1, abs=1e-2)


def rights(examples: Examples) -> np.typing.NDArray[np.bool_]:
    return examples.rows.is_right
