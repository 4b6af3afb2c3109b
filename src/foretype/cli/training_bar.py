"""How far a training run is: its stage, the share of it that is done, and the time that is left at most.

It does not know what the stages do.
"""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

STEPS = 1000


class TrainingBar:
    """A bar for the stage that is going on; finished stages leave nothing behind."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._progress = Progress(
            *columns, TextColumn("{task.fields[note]}"), console=console, transient=True
        )
        self._task = self._progress.add_task("", total=STEPS, note="", visible=False)

    def __enter__(self) -> TrainingBar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def begin(self, stage: str) -> None:
        """A stage begins."""
        self._progress.reset(self._task, description=stage, note="", visible=True, total=STEPS)

    def advance(self, share: float, note: str = "") -> None:
        """So much of the stage is done, 0 to 1."""
        self._progress.update(self._task, completed=int(share * STEPS), note=note)
