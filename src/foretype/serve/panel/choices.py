"""What an administrator has chosen on the panel, kept in the data folder: coverage, delay, block-list.

A choice is written before it acts, so that what acts survives a restart. It does not know what the dials do.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

from foretype.compose.blocked import MAX_ENTRIES, MAX_ENTRY_CHARS
from foretype.compose.dials import Dials
from foretype.errors import ConfigError
from foretype.serve.panel.whole_file import read_whole, write_whole

FILE_NAME = "panel.json"
MIN_COVERAGE = 0.05  # below, hardly anything is seen: switch suggestions off instead
MAX_DELAY_MS = 2000  # longer, a person has gone on

Coverage: TypeAlias = Annotated[float, Meta(ge=MIN_COVERAGE, le=1.0)]
DelayMs: TypeAlias = Annotated[int, Meta(ge=0, le=MAX_DELAY_MS)]
Entry: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_ENTRY_CHARS, pattern=r"\S")]
Entries: TypeAlias = Annotated[tuple[Entry, ...], Meta(max_length=MAX_ENTRIES)]


class Choices(Struct, frozen=True, forbid_unknown_fields=True):
    """All of them; what is left out is as the server comes.

    `coverage`: share of keys at which to show something, null as the decider was made. `delay_ms`: how long clients
    wait after the last key before they show anything. `blocked`: words and phrases that are never suggested.
    """

    coverage: Coverage | None = None
    delay_ms: DelayMs = 0
    blocked: Entries = ()

    @property
    def dials(self) -> Dials:
        return Dials(self.coverage, self.blocked)


class KeptChoices:
    """The choices of one server; safe from any thread."""

    def __init__(self, folder: Path) -> None:
        """Raises StoreError for a file that cannot be read, ConfigError for one that holds something else."""
        self._path = folder / FILE_NAME
        self._writing = threading.Lock()
        self.now = self._read()

    def choose(self, choices: Choices) -> None:
        """Keep them, durable on return; then they hold. Raises StoreError, and changes nothing then."""
        with self._writing:
            write_whole(self._path, msgspec.to_builtins(choices))
            self.now = choices

    def _read(self) -> Choices:
        found = read_whole(self._path)
        if found is None:
            return Choices()
        try:
            return msgspec.convert(found, Choices)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{self._path}: {error}; mend it, or delete it to begin anew") from error
