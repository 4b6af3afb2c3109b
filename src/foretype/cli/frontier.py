"""Size against quality as a table, as a plot for a terminal, and as a picture.

It does not know how the models were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.box import SIMPLE
from rich.table import Table

from foretype.evals.svg import Axis, Plot

CAPTION = "* no smaller one foresees more   > chosen   4/8 bits: vocabulary's table in 8"
PLOT_WIDTH, PLOT_HEIGHT = 60, 14  # characters
STYLE = (
    "<style>svg{font:11px sans-serif;background:#fff}.grid{stroke:#ddd}.mark,.label{fill:#555;text-anchor:middle}"
    ".end{text-anchor:end}.line{fill:none;stroke:#06c}.dot.s1{fill:#06c}.dot.s2{fill:#d40}</style>"
)


@dataclass(frozen=True, slots=True)
class Point:
    """One model. `is_chosen` is the one that was kept; `is_best` no smaller one has fewer bits."""

    label: str
    megabytes: float
    ms: float
    bits: float
    is_best: bool
    is_chosen: bool


def frontier_table(points: Sequence[Point], *, title: str) -> Table:
    """A row a model, the smallest first."""
    table = Table(title=title, box=SIMPLE, caption=CAPTION)
    for name in ("", "model", "MB", "ms/token", "bits/char"):
        table.add_column(name, justify="right" if name not in ("", "model") else "left")
    for point in points:
        mark = ">" if point.is_chosen else "*" if point.is_best else ""
        table.add_row(mark, point.label, f"{point.megabytes:.1f}", f"{point.ms:.2f}", f"{point.bits:.4f}")
    return table


def frontier_text(points: Sequence[Point]) -> str:
    """The same as letters: size to the right, bits upwards."""
    x_low, x_high, y_low, y_high = _bounds(points)
    grid = [[" "] * PLOT_WIDTH for _ in range(PLOT_HEIGHT)]
    for point in sorted(points, key=lambda each: (each.is_chosen, each.is_best)):
        column = round((point.megabytes - x_low) / (x_high - x_low) * (PLOT_WIDTH - 1))
        row = round((y_high - point.bits) / (y_high - y_low) * (PLOT_HEIGHT - 1))
        grid[row][column] = ">" if point.is_chosen else "*" if point.is_best else "."
    names = [f"{y_high:7.3f}", *[" " * 7] * (PLOT_HEIGHT - 2), f"{y_low:7.3f}"]
    lines = [f"{name} |{''.join(cells)}" for name, cells in zip(names, grid, strict=True)]
    scale = f"{x_low:.3g} MB".ljust(PLOT_WIDTH - 6) + f"{x_high:.3g} MB"
    return "\n".join(["bits per character", *lines, " " * 8 + "+" + "-" * PLOT_WIDTH, " " * 9 + scale])


def frontier_svg(points: Sequence[Point], *, label: str) -> str:
    """The same as a picture that stands alone."""
    x_low, x_high, y_low, y_high = _bounds(points)
    plot = Plot(
        Axis("megabytes on disk", x_low, x_high, _marks(x_low, x_high), "{:.3g}".format),
        Axis("bits per character", y_low, y_high, _marks(y_low, y_high), "{:.2f}".format),
        label=label,
    )
    best = sorted((point.megabytes, point.bits) for point in points if point.is_best)
    plot.line(best, series=1)
    plot.dots([(p.megabytes, p.bits, 4.0) for p in points if not p.is_chosen], series=1)
    plot.dots([(p.megabytes, p.bits, 6.0) for p in points if p.is_chosen], series=2)
    opened, rest = str(plot).split("\n", 1)
    return opened.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"') + STYLE + rest + "\n"


def _bounds(points: Sequence[Point]) -> tuple[float, float, float, float]:
    """Lowest and highest size and bits, with some room; never equal."""
    sizes, bits = [point.megabytes for point in points], [point.bits for point in points]
    x_room = 0.05 * (max(sizes) - min(sizes)) or 1.0
    y_room = 0.05 * (max(bits) - min(bits)) or 0.1
    return min(sizes) - x_room, max(sizes) + x_room, min(bits) - y_room, max(bits) + y_room


def _marks(low: float, high: float) -> tuple[float, ...]:
    return tuple(float(value) for value in np.linspace(low, high, 5)[1:-1])
