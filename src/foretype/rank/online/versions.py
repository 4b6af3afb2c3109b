"""Versions of the ranker: which there are, which decides, which only watches, and what became of each.

    rankers/rankers.json       the book: every version with its state; replaced as a whole, so it is the moment of change
    rankers/r0007/             a version as it was trained; never changed
    rankers/learned/r0007/     what was learned on top of it

A folder is there before the book names it and goes after the book has let it go; so whatever moment the process dies in,
the book names versions that can be served. The one that comes with the package is always there. It does not know how a
version is judged, nor how it is opened.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from foretype.errors import InputError
from foretype.rank.online.version_book import (
    LEARNED,
    State,
    Version,
    digest_of,
    read_book,
    sweep,
    unwritable,
    write_book,
)
from foretype.runtime.whole_folder import whole_folder

try:
    import fcntl
except ImportError:  # Windows: there one process at a time has to do
    fcntl = None  # type: ignore[assignment]

__all__ = ["BOOK", "BUILT_IN", "KEEP", "RANKERS", "State", "Version", "Versions"]

RANKERS = "rankers"  # in the data folder
BUILT_IN = "built-in"
BOOK, LOCK = "rankers.json", "rankers.lock"
KEEP = 5  # retired or rejected ones, a ranker is 1 MB


class Versions:
    """The versions in one data folder. Any process may read and change them; changes wait for one another."""

    def __init__(self, folder: Path, *, built_in: Path) -> None:
        """Raises StoreError for a book that cannot be read."""
        self._folder = folder
        self._built_in = built_in
        self.all()

    def all(self) -> list[Version]:
        """Every version, the oldest first, as the book has it now."""
        found = read_book(self._folder / BOOK)
        return found or [Version(BUILT_IN, State.CURRENT, 0.0, 0, "comes with the package")]

    @property
    def current(self) -> Version:
        """The one that decides."""
        return next(version for version in self.all() if version.state is State.CURRENT)

    @property
    def current_name(self) -> str:
        return self.current.name

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
        suffix = f".{digest_of(self._built_in)}" if name == BUILT_IN else ""
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
        came = f"back in place of {now.name}" if before is State.REJECTED else why
        chosen = replace(self._named(book, name), state=State.CURRENT, why=came, since_outcome=outcome)
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
            raise unwritable(self._folder, error) from error
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
            raise unwritable(target, error) from error

    def _write(self, book: list[Version]) -> None:
        """Put a new book in place, then let go of what it names no more."""
        left = [each for each in book if each.state in (State.RETIRED, State.REJECTED)]
        old = [each for each in left if each.name not in (BUILT_IN, self._last_retired(left))][:-KEEP]
        kept = [each for each in book if each not in old]
        write_book(self._folder / BOOK, kept)
        sweep(self._folder, {each.name for each in kept})

    def _last_retired(self, left: list[Version]) -> str | None:
        retired = [each for each in left if each.state is State.RETIRED]
        return max(retired, key=lambda each: each.since_outcome).name if retired else None


def _left(version: Version) -> Version:
    return replace(version, state=State.RETIRED, why="a newer one was added")
