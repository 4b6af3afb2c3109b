"""The models of this machine: folders under one cache folder, by name.

It does not know how a model is made (adding.py) nor how it runs (onnx_model.py).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
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
    """Models under `folder`, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def entries(self) -> Sequence[Entry]:
        """All of them by name, damaged ones included."""
        if not self.folder.is_dir():
            return ()
        names = sorted(
            path.name for path in self.folder.iterdir() if NAME.fullmatch(path.name) and path.is_dir()
        )
        return tuple(self._entry(name) for name in names)

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
        doomed = folder.with_name(f".{folder.name}-removed")
        folder.rename(doomed)  # at once: a half-deleted model must not be found
        shutil.rmtree(doomed)

    def _entry(self, name: str) -> Entry:
        folder = self.folder / name
        card = None
        try:
            card = read_card(folder)
            open_model_dir(folder)
        except ModelError as error:
            return Entry(name, folder, card, str(error))
        return Entry(name, folder, card, None)
