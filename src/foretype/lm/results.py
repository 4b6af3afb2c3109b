"""A folder of results that grows row by row: results.json, and arrays in .npz files; always whole.

Each file is written aside and renamed, so a killed run leaves what stood before. It does not know what the rows
mean.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


class Results:
    """Rows and arrays of one run.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     results = Results(Path(folder), "table", card={"seed": 0})
    ...     results.add({"name": "first"})
    ...     load_rows(Path(folder) / "table.json")
    [{'name': 'first'}]
    """

    def __init__(self, folder: Path, name: str, *, card: Mapping[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._name, self._card = folder, name, dict(card)
        self._arrays: dict[str, dict[str, Any]] = {}
        self.rows: list[dict[str, Any]] = []

    def add(self, row: Mapping[str, Any]) -> None:
        """One more row, on disk before this returns."""
        self.rows.append(dict(row))
        path = self._folder / f"{self._name}.json"
        temporary = path.with_name(path.name + ".partial")
        temporary.write_text(json.dumps({"card": self._card, "rows": self.rows}, indent=1), encoding="utf-8")
        temporary.replace(path)

    def save_arrays(self, file: str, arrays: Mapping[str, Any]) -> None:
        """More arrays for NAME-`file`.npz."""
        held = self._arrays.setdefault(file, {})
        held.update(arrays)
        path = self._folder / f"{self._name}-{file}.npz"
        temporary = path.with_name(path.name + ".partial")
        with temporary.open("wb") as out:
            np.savez_compressed(out, **held)
        temporary.replace(path)


def load_rows(path: Path) -> list[dict[str, Any]]:
    """The rows that stand in a results file."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return rows
