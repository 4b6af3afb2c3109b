"""Checkpoints of a run that a crash cannot spoil: written beside their place, synced, renamed; the last two are kept.

It does not know what is in them, nor when to write one.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from foretype.errors import ModelError, StoreError

KEPT = 2  # the newest may be damaged by a failing disk
_NAME = re.compile(r"step-(\d+)\.pt")


def save_checkpoint(folder: Path, step: int, state: Mapping[str, Any]) -> Path:
    """Write `state` as the checkpoint of `step`. Raises StoreError, with what was there untouched, when it cannot."""
    file = checkpoint_path(folder, step)
    partial = file.with_suffix(".partial")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as stream:
            torch.save(dict(state), stream)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(file)
    except (OSError, RuntimeError) as error:  # torch's zip writer turns a full disk into RuntimeError
        partial.unlink(missing_ok=True)
        kept = newest_checkpoint(folder)
        raise StoreError(
            f"{file}: the checkpoint could not be written ({error}); "
            f"free some space and run the same command, it goes on from {kept.name if kept else 'the start'}"
        ) from error
    drop_old(folder)
    return file


def checkpoint_path(folder: Path, step: int) -> Path:
    """Where the checkpoint of `step` is: a file, or a folder of pieces."""
    return folder / f"step-{step:08d}.pt"


def drop_old(folder: Path) -> None:
    """Delete all but the last checkpoints."""
    for old in _all(folder)[:-KEPT]:
        shutil.rmtree(old) if old.is_dir() else old.unlink()


def newest_checkpoint(folder: Path) -> Path | None:
    """The checkpoint of the latest step, or None."""
    found = _all(folder)
    return found[-1] if found else None


def load_checkpoint(file: Path) -> dict[str, Any]:
    """What `save_checkpoint` wrote. Raises ModelError for a damaged file."""
    try:
        state: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # pickle, zip and torch raise whatever they meet
        raise ModelError(
            f"{file}: this checkpoint cannot be read ({error}); delete it, and the run goes on from the one before"
        ) from error
    return state


def _all(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("step-*.pt") if _NAME.fullmatch(file.name))
