"""A run's state, on disk and back: weights, optimiser, place in the data, counters.

One process writes one file; a run whose weights are in pieces writes a folder, each process its piece. It does not know
when to save.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from foretype.errors import ModelError, StoreError
from foretype.lm.checkpoints import (
    checkpoint_path,
    drop_old,
    load_checkpoint,
    newest_checkpoint,
    save_checkpoint,
)
from foretype.lm.fabric import Fabric, is_sharded


class Keeper:
    """Keeps the state of one run in `folder`; every process calls it, at the same steps."""

    def __init__(self, fabric: Fabric, folder: Path, *, learner: nn.Module, optimizer: Any) -> None:
        self._fabric = fabric
        self._folder = folder
        self._learner = learner
        self._optimizer = optimizer
        self._sharded = is_sharded(fabric)

    def save(self, step: int, facts: Mapping[str, Any]) -> None:
        """Keep this state. Raises StoreError on every process when the disk is full; what was kept stays."""
        failure: str | None = None
        try:
            if self._sharded:
                self._save_pieces(step, facts)
            elif self._fabric.global_rank == 0:
                state = {"network": self._learner.state_dict(), "optimizer": self._optimizer.state_dict()}
                save_checkpoint(self._folder, step, {**state, **facts})
        except StoreError as error:
            failure = str(error)
        failure = self._fabric.broadcast(failure)  # the others must not wait for one that gave up
        if failure is not None:
            raise StoreError(failure)

    def restore(self) -> dict[str, Any] | None:
        """Put back what was kept last and give its facts; None when nothing was kept.

        Raises ModelError for a damaged checkpoint, or one of another kind of run.
        """
        newest = newest_checkpoint(self._folder)
        if newest is None:
            return None
        if newest.is_dir() != self._sharded:
            found, wanted = ("in pieces", "whole") if newest.is_dir() else ("whole", "in pieces")
            raise ModelError(
                f"{newest}: found weights {found}, wanted them {wanted}; go on with the strategy it began with"
            )
        return self._restore_pieces(newest) if self._sharded else self._restore_file(newest)

    def _restore_file(self, file: Path) -> dict[str, Any]:
        facts = load_checkpoint(file)
        network = facts.pop("network")
        try:
            self._learner.load_state_dict(network)
            self._optimizer.load_state_dict(facts.pop("optimizer"))
        except (RuntimeError, ValueError) as error:  # torch names each weight that differs
            first = str(error).splitlines()[0]
            raise ModelError(
                f"{file}: this checkpoint is of another network ({first}); go on with the options the run began "
                "with, or use a new folder"
            ) from error
        return facts

    def _save_pieces(self, step: int, facts: Mapping[str, Any]) -> None:
        folder = checkpoint_path(self._folder, step)
        partial = folder.with_suffix(".partial")
        if self._fabric.global_rank == 0:
            shutil.rmtree(partial, ignore_errors=True)
            partial.parent.mkdir(parents=True, exist_ok=True)
        self._fabric.barrier()
        self._fabric.save(partial, self._state() | dict(facts))
        self._fabric.barrier()
        if self._fabric.global_rank == 0:
            partial.replace(folder)
            drop_old(self._folder)

    def _restore_pieces(self, folder: Path) -> dict[str, Any]:
        return self._fabric.load(folder, self._state())

    def _state(self) -> dict[str, Any]:
        return {"network": self._learner, "optimizer": self._optimizer}
