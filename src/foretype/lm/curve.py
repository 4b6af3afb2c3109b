"""The loss curve of a run, one line a point, in a CSV file that survives crashes and resumes without doubled lines.

It does not know what is trained.
"""

from __future__ import annotations

import csv
import os
from collections import deque
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from foretype.errors import StoreError

RECENT = 20  # points that "recent" means
OLD_COLUMNS = 6  # of curves from before runs were judged on the way


@dataclass(frozen=True, slots=True)
class Point:
    """A moment of a run."""

    step: int
    tokens: int  # learned so far
    seconds: float
    loss: float  # mean nats a learned token of this step
    learning_rate: float
    gradient_norm: float
    valid_loss: float | None = (
        None  # mean nats a token of some held-out texts behind this step; None: not judged
    )


class Curve:
    """Appends points to `file`; lines after `after_step`, left by a crash, are taken away first."""

    def __init__(self, file: Path, *, after_step: int) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        kept = [point for point in read_curve(file) if point.step <= after_step] if file.exists() else []
        _rewrite(file, kept)
        self._recent = deque((point.loss for point in kept), maxlen=RECENT)

    def add(self, point: Point) -> None:
        """Append a point. Raises StoreError when the disk is full."""
        self._recent.append(point.loss)
        try:
            with self._file.open("a", newline="", encoding="utf-8") as stream:
                csv.writer(stream).writerow(astuple(point))
        except OSError as error:
            raise _full(self._file, error) from error

    def recent_loss(self) -> float:
        """Mean loss of the last points; nan when there is none."""
        return sum(self._recent) / len(self._recent) if self._recent else float("nan")


def read_curve(file: Path) -> list[Point]:
    """The points of a curve; a last line that a crash cut short is left out. Older files have no `valid_loss`."""
    with file.open(newline="", encoding="utf-8") as stream:
        lines = [line for line in stream if line.endswith("\n")]
    header, *rows = csv.reader(lines) if lines else [[]]
    points = []
    for row in rows:
        try:
            points.append(_point(row, columns=len(header)))
        except (ValueError, TypeError):
            break
    return points


def _point(row: list[str], *, columns: int) -> Point:
    """Raises ValueError or TypeError for a row that is none."""
    if len(row) != columns:
        raise ValueError(f"found {len(row)} cells, wanted {columns}")
    step, tokens, *measured = row
    *numbers, valid = measured if columns > OLD_COLUMNS else [*measured, ""]
    seconds, loss, rate, norm = map(float, numbers)
    return Point(int(step), int(tokens), seconds, loss, rate, norm, float(valid) if valid else None)


def _rewrite(file: Path, points: Iterable[Point]) -> None:
    partial = file.with_suffix(".partial")
    try:
        with partial.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow([field.name for field in fields(Point)])
            writer.writerows(astuple(point) for point in points)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(file)
    except OSError as error:
        raise _full(file, error) from error


def _full(file: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{file}: the loss curve cannot be written ({error.strerror}); "
        "free some space and run the same command, it goes on from the newest checkpoint"
    )
