"""Private statistics: which way to add noise loses least, how often intervals cover, and what a season's memory is worth.

How it misleads: answers are drawn from Zipf's law with exponent 1, true locales are not; ways that hash do better where
few values are in use. Every way gets the best estimate that is known here, all values as candidates. Errors are root mean
squares over values and runs, in percentage points of all devices, and a device that never reports is in none of them.

    python benchmarks/bench_ldp.py [--devices 20000] [--runs 40]
"""

from __future__ import annotations

import argparse
import json
import math
import platform
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from foretype.privacy.ldp.estimates import Sums, acceptance, choice_shares
from foretype.privacy.ldp.noise import ONE, keep_for
from foretype.privacy.ldp.plan import (
    BY_NAME,
    REPORT_EPSILON,
    SEASON_DAYS,
    SEASON_EPSILON,
    STATISTICS,
    Choice,
    Statistic,
)
from foretype.privacy.ldp.sketch import NUM_ROWS, WIDTH, position
from foretype.privacy.ldp.sketched import sketch_shares

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Way = Callable[[np.random.Generator, Ints, int], Floats]  # true symbols and their number to estimated shares

SIZES = (4, 7, 63, 500)  # kinds of message, hours, common locales, all locales
OUTCOMES = (0.2, 0.15, 0.07, 0.18, 0.1, 0.3)
DEVICES = (1_000, 10_000, 100_000, 1_000_000)
COVERED = (40, 200, 1_000, 5_000, 50_000)


def drawn(generator: np.random.Generator, symbols: Ints, size: int, keep: int) -> Ints:
    """What privacy/ldp/noise.py draws, for many symbols at once."""
    is_kept = generator.integers(0, ONE, symbols.shape) < keep
    return np.where(is_kept, symbols, generator.integers(0, size, symbols.shape))


def direct(generator: np.random.Generator, truth: Ints, size: int) -> Floats:
    """One symbol of the alphabet (k-ary randomised response)."""
    keep = keep_for(REPORT_EPSILON, size)
    counts = np.bincount(drawn(generator, truth, size, keep), minlength=size)
    return (counts / len(truth) - (1 - keep / ONE) / size) / (keep / ONE)


def one_hot(generator: np.random.Generator, truth: Ints, size: int) -> Floats:
    """One bit a value (RAPPOR for a closed list, one hash)."""
    keep = keep_for(REPORT_EPSILON / 2, 2)
    ones = drawn(generator, np.eye(size, dtype=np.int64)[truth], 2, keep).sum(axis=0)
    shares: Floats = (ones / len(truth) - (1 - keep / ONE) / 2) / (keep / ONE)
    return shares


def bloom(num_hashes: int) -> Way:
    """A row of 128 bits with `num_hashes` of them set: RAPPOR; with one hash the count-mean sketch."""

    def way(generator: np.random.Generator, truth: Ints, size: int) -> Floats:
        places = _places(size, num_hashes)
        keep = keep_for(REPORT_EPSILON / 2 / num_hashes, 2)
        rows = generator.integers(0, NUM_ROWS, len(truth))
        ones = np.zeros((NUM_ROWS, WIDTH))
        for at in range(0, len(truth), 5_000):  # 5 MB at a time
            part = slice(at, at + 5_000)
            noisy = drawn(generator, places[rows[part], :, truth[part]], 2, keep)
            np.add.at(ones, rows[part], noisy)
        sizes = np.bincount(rows, minlength=NUM_ROWS)[:, None]
        return _least_squares((ones / sizes - (1 - keep / ONE) / 2) / (keep / ONE), places)

    return way


def hadamard(generator: np.random.Generator, truth: Ints, size: int) -> Floats:
    """One bit of a row's Hadamard transform (HCMS)."""
    places = _places(size, 1)
    spots = places.argmax(axis=1)  # (rows, values)
    keep = keep_for(REPORT_EPSILON, 2)
    rows = generator.integers(0, NUM_ROWS, len(truth))
    columns = generator.integers(0, WIDTH, len(truth))
    transform = _hadamard(WIDTH)
    is_minus = (transform[columns, spots[rows, truth]] < 0).astype(np.int64)
    signs = 1 - 2 * drawn(generator, is_minus, 2, keep)
    transformed = np.zeros((NUM_ROWS, WIDTH))
    np.add.at(transformed, (rows, columns), signs)
    sizes = np.bincount(rows, minlength=NUM_ROWS)[:, None]
    return _least_squares(transformed @ transform / (keep / ONE) / sizes, places)


