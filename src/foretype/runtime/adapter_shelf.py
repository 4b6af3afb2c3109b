"""The adapters of this machine: folders by name, each with what peft saved and a card that names its base.

Written whole or not at all. An adapter is opened only for the very weights it was added for. It does not know which
adapters are loaded: onnx_model.py does.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from foretype.errors import InputError, ModelError
from foretype.runtime.adapter import Adapter
from foretype.runtime.adapter_folder import CONFIG_FILE, WEIGHTS_FILE, adapter_digest, read_adapter
from foretype.runtime.catalog import NAME
from foretype.runtime.layout import WEIGHTS_FILE as MODEL_WEIGHTS_FILE
from foretype.runtime.model_dir import ModelCard
from foretype.runtime.safetensors_folder import read_json
from foretype.runtime.whole_folder import whole_folder

FORMAT = "foretype-adapter"
FORMAT_VERSION = 1
CARD_FILE = "adapter.json"
BASE_FILE = "base.json"  # of a folder to add: {"sha256": ModelCard.base_sha256}, if training left word of it


@dataclass(frozen=True, slots=True)
class AdapterCard:
    """What adapter.json says."""

    name: str
    model: str  # the base's name when the adapter was added
    base_sha256: str  # ModelCard.base_sha256 of that base
    rank: int
    num_bytes: int  # of memory while it is loaded
    digest: str


@dataclass(frozen=True, slots=True)
class AdapterEntry:
    """One folder: a readable card, or what is wrong with it."""

    name: str
    card: AdapterCard | None
    fault: str | None


class AdapterShelf:
    """Adapters under `folder`, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, source: Path, *, name: str, base: ModelCard) -> AdapterCard:
        """Keep a copy of the adapter that peft saved in `source`; one of the same name is replaced.

        Raises InputError for the name, ModelError for an adapter that cannot be used with this base; then nothing is
        changed.
        """
        target = self._path(name)
        _check_base(source, base)
        adapter = read_adapter(source, base.architecture, name=name)
        card = AdapterCard(name, base.name, base.base_sha256, adapter.rank, adapter.num_bytes, adapter.digest)
        with whole_folder(target) as building:
            for file in (CONFIG_FILE, WEIGHTS_FILE):
                shutil.copyfile(source / file, building / file)
            written = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(card)}
            (building / CARD_FILE).write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
        return card

    def entries(self) -> Sequence[AdapterEntry]:
        """All of them by name, damaged ones included."""
        if not self.folder.is_dir():
            return ()
        names = (path.name for path in self.folder.iterdir() if NAME.fullmatch(path.name) and path.is_dir())
        return tuple(self._entry(name) for name in sorted(names))

    def read(self, name: str, base: ModelCard) -> Adapter:
        """The adapter, ready to be loaded into `base`. Raises InputError for one that is not there, ModelError for one
        that is damaged or made for other weights.
        """
        folder = self.existing(name)
        card = _read_card(folder)
        if card.base_sha256 != base.base_sha256:
            raise ModelError(
                f"adapter {name!r}: made for {card.model} with weights {card.base_sha256[:12]}, found {base.name} with "
                f"{base.base_sha256[:12]}; choose that model, or train the adapter again for this one"
            )
        if adapter_digest(folder) != card.digest:
            raise ModelError(f"{folder}: the files are not those that were added; add the adapter again")
        return read_adapter(folder, base.architecture, name=name)

    def existing(self, name: str) -> Path:
        """The folder of an adapter. Raises InputError for one that is not there."""
        folder = self._path(name)
        if not folder.is_dir():
            known = ", ".join(entry.name for entry in self.entries()) or "none yet"
            raise InputError(
                f"adapter {name!r}: not installed (installed: {known}); `foretype adapter add FOLDER` adds one"
            )
        return folder

    def remove(self, name: str) -> None:
        """Delete the adapter; InputError when there is none of this name."""
        folder = self.existing(name)
        doomed = folder.with_name(f".{name}-removed")
        folder.rename(doomed)  # at once: a half-deleted adapter must not be found
        shutil.rmtree(doomed)

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise InputError(f"adapter name: found {name!r}, wanted lower-case letters, digits and ._-")
        return self.folder / name

    def _entry(self, name: str) -> AdapterEntry:
        try:
            return AdapterEntry(name, _read_card(self.folder / name), None)
        except ModelError as error:
            return AdapterEntry(name, None, str(error))


def _check_base(source: Path, base: ModelCard) -> None:
    """Where training left word of its base, it must be this one, before or after its export."""
    file = source / BASE_FILE
    if not file.exists():
        return
    found = read_json(file).get("sha256")
    if found not in (base.checkpoint_sha256, base.files[MODEL_WEIGHTS_FILE].sha256):
        raise ModelError(
            f"{file}: trained on weights {str(found)[:12]}, found {base.name} with {base.base_sha256[:12]}; "
            "name the model it was trained on (--model), or add that model again"
        )


def _read_card(folder: Path) -> AdapterCard:
    found: Mapping[str, Any] = read_json(folder / CARD_FILE)
    if (found.get("format"), found.get("format_version")) != (FORMAT, FORMAT_VERSION):
        raise ModelError(
            f"{folder / CARD_FILE}: found {found.get('format')!r} version {found.get('format_version')!r}, "
            f"wanted {FORMAT!r} version {FORMAT_VERSION}; remove the adapter and add it again"
        )
    try:
        return AdapterCard(
            name=folder.name,
            model=str(found["model"]),
            base_sha256=str(found["base_sha256"]),
            rank=int(found["rank"]),
            num_bytes=int(found["num_bytes"]),
            digest=str(found["digest"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{folder / CARD_FILE}: a field is missing or wrong ({error!r}); remove the adapter and add it again"
        ) from error
