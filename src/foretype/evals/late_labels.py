"""A simulated month of outcomes whose word comes late: what learning at once, waiting, and mending make of it.

What is accepted may be undone half a minute later; clients tell most of it soon, some of it minutes later, and some never.
The label of each outcome is what will turn out, so the bias of each way is known exactly. It does not know a ranker.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class World:
    """Shares of what is shown, of what is taken, and of what is told."""

    taken: float = 0.30  # of what is shown: accepted in whole
    typed: float = 0.08  # of what is shown: right, but typed
    undone: float = 0.12  # of what is taken: does not stay
    told_soon: float = 0.70  # of what is taken: within the wait
    told_late: float = 0.15  # of what is taken: minutes later; the rest is never told of


@dataclass(frozen=True, slots=True)
class Bias:
    """Mean label that a way learned from, less the share that was right; and its standard error."""

    way: str
    bias: float
    error: float


def biases(world: World, *, num_outcomes: int, seed: int) -> list[Bias]:
    """Of five ways, on the same outcomes, in the order of their labels' age."""
    random = np.random.default_rng(seed)
    kind = random.random(num_outcomes)
    taken, typed = kind < world.taken, (kind >= world.taken) & (kind < world.taken + world.typed)
    stays = random.random(num_outcomes) >= world.undone
    told = random.random(num_outcomes)
    soon, late = (
        told < world.told_soon,
        (told >= world.told_soon) & (told < world.told_soon + world.told_late),
    )
    truth = np.where(taken, stays, typed).astype(np.float64)
    kept_share = float(stays[taken & soon].mean())
    at_once = (taken | typed).astype(np.float64)
    waited = np.where(taken & soon, stays, at_once)
    soft = np.where(taken & ~soon, kept_share, waited)
    mended = np.where(taken & late, stays, soft)
    negatives = np.where(taken & ~soon, 0.0, waited)
    ways = {
        "at once: accepted is right": at_once,
        "wait a minute, untold is right": waited,
        "wait a minute, untold is wrong": negatives,
        "wait a minute, untold counts as told ones stayed": soft,
        "the same, and mend": mended,
    }
    return [
        Bias(way, float((labels - truth).mean()), float((labels - truth).std() / np.sqrt(num_outcomes)))
        for way, labels in ways.items()
    ]


def main() -> None:
    """Print the table of docs/why/online.md."""
    for found in biases(World(), num_outcomes=1_000_000, seed=1):
        print(f"{found.way:50} {found.bias:+.4f} +- {2 * found.error:.4f}")


if __name__ == "__main__":
    main()
