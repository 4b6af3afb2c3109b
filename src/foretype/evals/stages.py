"""Stages of a long piece of work, each kept when it is done: whoever starts it again goes on behind the last one.

A folder belongs to one piece of work, told by its fingerprint; another fingerprint starts afresh. It does not know what
the stages do.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from foretype.errors import StoreError

T = TypeVar("T")

FINGERPRINT_FILE = "fingerprint.txt"


class Stages:
    """Results of stages in `folder`, one JSON file each."""

    def __init__(
        self, folder: Path, fingerprint: str, *, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.folder = folder
        self._clock = clock
        self.resumed = _text(folder / FINGERPRINT_FILE) == fingerprint
        if not self.resumed:
            shutil.rmtree(folder, ignore_errors=True)
            self._write(folder / FINGERPRINT_FILE, fingerprint.encode())

    def done(self, name: str, kind: Any, make: Callable[[], T]) -> T:
        """What the stage of this name gave, now or earlier; `kind` is its type, a dataclass or plain values."""
        file = self._file(name)
        if not file.exists():
            began = self._clock()
            value = make()
            self._write(file, msgspec.json.encode({"seconds": self._clock() - began, "value": value}))
            return value
        found: T = msgspec.convert(json.loads(file.read_bytes())["value"], kind)
        return found

    def is_done(self, name: str) -> bool:
        return self._file(name).exists()

    @property
    def spent_s(self) -> float:
        """What all finished stages took."""
        return sum(float(json.loads(file.read_bytes())["seconds"]) for file in self.folder.glob("*.json"))

    def clear(self) -> None:
        """Forget everything: the work is finished."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _write(self, file: Path, raw: bytes) -> None:
        """Whole or not at all."""
        partial = file.with_suffix(".partial")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(raw)
            partial.replace(file)
        except OSError as error:
            raise StoreError(
                f"{file}: cannot be written ({error.strerror}); free some space and run the same command, it goes on"
            ) from error


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None
