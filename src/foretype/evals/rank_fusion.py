"""Rankers that read the language model's state against rankers that do not, trained and judged on the same rows.

    logistic, trees            columns alone
    trees + state              late fusion: the frozen state, made narrow, as more columns
    network, network + state   DCNv2 on columns, and with the frozen state beside them
    joint                      the same, and low-rank corrections of the language model learn with it

It does not know files or tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from foretype.evals.rank_judging import Draws, Figures, draws_of, gained, judge, judge_gate
from foretype.lm.gpt import Gpt
from foretype.rank.calibration import Calibration, fit_calibration, sigmoid
from foretype.rank.logistic import fit_logistic
from foretype.rank.neural.columns import fitted_columns
from foretype.rank.neural.examples import Examples, Split, split_by_author
from foretype.rank.neural.fitting import FitOptions, Fitted, fit, log_odds
from foretype.rank.neural.joint import Joint, JointOptions, fit_jointly, restated
from foretype.rank.neural.late_fusion import NUM_AXES, fit_fusion
from foretype.rank.neural.network import RankNetwork, Shape
from foretype.rank.neural.onnx_file import network_to_onnx
from foretype.rank.neural.onnx_run import NUM_ROWS, decision_ms
from foretype.rank.neural.readings import Readings
from foretype.rank.rows import OutcomeRows
from foretype.rank.schema import NAMES
from foretype.rank.trees import TreeOptions, trees_to_onnx

Scores: TypeAlias = Callable[["ReadRows"], NDArray[np.float32]]
Say: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ReadRows:
    """Rows, what the language model read at their keys, and its frozen states there."""

    name: str
    rows: OutcomeRows
    readings: Readings
    states: NDArray[np.float16]

    @property
    def examples(self) -> Examples:
        return Examples(self.rows, self.states)

    @property
    def first_key(self) -> Examples:
        """As many rows as a key has, to time a decision by."""
        return Examples(self.rows.chosen(np.arange(NUM_ROWS)), self.states)

    @property
    def state(self) -> NDArray[np.float32]:
        """The state that goes with them."""
        state: NDArray[np.float32] = self.states[self.rows.place[0]].astype(np.float32)
        return state


@dataclass(frozen=True, slots=True)
class Contender:
    """A trained ranker. `note` says how it was trained, `decision_ms` measures one decision about the rows given."""

    name: str
    scores: Scores
    calibration: Calibration
    note: str = ""
    network: bytes | None = None  # as ONNX, of those that are networks
    decision_ms: Callable[[ReadRows], float] | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Figures of one contender on one set of rows, and what it gains over the trees on columns alone."""

    contender: str
    data: str
    figures: Figures
    gained: Figures


def read_rows(name: str, rows: OutcomeRows, readings: Readings, gpt: Gpt) -> ReadRows:
    """Rows with the states that `gpt` gives at their keys."""
    unread = Examples(rows, np.zeros((len(readings.at), gpt.arch.hidden_size), np.float16))
    return ReadRows(name, rows, readings, restated(unread, gpt, readings).states)


def contenders(
    train: ReadRows,
    gpt: Gpt,
    *,
    joint_options: JointOptions,
    fit_options: FitOptions | None = None,
    say: Say = lambda text: None,
) -> Iterator[Contender]:
    """Train one after the other. Raises InputError for too few rows or authors."""
    split, fit_options = split_by_author(train.examples), fit_options or FitOptions()
    maker = _Maker(train, split)
    yield maker.logistic()
    yield maker.trees("trees", num_axes=None)
    yield maker.trees("trees + state")
    yield maker.network("network", fit(split, Shape(), fit_options, advance=_pass(say, "network")))
    with_state = Shape(state=gpt.arch.hidden_size)
    fitted = fit(split, with_state, fit_options, advance=_pass(say, "network + state"))
    yield maker.network("network + state", fitted)

    def stepped(step: int, steps: int) -> None:
        say(f"joint: step {step} of {steps}")

    joint = fit_jointly(gpt, fitted.network, train.readings, split, joint_options, advance=stepped)
    yield maker.joint(joint)


def results(found: Sequence[Contender], judged: ReadRows) -> Iterator[Result]:
    """Judge the fixed gate, then every contender, on rows that none of them saw."""
    draws = draws_of(judged.rows)
    figures = {"fixed gate": _gate(judged, draws)}
    for each in found:
        probs = sigmoid(each.calibration.logits(each.scores(judged)))
        figures[each.name] = judge(judged.rows, probs, draws)
    for name, own in figures.items():
        yield Result(name, judged.name, own, gained(own, figures["trees"]))


def decision_times(found: Sequence[Contender], rows: ReadRows) -> dict[str, float]:
    """Milliseconds of a decision of each contender that runs as ONNX."""
    return {each.name: each.decision_ms(rows) for each in found if each.decision_ms is not None}


class _Maker:
    """Trained parts to contenders, each calibrated on the authors kept aside."""

    def __init__(self, train: ReadRows, split: Split) -> None:
        self._split = split
        self._aside = ReadRows("aside", split.aside.rows, train.readings, train.states)

    def logistic(self) -> Contender:
        rows = self._split.train.rows
        model = fit_logistic(rows.features, rows.is_right, used=list(fitted_columns(rows.features).used))
        return self._calibrated("logistic", lambda given: model.raw_logits(given.rows.features))

    def trees(self, name: str, *, num_axes: int | None = NUM_AXES) -> Contender:
        options = TreeOptions()
        found = fit_fusion(self._split, options, num_axes=num_axes)
        made = self._calibrated(name, lambda given: found.log_odds(given.examples))
        onnx = trees_to_onnx(found.booster, num_features=found.booster.num_feature())

        def time(given: ReadRows) -> float:
            return decision_ms(onnx, found.inputs(given.first_key), given.state)

        return replace(made, note=f"{options.num_trees} trees", decision_ms=time)

    def network(self, name: str, fitted: Fitted) -> Contender:
        made = self._calibrated(name, lambda given: log_odds(fitted.network, given.examples))
        return _exported(replace(made, note=f"{fitted.steps} steps"), fitted.network)

    def joint(self, joint: Joint) -> Contender:
        def scores(given: ReadRows) -> NDArray[np.float32]:
            return log_odds(joint.network, restated(given.examples, joint.gpt, given.readings))

        losses = ", ".join(f"{loss:.4f}" for loss in joint.losses_aside)
        note = f"{joint.steps} steps; nats a row aside before them and after each pass: {losses}"
        return _exported(replace(self._calibrated("joint", scores), note=note), joint.network)

    def _calibrated(self, name: str, scores: Scores) -> Contender:
        return Contender(name, scores, fit_calibration(scores(self._aside), self._aside.rows.is_right))


def _exported(made: Contender, network: RankNetwork) -> Contender:
    onnx = network_to_onnx(network)

    def time(given: ReadRows) -> float:
        return decision_ms(onnx, given.first_key.rows.features, given.state)

    return replace(made, network=onnx, decision_ms=time)


def _gate(judged: ReadRows, draws: Draws) -> Figures:
    probs = np.exp(judged.rows.features[:, NAMES.index("log_prob")])
    return judge_gate(judged.rows, probs, draws)


def _pass(say: Say, name: str) -> Callable[[int, float], None]:
    return lambda number, loss: say(f"{name}: pass {number}, {loss:.4f} nats a row aside")
