"""The book of rankers as a file: its entries, reading it, replacing it as a whole, and sweeping away what it does not name.

It does not know when a version changes its state.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from foretype.errors import StoreError
from foretype.rank.table.snapshot import sync_folder

LEARNED = "learned"  # folder of what was learned on top of versions
FORMAT = 1


class State(StrEnum):
    """What a version does."""

    SHADOW = "shadow"  # is compared on what happens, and decides nothing
    CURRENT = "current"  # decides
    RETIRED = "retired"  # did decide, or was not wanted any more
    REJECTED = "rejected"  # was worse, or failed; never used again by itself


@dataclass(frozen=True, slots=True)
class Version:
    """One ranker."""

    name: str
    state: State
    added_s: float  # seconds since 1970
    since_outcome: int  # the journal's number of the last outcome when it came into its state
    why: str  # of its state


def read_book(path: Path) -> list[Version]:
    try:
        found = msgspec.json.decode(path.read_bytes())
        if found["format"] != FORMAT:
            raise ValueError(f"format {found['format']}")
        book = msgspec.convert(found["versions"], list[Version])
        if [each.state for each in book].count(State.CURRENT) != 1:
            raise ValueError("not one current version")
        return book
    except FileNotFoundError:
        return []
    except (OSError, msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"{path}: found no book of rankers ({error}), wanted format {FORMAT}; delete it to begin with "
            "the ranker of the package"
        ) from error


def write_book(path: Path, book: list[Version]) -> None:
    content: dict[str, Any] = {"format": FORMAT, "versions": [asdict(each) for each in book]}
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with partial.open("w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise unwritable(path, error) from error


def digest_of(folder: Path) -> str:
    """Differs wherever the files of a folder do."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    parts = (part for path in files for part in (path.name.encode(), path.read_bytes()))
    return hashlib.blake2b(b"\0".join(parts), digest_size=6).hexdigest()


def unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{path}: cannot be written ({error.strerror or error}); the versions are as they were: make room "
        "or mend its permissions"
    )


def sweep(folder: Path, names: set[str]) -> None:
    """Delete folders that no book names: of versions that went, or were never finished."""
    known = names | {LEARNED}
    if not folder.is_dir():
        return
    parts = [*folder.iterdir(), *(folder / LEARNED).glob("*")]
    for path in parts:
        if path.is_dir() and path.name.partition(".")[0] not in known:
            shutil.rmtree(path, ignore_errors=True)
