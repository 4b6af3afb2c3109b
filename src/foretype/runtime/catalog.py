"""The models of this machine: folders under one cache folder, by name.

It does not know how a model is made (adding.py) nor how it runs (onnx_model.py).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from foretype.errors import InputError, ModelError
from foretype.runtime.model_dir import CARD_FILE, ModelCard, open_model_dir, read_card

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
RESERVED = frozenset({"none"})  # the setting that asks for no model


@dataclass(frozen=True, slots=True)
class Entry:
    """One folder: a readable model, or what is wrong with it."""

    name: str
    folder: Path
    card: ModelCard | None
    fault: str | None

    @property
    def num_bytes(self) -> int:
        return sum(stored.num_bytes for stored in self.card.files.values()) if self.card else 0


class Catalog:
    """Models under `folder`, which need not exist yet, and one that came with the package, if any."""

    def __init__(self, folder: Path, *, built_in: Path | None = None) -> None:
        self.folder = folder
        self._built_in = built_in

    def entries(self) -> Sequence[Entry]:
        """All of them by name, damaged ones included."""
        found = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        own = [_entry(path) for path in found if NAME.fullmatch(path.name) and path.is_dir()]
        return (*own, *(entry for entry in self._packaged() if entry.name not in {each.name for each in own}))

    def path(self, name: str) -> Path:
        """Where the model of this name is or will be; InputError for a name that cannot be a folder's."""
        if not NAME.fullmatch(name) or name in RESERVED:
            raise InputError(
                f"model name: found {name!r}, wanted lower-case letters, digits and ._- (but not 'none')"
            )
        return self.folder / name

    def existing(self, name: str) -> Path:
        """The folder of a model that is there; ModelError names those that are."""
        folder = self.path(name)
        if not folder.is_dir():
            packaged = next((entry.folder for entry in self._packaged() if entry.name == name), None)
            if packaged is not None:
                return packaged
            known = ", ".join(entry.name for entry in self.entries()) or "none yet"
            raise ModelError(
                f"model {name!r}: not installed (installed: {known}); run `foretype model add {name}`"
            )
        return folder

    def best(self) -> Path | None:
        """The folder of the sound model that was added last, or None when there is none."""
        sound = [entry.folder for entry in self.entries() if entry.fault is None]
        return max(sound, key=lambda folder: (folder / CARD_FILE).stat().st_mtime_ns, default=None)

    def remove(self, name: str) -> None:
        """Delete the model; ModelError when there is none of this name."""
        folder = self.existing(name)
        if folder == self._built_in:
            raise ModelError(
                f"model {name!r}: it comes with foretype and stays; `--model none` does without it"
            )
        doomed = folder.with_name(f".{folder.name}-removed")
        folder.rename(doomed)  # at once: a half-deleted model must not be found
        shutil.rmtree(doomed)

    def _packaged(self) -> Sequence[Entry]:
        """The model of the package under its own name, not its folder's."""
        if self._built_in is None:
            return ()
        entry = _entry(self._built_in)
        return (replace(entry, name=entry.card.name),) if entry.card else (entry,)


def _entry(folder: Path) -> Entry:
    card = None
    try:
        card = read_card(folder)
        open_model_dir(folder)
    except ModelError as error:
        return Entry(folder.name, folder, card, str(error))
    return Entry(folder.name, folder, card, None)
