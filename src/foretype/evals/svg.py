"""Small plots as inline SVG: axes, lines, dots and bars, coloured by the page's style sheet.

Written by hand because it is all that a report needs: a plotting library would weigh more than foretype
itself, and its pictures would not follow the page from light to dark. It does not know what it draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]

WIDTH, HEIGHT = 520, 260
LEFT, RIGHT, TOP, BOTTOM = 44, 22, 12, 42
MIN_STEP = 0.005  # of an axis, two pixels: points that stand closer add bytes, not sight


@dataclass(frozen=True, slots=True)
class Axis:
    """A range of values, where its marks stand and how they read."""

    label: str
    low: float
    high: float
    marks: tuple[float, ...]
    read: Callable[[float], str] = "{:g}".format
    is_log: bool = False

    def share(self, value: float) -> float:
        """Where `value` lies between the ends, 0 to 1; values beyond an end lie on it.

        >>> Axis("ms", 1, 100, (1, 10, 100), is_log=True).share(10)
        0.5
        """
        value = min(max(value, self.low), self.high)
        if self.is_log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


class Plot:
    """One picture. Series are numbered from 1; the style sheet gives series n the colour --series-n."""

    def __init__(self, x: Axis, y: Axis, *, label: str) -> None:
        """`label` is what a screen reader says instead of the picture."""
        self._x, self._y, self._label = x, y, label
        self._parts: list[str] = [*self._y_marks(), *self._x_marks()]

    def line(self, points: Iterable[Point], *, series: int, is_dashed: bool = False) -> None:
        """Points joined in their order."""
        path = " ".join(f"{self._left(x):.1f},{self._top(y):.1f}" for x, y in points)
        kind = "line dashed" if is_dashed else "line"
        self._parts.append(f'<polyline class="{kind} s{series}" points="{path}"/>')

    def dots(self, points: Iterable[tuple[float, float, float]], *, series: int) -> None:
        """Dots as (x, y, radius in pixels)."""
        self._parts += [
            f'<circle class="dot s{series}" {self._centre(x, y)} r="{size:.1f}"/>' for x, y, size in points
        ]

    def bars(self, bars: Sequence[tuple[float, float, float]], *, series: int) -> None:
        """Upright bars as (from x, to x, y), standing on the lower axis."""
        floor = HEIGHT - BOTTOM
        for start, end, y in bars:
            left, top = self._left(start) + 1, self._top(y)
            width = max(1.0, self._left(end) - left - 1)
            self._parts.append(
                f'<rect class="bar s{series}" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" '
                f'height="{max(0.0, floor - top):.1f}" rx="2"/>'
            )

    def __str__(self) -> str:
        body = "\n".join(self._parts)
        name = f'role="img" aria-label="{escape(self._label)}"'
        return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" {name}>\n{body}\n</svg>'

    def _centre(self, x: float, y: float) -> str:
        return f'cx="{self._left(x):.1f}" cy="{self._top(y):.1f}"'

    def _left(self, x: float) -> float:
        return LEFT + self._x.share(x) * (WIDTH - LEFT - RIGHT)

    def _top(self, y: float) -> float:
        return HEIGHT - BOTTOM - self._y.share(y) * (HEIGHT - TOP - BOTTOM)

    def _y_marks(self) -> Iterable[str]:
        for mark in self._y.marks:
            top = self._top(mark)
            yield f'<path class="grid" d="M{LEFT} {top:.1f}H{WIDTH - RIGHT}"/>'
            name = escape(self._y.read(mark))
            yield f'<text class="mark end" x="{LEFT - 7}" y="{top + 4:.1f}">{name}</text>'

    def _x_marks(self) -> Iterable[str]:
        for mark in self._x.marks:
            place = f'x="{self._left(mark):.1f}" y="{HEIGHT - BOTTOM + 17}"'
            yield f'<text class="mark" {place}>{escape(self._x.read(mark))}</text>'
        middle = (LEFT + WIDTH - RIGHT) / 2
        yield f'<text class="label" x="{middle}" y="{HEIGHT - 6}">{escape(self._x.label)}</text>'


def thinned(points: Sequence[Point], axis: Axis) -> list[Point]:
    """The points without those that stand too close on the x axis to be told apart; ends stay."""
    kept: list[Point] = []
    for point in points[:-1]:
        if not kept or abs(axis.share(point[0]) - axis.share(kept[-1][0])) > MIN_STEP:
            kept.append(point)
    return [*kept, *points[-1:]]
