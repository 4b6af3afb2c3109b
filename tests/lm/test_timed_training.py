"""Two budgets and a clock that is handed in; the loss falls, chance is the seed's, and a loss that is none is told."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from experiment_world import mails, vocabulary  # noqa: E402
from foretype.errors import InputError  # noqa: E402
from foretype.lm.contextual import ContextualLm, Kind, Shape  # noqa: E402
from foretype.lm.timed_training import REPORT_EVERY_S, Progress, Recipe, train  # noqa: E402
from foretype.lm.windows import MailWindows, Way  # noqa: E402

pytestmark = pytest.mark.train
FOREVER = 1e9
RECIPE = Recipe(learning_rate=0.01, places_per_batch=128, max_tokens=10**9, max_seconds=FOREVER)


def network(kind: Kind = "lstm") -> ContextualLm:
    torch.manual_seed(0)
    shape = Shape(kind, width=16, inner=24, num_layers=1, num_heads=2, dropout=0.1)
    return ContextualLm(shape, Way.NONE, vocab_size=len(vocabulary()))


def ticking(step_s: float) -> Callable[[], float]:
    times = itertools.count(100.0, step_s)
    return lambda: next(times)


def trained(recipe: Recipe, *, step_s: float = 1.0, lm: ContextualLm | None = None) -> Progress:
    windows = MailWindows(mails(), Way.NONE, device=torch.device("cpu"))
    torch.manual_seed(recipe.seed)
    return train(lm or network(), windows, recipe, clock=ticking(step_s))


def test_the_clock_that_is_handed_in_ends_the_run() -> None:
    progress = trained(replace(RECIPE, max_seconds=20.0), step_s=2.0)
    assert (progress.steps, progress.seconds) == (10, 20.0)


def test_tokens_end_the_run_where_they_are_spent_first() -> None:
    num_tokens = len(mails().text)
    progress = trained(replace(RECIPE, max_tokens=3 * num_tokens))
    assert progress.tokens == 3 * num_tokens


@pytest.mark.parametrize("kind", ["lstm", "transformer"])
def test_the_loss_falls(kind: Kind) -> None:
    recipe = replace(RECIPE, max_tokens=60 * len(mails().text))
    curve = trained(recipe, lm=network(kind)).curve
    assert curve[-1][2] < curve[0][2] - 1.0


def test_a_point_is_made_as_often_as_said_and_tokens_rise() -> None:
    curve = trained(replace(RECIPE, max_seconds=30.0), step_s=1.0).curve
    assert [seconds for _, seconds, _ in curve] == [REPORT_EVERY_S * at for at in range(1, 7)]
    assert [tokens for tokens, _, _ in curve] == sorted({tokens for tokens, _, _ in curve})


def test_a_seed_gives_the_same_curve_again_and_another_seed_another() -> None:
    recipe = replace(RECIPE, max_seconds=12.0)
    first, again = trained(recipe), trained(recipe)
    assert first == again
    assert trained(replace(recipe, seed=4)).curve != first.curve


def test_a_run_that_the_clock_cuts_short_is_cooled_down() -> None:
    """Weights move less and less towards the end: the rate follows the larger share spent."""
    moves = []
    for seconds in (2.0, 40.0):
        lm = network()
        before = lm.embedding.weight.detach().clone()
        trained(replace(RECIPE, max_seconds=seconds, learning_rate=1e-3, weight_decay=0.0), lm=lm)
        moves.append(float((lm.embedding.weight.detach() - before).abs().max()))
    assert moves[0] < 2.1e-3 < moves[1]


def test_a_loss_that_is_no_number_is_told() -> None:
    lm = network()
    torch.nn.init.constant_(lm.embedding.weight, float("nan"))
    with pytest.raises(InputError, match="lower learning_rate"):
        trained(replace(RECIPE, max_seconds=6.0), lm=lm)
