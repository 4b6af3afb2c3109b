"""Names of a table's files, and the lock that keeps a second writer out.

It does not know what is in the files.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from foretype.errors import StoreError

try:
    import fcntl
except ImportError:  # Windows: nothing keeps a second writer out there
    fcntl = None  # type: ignore[assignment]

_NAME = re.compile(r"table-(\d{20})\.(snapshot|journal)")


def snapshot_path(folder: Path, sequence: int) -> Path:
    return folder / f"table-{sequence:020d}.snapshot"


def journal_path(folder: Path, sequence: int) -> Path:
    """The journal of the syncs after `sequence`."""
    return folder / f"table-{sequence:020d}.journal"


def newest_snapshot(folder: Path) -> Path | None:
    """The snapshot of the highest sequence, None in a folder without one."""
    return max((path for _, path in _files(folder, "snapshot")), default=None)


def journals_from(folder: Path, sequence: int) -> list[Path]:
    """Journals begun at `sequence` or later, oldest first."""
    return [path for begun, path in sorted(_files(folder, "journal")) if begun >= sequence]


def journals_holding(folder: Path, sequence: int) -> list[Path]:
    """The journals with the syncs after `sequence`, oldest first; none if the first of them is gone."""
    begun = max((begun for begun, _ in _files(folder, "journal") if begun <= sequence), default=None)
    return [] if begun is None else journals_from(folder, begun)


def sweep(folder: Path, *, keep_from: int) -> None:
    """Delete what a newer snapshot has replaced, and what an interrupted one has left."""
    for kind in ("snapshot", "journal"):
        for begun, path in _files(folder, kind):
            if begun < keep_from:
                path.unlink(missing_ok=True)
    for path in folder.glob(".table-*.new"):
        path.unlink(missing_ok=True)


class FolderLock:
    """Held by the one process that writes into a folder, and gone with it, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder if it is not there. Raises StoreError if it cannot, or if another process holds it."""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(folder / "table.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(
                f"{folder}: cannot be written ({error.strerror or error}); make it writable or name another"
            ) from error
        try:
            if fcntl is not None:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise StoreError(
                f"{folder}: another process has this table open; stop it, or read the table through a replica"
            ) from error

    def release(self) -> None:
        os.close(self._file)


def _files(folder: Path, kind: str) -> list[tuple[int, Path]]:
    names = [(path, _NAME.fullmatch(path.name)) for path in folder.glob(f"table-*.{kind}")]
    return [(int(found[1]), path) for path, found in names if found]