WAYS: dict[str, tuple[Way, Callable[[int], int]]] = {
    "one symbol of the list": (direct, lambda size: math.ceil(math.log2(size) / 8)),
    "one bit a value": (one_hot, lambda size: math.ceil(size / 8)),
    "sketch, one hash a row": (bloom(1), lambda size: WIDTH // 8 + 1),
    "Bloom filter, two hashes": (bloom(2), lambda size: WIDTH // 8 + 1),
    "Hadamard sketch, one bit": (hadamard, lambda size: 3),
}


def _places(size: int, num_hashes: int) -> Ints:
    """Which bits a value sets, (rows, width, values)."""
    places = np.zeros((NUM_ROWS, WIDTH, size), np.int64)
    for row in range(NUM_ROWS):
        for value in range(size):
            for number in range(num_hashes):
                places[row, position(row, f"{number}/{value}"), value] = 1
    return places


def _hadamard(width: int) -> Floats:
    if width == 1:
        return np.ones((1, 1))
    half = _hadamard(width // 2)
    return np.block([[half, half], [half, -half]])


def _least_squares(bits: Floats, places: Ints) -> Floats:
    shares: Floats = np.linalg.lstsq(
        places.reshape(-1, places.shape[2]).astype(float), bits.ravel(), rcond=None
    )[0]
    return shares


def zipf(size: int) -> Floats:
    weights = 1 / np.arange(1.0, size + 1)
    shares: Floats = weights / weights.sum()
    return shares


def error_pp(way: Way, size: int, *, num_devices: int, num_runs: int) -> float:
    squares = []
    for seed in range(num_runs):
        generator = np.random.default_rng(seed)
        truth = generator.choice(size, num_devices, p=zipf(size)).astype(np.int64)
        squares.append(np.mean((way(generator, truth, size) - zipf(size)) ** 2))
    return 100 * math.sqrt(np.mean(squares))


def outcome_sums(generator: np.random.Generator, num_devices: int, *, num_days: int = 1) -> list[Sums]:
    choice = _choice("outcome")
    truth = generator.choice(choice.size, num_devices, p=OUTCOMES).astype(np.int64)
    permanent = drawn(generator, truth, choice.size, choice.season_keep)
    reports = (drawn(generator, permanent, choice.size, choice.report_keep) for _ in range(num_days))
    counts = [np.bincount(each, minlength=choice.size) for each in reports]
    return [Sums(f"day {at}", np.array([num_devices]), each) for at, each in enumerate(counts)]


def coverage(num_devices: int, num_runs: int) -> tuple[float, float, float]:
    """Shares of runs: within two standard errors, and the truth in the interval of a share and of the rate taken."""
    within = covered = rate = 0
    for seed in range(num_runs):
        sums = outcome_sums(np.random.default_rng(seed), num_devices)
        share, taken = choice_shares(_choice("outcome"), sums)[5], acceptance(sums)
        within += abs(share.share - OUTCOMES[5]) <= 2 * share.standard_error
        covered += share.low <= OUTCOMES[5] <= share.high
        rate += taken is None or taken.low <= 0.275 <= taken.high
    return within / num_runs, covered / num_runs, rate / num_runs


def season_errors(num_devices: int, num_runs: int) -> dict[str, float]:
    """Errors of one share after a season, by how the season's epsilon is spent."""
    choice, generator = _choice("outcome"), np.random.default_rng(1)
    truth = generator.choice(choice.size, (num_runs, num_devices), p=OUTCOMES).astype(np.int64)
    remembered = [
        choice_shares(choice, outcome_sums(generator, num_devices, num_days=SEASON_DAYS))[5].share
        for _ in range(num_runs)
    ]
    one = [choice_shares(choice, outcome_sums(generator, num_devices))[5].share for _ in range(num_runs)]
    keep = keep_for(SEASON_EPSILON / SEASON_DAYS, choice.size)
    fresh = [
        np.mean([_share(drawn(generator, row, choice.size, keep), keep, choice) for _ in range(SEASON_DAYS)])
        for row in truth
    ]
    found = {
        "one report": one,
        "28 reports, remembered": remembered,
        "28 reports, each with fresh noise": fresh,
    }
    return {
        name: 100 * math.sqrt(np.mean((np.array(shares) - OUTCOMES[5]) ** 2))
        for name, shares in found.items()
    }


def half_widths(num_devices: int) -> dict[str, tuple[float, float]]:
    """Half of a 95 % interval at a share of a quarter, in points: one day, and a season of reports of the same devices."""
    return {
        each.name: (_half_width(each, num_devices, 1), _half_width(each, num_devices, SEASON_DAYS))
        for each in STATISTICS
        if each.name in ("taken", "outcome", "hour", "locale")
    }


def _half_width(statistic: Statistic, num_devices: int, num_days: int) -> float:
    """What privacy/ldp says of sums as they are expected, every question asked of as many devices."""
    num = num_devices // len(STATISTICS) // statistic.num_rows
    if isinstance(statistic, Choice):
        shares = np.array([0.25] + [0.75 / (statistic.size - 1)] * (statistic.size - 1))
        cells = num * (statistic.kept * shares + (1 - statistic.kept) / statistic.size)
        sums = Sums("a day", np.array([num]), cells.round().astype(np.int64))
        return 196 * choice_shares(statistic, [sums] * num_days)[0].standard_error
    bits = np.array(
        [[0.25 if at == position(row, "x") else 0.0 for at in range(WIDTH)] for row in range(NUM_ROWS)]
    )
    cells = num * (statistic.kept * bits + (1 - statistic.kept) / 2)
    sums = Sums("a day", np.full(NUM_ROWS, num), cells.round().astype(np.int64).ravel())
    return 196 * sketch_shares(statistic, [sums] * num_days, ["x"])[0].standard_error


def _share(reported: Ints, keep: int, choice: Choice) -> float:
    return float((np.mean(reported == 5) - (1 - keep / ONE) / choice.size) / (keep / ONE))


def _choice(name: str) -> Choice:
    found = BY_NAME[name]
    assert isinstance(found, Choice)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="private statistics: errors and coverage")
    parser.add_argument("--devices", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=40)
    args = parser.parse_args()
    print(
        f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}; epsilon {REPORT_EPSILON:g}"
    )
    print(
        f"{args.devices} devices, {args.runs} runs; error in percentage points and bytes of an answer, by number of values"
    )
    errors = {
        name: {size: error_pp(way, size, num_devices=args.devices, num_runs=args.runs) for size in SIZES}
        for name, (way, _) in WAYS.items()
    }
    for name, by_size in errors.items():
        figures = "".join(f"{error:8.2f} {WAYS[name][1](size):3d} B" for size, error in by_size.items())
        print(f"{name:28}{figures}")
    covered = {num: coverage(num, 50 * args.runs) for num in COVERED}
    for num, (within, share, rate) in covered.items():
        print(
            f"{num:6d} reports: within 2 SE {within:.3f}, interval of a share {share:.3f}, of the rate taken {rate:.3f}"
        )
    seasons = season_errors(1_000, 10 * args.runs)
    for name, error in seasons.items():
        print(f"1,000 devices, {name}: {error:.2f}")
    widths = {num: half_widths(num) for num in DEVICES}
    for num, by_name in widths.items():
        figures = ", ".join(f"{name} {day:.1f} / {season:.1f}" for name, (day, season) in by_name.items())
        print(f"{num:8,d} devices, plus or minus of a day / of a season: {figures}")
    report = {"errors_pp": errors, "coverage": covered, "season_errors_pp": seasons, "half_widths_pp": widths}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
