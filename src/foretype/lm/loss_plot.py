"""A run's curve as a picture: the loss over the tokens learned, on texts taught and held out, and the learning rate below.

It does not know what was trained.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from foretype.corpus.files import written_whole
from foretype.lm.curve import Point

SIZE_INCHES = (7.0, 4.2)
MEMORY = 0.9  # of the smooth line: it looks back about ten points
INK, FAINT, OTHER = "#3b6ea5", "#b8cbe0", "#c2571a"


def draw_loss(points: Sequence[Point], file: Path) -> None:
    """Write an SVG file; the same curve gives the same bytes. Raises InputError when it cannot be written."""
    with rc_context({"svg.hashsalt": "loss", "font.size": 9}):
        figure = Figure(SIZE_INCHES, layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        tokens = [point.tokens / 1e6 for point in points]
        losses = [point.loss for point in points]
        above.plot(tokens, losses, color=FAINT, linewidth=0.8, label="one step")
        above.plot(tokens, smoothed(losses), color=INK, label="smoothed")
        judged = [(point.tokens / 1e6, point.valid_loss) for point in points if point.valid_loss is not None]
        if judged:
            above.plot(*zip(*judged, strict=True), color=OTHER, marker=".", label="held-out texts")
        above.set_ylabel("loss, nats a token")
        above.legend(frameon=False)
        below.plot(tokens, [point.learning_rate for point in points], color=INK)
        below.set_ylabel("learning rate")
        below.set_xlabel("learned tokens, millions")
        with written_whole(file) as stream:
            figure.savefig(stream, format="svg", metadata={"Date": None})


def smoothed(values: Sequence[float]) -> list[float]:
    """A moving mean that forgets, without a bias towards its start.

    >>> smoothed([2.0, 2.0, 2.0])
    [2.0, 2.0, 2.0]
    """
    found, total, weight = [], 0.0, 0.0
    for value in values:
        if math.isfinite(value):
            total, weight = MEMORY * total + value, MEMORY * weight + 1.0
        found.append(round(total / max(weight, 1e-9), 6))
    return found
