"""Online learning: what a key pays for it, what a minute costs, and what it gains on replayed rows.

How this misleads. Rows come from a simulated writer, one after the other, so a user's habits are those of their mail and not
of their taste; gains of people who take more or less than others are not in it. Times are of one thread on a machine that
others use. Labels are known for every row; `shown` learns only from what the ranker would show, as in life.

    python benchmarks/bench_online.py ROWS.npz        rows of `foretype rank rows --part valid`
"""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
import threading
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foretype.compose.history import Past
from foretype.compose.place import Known
from foretype.compose.request import Context
from foretype.compose.situation import Position, Rates, Situation
from foretype.rank.bundle import open_ranker
from foretype.rank.calibration import expected_calibration_error
from foretype.rank.choosing import best_of_each_key
from foretype.rank.online.learner import Learner
from foretype.rank.online.lessons import Lessons, no_lessons
from foretype.rank.online.source import Batch
from foretype.rank.outcome import number_for
from foretype.rank.rows import OutcomeRows, load_rows
from foretype.rank.scorer import Scorer

NOW_MIN = 29_000_000
MINUTE_LESSONS = 20
COVERAGE = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--limit", type=int, default=60_000, help="rows read")
    args = parser.parse_args()
    rows = load_rows(args.rows)
    rows = rows.chosen(np.arange(min(args.limit, len(rows))))
    ranker = open_ranker(Path(str(files("foretype") / "data" / "ranker")))
    facts = {"machine": platform.processor() or platform.machine(), "python": platform.python_version()}
    found: dict[str, object] = {}
    found |= facts | {"rows": len(rows)}
    found |= times(rows, ranker.scorer)
    found |= gains(rows, ranker.scorer)
    for name, value in found.items():
        print(f"{name:44} {value}")
    print(json.dumps(found))


def lessons_of(rows: OutcomeRows, which: NDArray[np.int64]) -> Lessons:
    """Rows as lessons of their authors."""
    chosen, num = rows.chosen(which), len(which)
    nobody, flags = np.zeros(num, np.int64), np.zeros(num, np.bool_)
    labels = chosen.is_right.astype(np.float32)
    numbers = np.arange(1, num + 1, dtype=np.int64)
    return Lessons(numbers, nobody, chosen.author, nobody, labels, flags, flags, chosen.features)


def gains(rows: OutcomeRows, scorer: Scorer) -> dict[str, float]:
    """Log loss and calibration error, tested before each minute's lessons are learned; at shown keys and at silent ones."""
    probs = scorer.score_many(rows.features)
    best = best_of_each_key(rows, probs, wrong_look=0.5)
    shown = np.sort(best.at(COVERAGE).rows)
    silent = np.sort(np.setdiff1d(best.rows, shown))
    found: dict[str, float] = {}
    for name, taught in {"shown": shown, "all keys": np.sort(best.rows)}.items():
        found |= {
            f"{name}: {key}": value for key, value in _taught(rows, scorer, taught, shown, silent).items()
        }
    return found


def _taught(
    rows: OutcomeRows,
    scorer: Scorer,
    taught: NDArray[np.int64],
    shown: NDArray[np.int64],
    silent: NDArray[np.int64],
) -> dict[str, float]:
    corrected = np.zeros(len(rows), np.float32)
    with tempfile.TemporaryDirectory() as folder:
        learner = Learner(Path(folder), scorer, number=number_for, tenant=None, now_min=NOW_MIN)
        for start in range(0, len(rows), 10 * MINUTE_LESSONS):
            here = slice(start, start + 10 * MINUTE_LESSONS)
            corrected[here] = learner.probs(lessons_of(rows, np.arange(len(rows))[here]))
            news = taught[(taught >= start) & (taught < start + 10 * MINUTE_LESSONS)]
            learner.learn(Batch(lessons_of(rows, news), no_lessons()), now_min=NOW_MIN)
        learner.close()
    plain = scorer.score_many(rows.features)
    found = {}
    for where, which in {"on shown": shown, "on silent": silent}.items():
        for name, probs in {"plain": plain, "corrected": corrected}.items():
            found[f"log loss {where}, {name}"] = round(_log_loss(probs[which], rows.is_right[which]), 4)
            error = expected_calibration_error(probs[which], rows.is_right[which])
            found[f"ECE {where}, {name}"] = round(error, 4)
    return found


def times(rows: OutcomeRows, scorer: Scorer) -> dict[str, str]:
    """Milliseconds of a correction at a key, alone and while a minute is learned; and of the minute."""
    situation, key = _situation(), rows.features[:4]
    with tempfile.TemporaryDirectory() as folder:
        learner = Learner(Path(folder), scorer, number=number_for, tenant=None, now_min=NOW_MIN)
        minutes = [
            Batch(lessons_of(rows, np.arange(at, at + MINUTE_LESSONS)), no_lessons())
            for at in range(0, min(len(rows), 8_000) - MINUTE_LESSONS, MINUTE_LESSONS)
        ]
        learner.learn(minutes[0], now_min=NOW_MIN)  # compiles, where numba is
        ask = _asker(learner, scorer, key, situation)
        alone = _quantiles(ask, until=lambda num: num >= 2_000)
        began = time.perf_counter()
        teaching = threading.Thread(target=lambda: [learner.learn(each, now_min=NOW_MIN) for each in minutes])
        teaching.start()
        during = _quantiles(ask, until=lambda num: not teaching.is_alive())
        teaching.join()
        spent_ms = (time.perf_counter() - began) * 1000
        rows_only = _quantiles(lambda: scorer.score_many(key), until=lambda num: num >= 2_000)
        learner.close()
    return {
        "score 4 proposals, p50 / p99 ms": rows_only,
        "score and correct, p50 / p99 ms": alone,
        "the same while learning, p50 / p99 ms": during,
        f"learn a minute of {MINUTE_LESSONS}, mean ms, disk included": f"{spent_ms / len(minutes):.1f}",
    }


def _asker(
    learner: Learner, scorer: Scorer, key: NDArray[np.float32], situation: Situation
) -> Callable[[], object]:
    def ask() -> object:
        return scorer.score_many(key), learner.correction.shift_many(key, situation)

    return ask


def _quantiles(ask: Callable[[], object], *, until: Callable[[int], bool]) -> str:
    taken: list[float] = []
    while not until(len(taken)):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
        time.sleep(0.0005)  # a key does not follow a key at once
    return " / ".join(f"{np.quantile(taken, share):.3f}" for share in (0.5, 0.99))


def _log_loss(probs: NDArray[np.float32], is_right: NDArray[np.bool_]) -> float:
    cut = np.clip(probs.astype(np.float64), 1e-4, 1 - 1e-4)
    return float(-np.where(is_right, np.log(cut), np.log1p(-cut)).mean())


def _situation() -> Situation:
    return Situation(
        2, True, False, False, True, Position(9, 2, 2, 2, 0, False), Context(), True, False, (0.5,),
        Known({}, 0, 0.0), False, {}, Past(), Rates(), 1.0, user="ann",
    )  # fmt: skip


if __name__ == "__main__":
    main()
