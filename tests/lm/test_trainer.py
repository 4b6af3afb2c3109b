"""The loop: a run that was killed goes on as if nothing had happened, and two processes learn what one learns."""

from __future__ import annotations

import argparse
import itertools
import math
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import small_training
from foretype.errors import ConfigError, ModelError, StoreError

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")

if TYPE_CHECKING:
    from foretype.lm.curve import Point
    from foretype.lm.trainer import Trainer, TrainOptions

SECONDS = 120  # a process that hangs is ended
Curve = list[tuple[int, int, float, float, float]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    small_training.examples(folder)
    return folder


@pytest.fixture(scope="module")
def alone(data: Path) -> Curve:
    """The curve of one process that nothing disturbed."""
    small_training.train(data / "alone", arguments(data))
    return curve(data / "alone")


def test_a_killed_run_goes_on_with_the_same_curve(data: Path, alone: Curve, tmp_path: Path) -> None:
    died = program(tmp_path, data, "--die-at", "11")
    assert died.returncode < 0
    assert (len(curve(tmp_path)), steps_kept(tmp_path)) == (11, [4, 8])
    assert program(tmp_path, data).returncode == 0
    assert curve(tmp_path) == alone


def test_a_checkpoint_cut_short_by_a_kill_is_never_taken(data: Path, alone: Curve, tmp_path: Path) -> None:
    small_training.train(tmp_path, arguments(data, steps=12, die_at=None))
    for name in ("step-00000012.pt", "step-00000099.partial"):
        (tmp_path / "checkpoints" / name).write_bytes(b"half")
    with pytest.raises(ModelError, match="delete it, and the run goes on from the one before"):
        small_training.train(tmp_path, arguments(data))
    (tmp_path / "checkpoints" / "step-00000012.pt").unlink()
    small_training.train(tmp_path, arguments(data))
    assert curve(tmp_path) == alone


def test_two_processes_learn_what_one_learns_from_twice_the_batch(
    data: Path, alone: Curve, tmp_path: Path
) -> None:
    assert program(tmp_path, data, "--devices", "2", "--rows", "2").returncode == 0
    np.testing.assert_allclose(curve(tmp_path), alone, rtol=1e-4)


def test_weights_in_pieces_learn_the_same_and_survive_a_kill(
    data: Path, alone: Curve, tmp_path: Path
) -> None:
    sharded = ("--devices", "2", "--rows", "2", "--sharded")
    assert program(tmp_path, data, *sharded, "--die-at", "11").returncode != 0
    assert program(tmp_path, data, *sharded).returncode == 0
    np.testing.assert_allclose(curve(tmp_path), alone, rtol=1e-4)
    with pytest.raises(ModelError, match="found weights in pieces"):
        small_training.train(tmp_path, arguments(data))


def test_batches_that_are_added_up_weigh_every_token_alike(data: Path, alone: Curve, tmp_path: Path) -> None:
    small_training.train(tmp_path, arguments(data, rows=2, accumulate=2))
    np.testing.assert_allclose(curve(tmp_path), alone, rtol=1e-4)


def test_a_run_that_is_asked_to_stop_keeps_all_and_goes_on(data: Path, alone: Curve, tmp_path: Path) -> None:
    seen: list[Point] = []
    trainer = make(tmp_path, data, on_point=seen.append, should_stop=lambda: len(seen) >= 5)
    assert not fit(trainer, data).finished
    assert steps_kept(tmp_path)[-1] == 5
    assert fit(make(tmp_path, data), data).finished
    assert curve(tmp_path) == alone


def test_judging_on_the_way_changes_nothing_and_goes_on_as_it_was(
    data: Path, alone: Curve, tmp_path: Path
) -> None:
    options = replace(small_training.options(12), judge_every_steps=5)
    for name, steps in (("whole", ()), ("parts", (7, 3))):
        for count in (*steps, None):
            stop = (lambda: False) if count is None else Countdown(count)
            fit_judged(tmp_path / name, data, options, stop)
    assert curve(tmp_path / "whole") == curve(tmp_path / "parts") == alone
    judged = [valid_losses(tmp_path / name) for name in ("whole", "parts")]
    assert judged[0] == judged[1] and list(judged[0]) == [5, 10]
    assert judged[0][10] < judged[0][5]


def test_a_step_that_is_judged_is_a_point_of_the_curve(data: Path, tmp_path: Path) -> None:
    options = replace(small_training.options(9), judge_every_steps=4, point_every_steps=100)
    fit_judged(tmp_path, data, options, lambda: False)
    assert [step for step, *_ in curve(tmp_path)] == [1, 4, 8]
    assert list(valid_losses(tmp_path)) == [4, 8]


def test_time_spent_judging_is_not_counted(data: Path, tmp_path: Path) -> None:
    now = itertools.count()
    options = replace(small_training.options(12), judge_every_steps=1)

    def judge() -> float:
        for _ in range(1000):
            next(now)
        return 1.0

    trainer = make(tmp_path, data, options=options, judge=judge, clock=lambda: float(next(now)))
    assert fit(trainer, data).seconds == 12.0


def test_held_out_examples_are_judged_by_the_plain_next_token_and_spread_over_all(data: Path) -> None:
    from foretype.lm.fabric import default_fabric
    from foretype.lm.judging import Judge, spread
    from foretype.lm.objective import Learner, NextToken

    examples = small_training.examples(data)
    few = spread(examples, 7)
    assert len(few) == 7 and few.starts[-1] == len(few.tokens)
    for at, number in ((0, 0), (6, len(examples) - 1)):
        wanted = examples.tokens[examples.starts[number] : examples.starts[number + 1]]
        assert np.array_equal(few.tokens[few.starts[at] : few.starts[at + 1]], wanted)
    assert len(spread(examples, 10**6)) == len(examples)
    fabric, smooth = default_fabric(accelerator="cpu"), NextToken(0.3)
    learner = Learner(small_training.network(), smooth)
    spelled = [b"x"] * small_training.ARCH.vocab_size
    judge = Judge(learner, fabric, spelled, rows=4, length=small_training.ROW_TOKENS)
    found = judge(few)
    assert learner.objective is smooth and learner.training
    plain = Judge(
        Learner(small_training.network(), NextToken()),
        fabric,
        spelled,
        rows=2,
        length=small_training.ROW_TOKENS,
    )
    assert found.nats_per_token == pytest.approx(plain(few).nats_per_token, rel=1e-5)


def test_a_loss_that_is_no_number_ends_the_run_and_keeps_the_last_sound_checkpoint(
    data: Path, tmp_path: Path
) -> None:
    wild = replace(small_training.options(12), learning_rate=1e30, skip_outliers=False, clip_norm=None)
    fit(make(tmp_path, data, should_stop=Countdown(4)), data)
    kept = steps_kept(tmp_path)
    with pytest.raises(ModelError, match=f"the newest sound checkpoint is step-{kept[-1]:08d}"):
        fit(make(tmp_path, data, options=wild), data)
    assert steps_kept(tmp_path) == kept


def test_a_full_disk_keeps_the_checkpoint_that_was_there(data: Path, tmp_path: Path) -> None:
    fit(make(tmp_path, data, should_stop=Countdown(4)), data)
    kept = steps_kept(tmp_path)
    with no_file_above(20_000), pytest.raises(StoreError, match=f"goes on from step-{kept[-1]:08d}"):
        fit(make(tmp_path, data), data)
    assert steps_kept(tmp_path) == kept
    with no_file_above(10), pytest.raises(StoreError, match=r"curve\.csv.*newest checkpoint"):
        fit(make(tmp_path, data), data)
    assert fit(make(tmp_path, data), data).finished


def test_a_checkpoint_of_another_network_is_refused(data: Path, tmp_path: Path) -> None:
    from foretype.lm.objective import Learner, NextToken

    fit(make(tmp_path, data, should_stop=Countdown(3)), data)
    other = Learner(small_training.network(replace(small_training.ARCH, mlp_size=96)), NextToken())
    with pytest.raises(ModelError, match="of another network"):
        make(tmp_path, data).fit(other, stream(data))


@pytest.mark.parametrize(
    ("changes", "told"), [({}, "no end"), ({"max_steps": 0}, "max_steps = 0"), ({"max_seconds": -1}, "-1")]
)
def test_options_without_sense_are_refused(changes: dict[str, Any], told: str) -> None:
    from foretype.lm.trainer import TrainOptions

    with pytest.raises(ConfigError, match=told):
        TrainOptions(**changes)


@contextmanager
def no_file_above(num_bytes: int) -> Iterator[None]:
    """The system refuses to write more into any one file, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (num_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class Countdown:
    """True from the nth question on."""

    def __init__(self, number: int) -> None:
        self._left: Iterator[int] = iter(range(number, 0, -1))

    def __call__(self) -> bool:
        return next(self._left, None) is None


def arguments(data: Path, **changes: Any) -> argparse.Namespace:
    usual = {"devices": 1, "sharded": False, "rows": 4, "accumulate": 1, "steps": 12, "die_at": None}
    return argparse.Namespace(data=data, **(usual | changes))


def make(folder: Path, data: Path, *, options: TrainOptions | None = None, **more: Any) -> Trainer:
    from foretype.lm.fabric import default_fabric
    from foretype.lm.trainer import Trainer

    options = options or small_training.options(12)
    return Trainer(options, folder, fabric=default_fabric(accelerator="cpu"), **more)


def fit(trainer: Trainer, data: Path) -> Any:
    from foretype.lm.objective import Learner, NextToken

    return trainer.fit(Learner(small_training.network(), NextToken()), stream(data))


def fit_judged(folder: Path, data: Path, options: TrainOptions, should_stop: Callable[[], bool]) -> None:
    """A run that is judged on its own first examples."""
    from foretype.lm.fabric import default_fabric
    from foretype.lm.judging import Judge, spread
    from foretype.lm.objective import Learner, NextToken

    learner = Learner(small_training.network(), NextToken())
    sample = spread(small_training.examples(data), 8)
    spelled = [b"x"] * small_training.ARCH.vocab_size
    fabric = default_fabric(accelerator="cpu")
    judge = Judge(learner, fabric, spelled, rows=4, length=small_training.ROW_TOKENS)
    trainer = make(
        folder, data, options=options, judge=lambda: judge(sample).nats_per_token, should_stop=should_stop
    )
    trainer.fit(learner, stream(data))


def valid_losses(folder: Path) -> dict[int, float]:
    from foretype.lm.curve import read_curve

    points = read_curve(folder / "curve.csv")
    return {point.step: point.valid_loss for point in points if point.valid_loss is not None}


def stream(data: Path) -> Any:
    from foretype.lm.rows import RowStream

    return RowStream(small_training.examples(data), rows=4, length=small_training.ROW_TOKENS, seed=1)


def program(folder: Path, data: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, small_training.__file__, str(folder), "--data", str(data), *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)


def curve(folder: Path) -> Curve:
    """What a run's curve says of every step, times aside."""
    from foretype.lm.curve import read_curve

    points = read_curve(folder / "curve.csv")
    assert all(math.isfinite(point.loss) for point in points)
    return [(p.step, p.tokens, p.loss, p.learning_rate, p.gradient_norm) for p in points]


def steps_kept(folder: Path) -> list[int]:
    return sorted(int(path.stem.partition("-")[2]) for path in (folder / "checkpoints").glob("step-*.pt"))
