"""A folder of results that grows row by row: results.json, and arrays in .npz files; always whole.

Each file is written aside and renamed, so a killed run leaves what stood before, and the next one goes on from there. It
does not know what the rows mean.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


class Results:
    """Rows and arrays of one run; what stands in the folder already is part of it.

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
        self._file = folder / f"{name}.json"
        self._arrays: dict[str, dict[str, Any]] = {}
        self.rows: list[dict[str, Any]] = load_rows(self._file) if self._file.exists() else []

    def row(self, name: str) -> Mapping[str, Any] | None:
        """The row of this name, or None while it is not written."""
        return next((row for row in self.rows if row["name"] == name), None)

    def add(self, row: Mapping[str, Any]) -> None:
        """One more row, on disk before this returns; it takes the place of an earlier one of its name."""
        self.rows = [*(each for each in self.rows if each["name"] != row["name"]), dict(row)]
        temporary = self._file.with_name(self._file.name + ".partial")
        temporary.write_text(json.dumps({"card": self._card, "rows": self.rows}, indent=1), encoding="utf-8")
        temporary.replace(self._file)

    def save_arrays(self, file: str, arrays: Mapping[str, Any]) -> None:
        """More arrays for NAME-`file`.npz, beside those that stand there."""
        path = self._folder / f"{self._name}-{file}.npz"
        if file not in self._arrays:
            self._arrays[file] = _load_arrays(path) if path.exists() else {}
        held = self._arrays[file]
        held.update(arrays)
        temporary = path.with_name(path.name + ".partial")
        with temporary.open("wb") as out:
            np.savez_compressed(out, **held)
        temporary.replace(path)


def load_rows(path: Path) -> list[dict[str, Any]]:
    """The rows that stand in a results file."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return rows


def _load_arrays(path: Path) -> dict[str, Any]:
    with np.load(path) as held:
        return dict(held)
