"""Versions of the ranker: which there are, which decides, which only watches, and what became of each.

    rankers/rankers.json       the book: every version with its state; replaced as a whole, so it is the moment of change
    rankers/r0007/             a version as it was trained; never changed
    rankers/learned/r0007/     what was learned on top of it

A folder is there before the book names it and goes after the book has let it go; so whatever moment the process dies in,
the book names versions that can be served. The one that comes with the package is always there. It does not know how a
version is judged, nor how it is opened.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from foretype.errors import InputError, StoreError
from foretype.rank.table.snapshot import sync_folder
from foretype.runtime.whole_folder import whole_folder

try:
    import fcntl
except ImportError:  # Windows: there one process at a time has to do
    fcntl = None  # type: ignore[assignment]

RANKERS = "rankers"  # in the data folder
BUILT_IN = "built-in"
BOOK, LOCK, LEARNED = "rankers.json", "rankers.lock", "learned"
FORMAT = 1
KEEP = 5  # retired or rejected ones, a ranker is 1 MB


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


class Versions:
    """The versions in one data folder. Any process may read and change them; changes wait for one another."""

    def __init__(self, folder: Path, *, built_in: Path) -> None:
        """Raises StoreError for a book that cannot be read."""
        self._folder = folder
        self._built_in = built_in
        self.all()

    def all(self) -> list[Version]:
        """Every version, the oldest first, as the book has it now."""
        found = _read(self._folder / BOOK)
        return found or [Version(BUILT_IN, State.CURRENT, 0.0, 0, "comes with the package")]

    @property
    def current(self) -> Version:
        """The one that decides."""
        return next(version for version in self.all() if version.state is State.CURRENT)

    @property
    def candidate(self) -> Version | None:
        """The newest one in the shadow."""
        return next((each for each in reversed(self.all()) if each.state is State.SHADOW), None)

    def folder_of(self, name: str) -> Path:
        """Where a version lies. Raises InputError for one that is not in the book."""
        self._named(self.all(), name)
        return self._built_in if name == BUILT_IN else self._folder / name

    def learned_folder(self, name: str) -> Path:
        """Where what is learned on top of it is kept: for the package's own, which may change, by what it is."""
        suffix = f".{_digest(self._built_in)}" if name == BUILT_IN else ""
        return self._folder / LEARNED / (name + suffix)

    def add(self, source: Path, *, now_s: float, outcome: int) -> Version:
        """Copy a ranker's folder, whole, to be tried in the shadow. Raises InputError and StoreError."""
        if not source.is_dir():
            raise InputError(f"{source}: found no folder, wanted a ranker's; `foretype rank train` makes one")
        with self._alone():
            return self._add(source, now_s=now_s, outcome=outcome)

    def _add(self, source: Path, *, now_s: float, outcome: int) -> Version:
        book = self.all()
        name = f"r{1 + max((int(each.name[1:]) for each in book if each.name != BUILT_IN), default=0):04d}"
        self._copy(source, self._folder / name)
        version = Version(name, State.SHADOW, now_s, outcome, "added")
        self._write([*(_left(each) if each.state is State.SHADOW else each for each in book), version])
        return version

    def use(self, name: str, *, why: str, outcome: int) -> Version:
        """Let a version decide from now on; the one before is retired. Raises InputError."""
        with self._alone():
            return self._change(name, before=State.RETIRED, why=why, outcome=outcome)

    def roll_back(self, *, why: str, outcome: int) -> Version:
        """Let the one decide that did before; the present one is rejected. Raises InputError if there is none."""
        with self._alone():
            return self._change(self.previous.name, before=State.REJECTED, why=why, outcome=outcome)

    def reject(self, name: str, *, why: str, outcome: int) -> None:
        """Take a version out of the shadow. Raises InputError."""
        with self._alone():
            book = self.all()
            found = self._named(book, name)
            if found.state is State.CURRENT:
                raise InputError(
                    f"ranker {name}: found it deciding, wanted one in the shadow; roll back instead"
                )
            rejected = replace(found, state=State.REJECTED, why=why, since_outcome=outcome)
            self._write([rejected if each == found else each for each in book])

    @property
    def previous(self) -> Version:
        """The one to go back to: the last that was retired, else the one of the package. Raises InputError."""
        book = self.all()
        now = self.current
        retired = [each for each in book if each.state is State.RETIRED and each.name != now.name]
        found = max(retired, key=lambda each: each.since_outcome, default=None)
        if found is None:
            raise InputError(
                f"ranker {now.name}: found none before it, wanted one to go back to; add another"
            )
        return found

    @property
    def has_previous(self) -> bool:
        """Whether there is one to go back to."""
        now = self.current.name
        return any(each.state is State.RETIRED and each.name != now for each in self.all())

    def drop_learned(self, *, except_for: set[str]) -> None:
        """Forget what was learned on top of versions that do not learn now."""
        kept = {self.learned_folder(name) for name in except_for}
        for path in (self._folder / LEARNED).glob("*"):
            if path not in kept:
                shutil.rmtree(path, ignore_errors=True)

    def _change(self, name: str, *, before: State, why: str, outcome: int) -> Version:
        book, now = self.all(), self.current
        chosen = replace(self._named(book, name), state=State.CURRENT, why=why, since_outcome=outcome)
        left = replace(now, state=before, why=why, since_outcome=outcome)
        changed = {name: chosen} if name == now.name else {now.name: left, name: chosen}
        self._write([changed.get(each.name, each) for each in book])
        return chosen

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While no other process or thread changes the book."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _unwritable(self._folder, error) from error
        try:
            if fcntl is not None:
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _named(self, book: list[Version], name: str) -> Version:
        found = next((each for each in book if each.name == name), None)
        if found is None:
            known = ", ".join(each.name for each in book)
            raise InputError(f"ranker {name!r}: found none of that name, wanted one of {known}")
        return found

    def _copy(self, source: Path, target: Path) -> None:
        try:
            with whole_folder(target) as building:
                for path in source.iterdir():
                    shutil.copyfile(path, building / path.name)
        except OSError as error:
            raise _unwritable(target, error) from error

    def _write(self, book: list[Version]) -> None:
        """Put a new book in place, then let go of what it names no more."""
        left = [each for each in book if each.state in (State.RETIRED, State.REJECTED)]
        old = [each for each in left if each.name not in (BUILT_IN, self._last_retired(left))][:-KEEP]
        kept = [each for each in book if each not in old]
        _write(self._folder / BOOK, kept)
        _sweep(self._folder, {each.name for each in kept})

    def _last_retired(self, left: list[Version]) -> str | None:
        retired = [each for each in left if each.state is State.RETIRED]
        return max(retired, key=lambda each: each.since_outcome).name if retired else None


def _left(version: Version) -> Version:
    return replace(version, state=State.RETIRED, why="a newer one was added")


def _read(path: Path) -> list[Version]:
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


def _write(path: Path, book: list[Version]) -> None:
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
        raise _unwritable(path, error) from error


def _digest(folder: Path) -> str:
    """Differs wherever the files of a folder do."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    parts = (part for path in files for part in (path.name.encode(), path.read_bytes()))
    return hashlib.blake2b(b"\0".join(parts), digest_size=6).hexdigest()


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{path}: cannot be written ({error.strerror or error}); the versions are as they were: make room "
        "or mend its permissions"
    )


def _sweep(folder: Path, names: set[str]) -> None:
    """Delete folders that no book names: of versions that went, or were never finished."""
    known = names | {LEARNED}
    if not folder.is_dir():
        return
    parts = [*folder.iterdir(), *(folder / LEARNED).glob("*")]
    for path in parts:
        if path.is_dir() and path.name.partition(".")[0] not in known:
            shutil.rmtree(path, ignore_errors=True)
