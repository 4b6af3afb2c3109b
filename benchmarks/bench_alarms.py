"""How soon a drop of acceptance is told, and how often nothing at all is: simulated weeks of many services.

    python benchmarks/bench_alarms.py [--services 1000] [--adwin]

The writers are simulated: how far real ones differ from one another decides more than any threshold here, so each row is
told for three spreads between writers. Rows of few writers cannot be made quicker by another test: that few outcomes do
not tell. It does not know a real service's weeks.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from foretype.evals.alarm_weeks import DAY_MIN, Outcomes, World, alarms, weeks
from foretype.evals.machine import this_machine
from foretype.rank.rows import OutcomeRows, load_rows

WEEK_MIN = 7 * DAY_MIN
ELEVEN = WEEK_MIN + DAY_MIN + 11 * 60  # a Tuesday, after a week of learning
WRITERS = (10, 30, 100, 200)
SPREADS = (0.0, 0.05, 0.1)
DROP = 0.2
PATIENCE_MIN = 240


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--services", type=int, default=1000, help="of each row")
    parser.add_argument("--adwin", action="store_true", help="river's ADWIN on the same streams, 20 services")
    parser.add_argument("--rows", type=Path, help="tell how far the authors of these rows differ, and stop")
    options = parser.parse_args()
    if options.rows is not None:
        print(json.dumps(author_spread(load_rows(options.rows))))
        return
    began = time.perf_counter()
    rows = [
        row(World(writers, writers_sd=spread), options.services, seed=index)
        for index, (writers, spread) in enumerate((w, s) for w in WRITERS for s in SPREADS)
    ]
    for each in rows:
        print("  ".join(f"{name} {value}" for name, value in each.items()), flush=True)
    if options.adwin:
        print(json.dumps({"adwin": adwin_rows()}))
    print(
        json.dumps(
            {"machine": asdict(this_machine()), "seconds": round(time.perf_counter() - began), "rows": rows}
        )
    )


def row(world: World, num_services: int, *, seed: int) -> dict[str, float]:
    """One kind of service: false alarms of a first and of a second week, and how soon a drop is told."""
    null = alarms(
        weeks(world, num_services=num_services, num_minutes=2 * WEEK_MIN, seed=seed),
        num_services=num_services,
    )
    dropped = weeks(
        world,
        num_services=num_services,
        num_minutes=ELEVEN + PATIENCE_MIN,
        drop_at_min=ELEVEN,
        drop=DROP,
        seed=1000 + seed,
    )
    told = alarms(dropped, num_services=num_services, from_min=ELEVEN)
    p50, p95 = np.percentile(np.minimum(told, PATIENCE_MIN), [50, 95])
    return {
        "writers": float(np.mean(world.num_writers)),
        "outcomes_a_minute": float(np.mean(world.num_writers)) * world.outcomes_a_minute,
        "writers_sd": world.writers_sd,
        "false_first_week": float(np.mean(null <= WEEK_MIN)),
        "false_second_week": float(np.mean((null > WEEK_MIN) & np.isfinite(null))),
        "told_within_10_min": round(float(np.mean(told <= 10)), 3),
        "p50_min": float(p50),
        "p95_min": float(p95),
    }


def author_spread(rows: OutcomeRows, *, min_shown: int = 80) -> dict[str, float]:
    """How often what the fixed gate showed was right, and how far authors lie apart in that, chance taken off."""
    authors, right = rows.author[rows.by_gate], rows.is_right[rows.by_gate]
    shares = [
        (len(found), float(found.mean()))
        for author in np.unique(authors)
        if len(found := right[authors == author]) >= min_shown
    ]
    counts, rates = np.array(shares).T
    mean = np.average(rates, weights=counts)
    chance = np.average(rates * (1 - rates) / counts, weights=counts)
    variance = np.average((rates - mean) ** 2, weights=counts) - chance
    return {
        "authors": len(shares),
        "rate": round(float(mean), 3),
        "sd": round(float(max(variance, 0) ** 0.5), 3),
    }


def adwin_rows() -> list[dict[str, float]]:
    """The same question to ADWIN, on outcomes less the day's own rhythm, at several deltas."""
    return [adwin_row(delta) for delta in (0.002, 1e-6, 1e-12)]


def adwin_row(delta: float, *, num_services: int = 20, writers: int = 100) -> dict[str, float]:
    from foretype.monitor.adwin import Changes
    from foretype.monitor.usual import UsualHours

    world = World(writers, outcomes_a_minute=1.0)  # a fifteenth of the outcomes: ADWIN takes them one by one
    minutes = weeks(
        world, num_services=num_services, num_minutes=ELEVEN + 60, drop_at_min=ELEVEN, drop=DROP, seed=77
    )
    usual, detectors = UsualHours((num_services,)), [Changes(delta=delta) for _ in range(num_services)]
    false, told = np.zeros(num_services), np.full(num_services, np.inf)
    random = np.random.default_rng(1)
    for number, minute in enumerate(minutes):
        rate = usual.at(minute.at_s).rate
        for service, values in enumerate(residuals(minute, rate, random)):
            if number >= 2 * DAY_MIN and detectors[service].learn_many(values, at_s=minute.at_s):
                if number < ELEVEN:
                    false[service] += 1
                else:
                    told[service] = min(told[service], number + 1 - ELEVEN)
        if number < ELEVEN:
            usual.learn(minute.at_s, hits=minute.taken, trials=minute.shown)
    return {
        "delta": delta,
        "false_changes_in_6_days": float(false.mean()),
        "told_within_10_min": float(np.mean(told <= 10)),
    }


def residuals(minute: Outcomes, rate: np.ndarray, random: np.random.Generator) -> Iterator[list[float]]:
    """Each service's outcomes of a minute, in random order, less what is usual."""
    for taken, shown, usual in zip(minute.taken, minute.shown, rate, strict=True):
        hits = np.repeat([1.0, 0.0], [taken, shown - taken])
        random.shuffle(hits)
        yield list(hits - usual)


if __name__ == "__main__":
    main()
