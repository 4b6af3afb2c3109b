"""manifest.json: every file of the folder with its size and checksum, and what the page has to know before it loads them.

It does not know what the files hold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foretype.edge.layout import (
    FORMAT,
    FORMAT_VERSION,
    GPU_WASM_FILE,
    LICENCES_FILE,
    MANIFEST_FILE,
    WASM_FILE,
)
from foretype.edge.packing import Packed


@dataclass(frozen=True, slots=True)
class Manifest:
    """The folder's contents. `model` is None where counts suggest alone, `statistics_to` where no statistics are sent."""

    version: str
    model: str | None
    statistics_to: str | None
    files: Mapping[str, Packed]

    @property
    def first_load_bytes(self) -> int:
        """What crosses the wire at the first visit, headers aside; where there is a GPU, if the folder can use one."""
        return self._load_bytes({LICENCES_FILE, WASM_FILE if self.uses_gpus else GPU_WASM_FILE})

    @property
    def first_load_bytes_without_gpu(self) -> int:
        """The same where there is no GPU."""
        return self._load_bytes({LICENCES_FILE, GPU_WASM_FILE})

    @property
    def uses_gpus(self) -> bool:
        """Whether the language model may run on a GPU."""
        return GPU_WASM_FILE in self.files

    def _load_bytes(self, unwanted: set[str]) -> int:
        return sum(len(file.stored) for name, file in self.files.items() if name not in unwanted)

    def as_json(self) -> str:
        told = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "version": self.version,
            "model": self.model,
            "statistics_to": self.statistics_to,
            "first_load_bytes": self.first_load_bytes,
            "files": {name: _file(file) for name, file in sorted(self.files.items())},
        }
        return json.dumps(told, indent=1) + "\n"


def version_of(files: Mapping[str, Packed]) -> str:
    """Twelve digits that differ wherever a byte of the files differs."""
    told = "\n".join(f"{name} {file.sha256}" for name, file in sorted(files.items()))
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def files_of(folder: Path) -> frozenset[str] | None:
    """Names of the files made in `folder`, manifest included, as that tells; None where nothing was made here."""
    try:
        told: Any = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        return None
    return frozenset((*told.get("files", ()), MANIFEST_FILE))


def _file(file: Packed) -> dict[str, int | str]:
    return {
        "num_bytes": len(file.stored),
        "sha256": file.sha256,
        "num_unpacked": file.num_unpacked,
        "sha256_unpacked": file.sha256_unpacked,
    }
