"""Loading and unloading the adapters of one open model by name, while it answers.

What is on the shelf for this very model can be loaded; what is loaded can be named by requests. It does not know who asks.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from foretype.errors import InputError, ModelError
from foretype.runtime.adapter_shelf import AdapterEntry, AdapterShelf
from foretype.runtime.onnx_model import OnnxModel


@dataclass(frozen=True, slots=True)
class AdapterStatus:
    """One adapter of the shelf, as it stands with the open model."""

    name: str
    is_loaded: bool
    rank: int | None  # None: its card cannot be read
    num_bytes: int | None  # of memory while it is loaded
    fault: str | None  # why it cannot be loaded, as far as its card tells


class AdapterDesk:
    """The adapters of one model. Safe for threads; loading blocks."""

    def __init__(self, shelf: AdapterShelf, model: OnnxModel, *, default: str | None) -> None:
        self._shelf = shelf
        self._model = model
        self._default = default  # stays loaded: requests that name none are answered with it
        self._faults: dict[str, str] = {}  # what loading said last
        self._changing = threading.Lock()

    def list(self) -> Sequence[AdapterStatus]:
        """All adapters of the shelf, by name."""
        return [self._status(entry) for entry in self._shelf.entries()]

    def load(self, name: str) -> AdapterStatus:
        """Load the adapter as it is on disk now, in place of one of its name. Raises InputError and ModelError."""
        with self._changing:
            try:
                self._model.load_adapter(self._shelf.read(name, self._model.card))
            except ModelError as error:
                self._faults[name] = str(error)
                raise
            self._faults.pop(name, None)
        return next(status for status in self.list() if status.name == name)

    def load_all(self) -> None:
        """Load every adapter that was made for this model and is sound; `list` tells of the others.

        Raises InputError or ModelError where the default adapter cannot be loaded.
        """
        for status in self.list():
            if status.fault is None:
                self._try(status.name)
        if self._default is not None and self._default not in self._model.adapters:
            self.load(self._default)

    def unload(self, name: str) -> bool:
        """Free its memory; False when it was not loaded. Raises InputError for the default adapter."""
        if name == self._default:
            raise InputError(
                f"adapter {name!r}: requests that name none need it; change the setting `adapter` first"
            )
        with self._changing:
            return self._model.unload_adapter(name)

    def _try(self, name: str) -> None:
        try:
            self.load(name)
        except ModelError:
            return  # it must not keep the others from being used; `list` tells what is wrong

    def _status(self, entry: AdapterEntry) -> AdapterStatus:
        is_loaded = entry.name in self._model.adapters
        if entry.card is None:
            return AdapterStatus(entry.name, is_loaded, None, None, entry.fault)
        fault = self._faults.get(entry.name)
        if entry.card.base_sha256 != self._model.card.base_sha256:
            fault = f"made for {entry.card.model}, whose weights differ"
        return AdapterStatus(entry.name, is_loaded, entry.card.rank, entry.card.num_bytes, fault)
