"""Progress of work in stages: one bar, whose name and time begin anew with each stage.

It does not know what the stages do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


class StageBars:
    """Called with a stage's name and the share of it that is done."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stage, self._task = "", progress.add_task("reading", total=1.0)

    def __call__(self, stage: str, share: float) -> None:
        if stage != self._stage:
            self._stage = stage
            self._progress.reset(self._task, description=stage, total=1.0)
        self._progress.update(self._task, completed=share)

    def say(self, line: str) -> None:
        """A line above the bar, which stays."""
        self._progress.console.print(line, markup=False, highlight=False)


@contextmanager
def stage_bars(console: Console) -> Iterator[StageBars]:
    """While open, the bar is shown; afterwards nothing of it is left."""
    columns = (TextColumn("{task.description:16}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield StageBars(progress)
