"""Held-out messages out of corpus files, an author's together: what strengths are learned from.

The background never saw these messages (corpus/splits.py, or files it was not built from), so its probabilities
are honest here. It does not know what is learned.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from foretype.corpus.documents import Document, read_documents
from foretype.corpus.splits import valid_part
from foretype.errors import InputError

Author: TypeAlias = Sequence[Document]

MAX_MESSAGES = 20  # of one author: nobody's habits count for everybody's
MIN_CHARS = 40  # shorter messages are left out, as in a replay
TEAM_SHARE = 4  # one author in so many writes the team's memory instead of being read
MAX_TEAM_MESSAGES = 300  # a team, not a town


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One corpus: authors to learn from, and others who could be their team."""

    name: str
    authors: Sequence[Author]
    team: Author

    def first(self, num_messages: int) -> list[Author]:
        """The first authors, with `num_messages` messages in all."""
        found: list[Author] = []
        left = num_messages
        for author in self.authors:
            if left > 0:
                found.append(author[:left])
                left -= len(found[-1])
        return found


def read_held_out(
    path: Path, *, all_holders: bool = False, advance: Callable[[], None] = lambda: None
) -> HeldOut:
    """The held-out messages of a corpus file; `all_holders`: of a file that holds no others.

    Raises InputError for a file without any.
    """
    rows = _told(read_documents(path), advance)
    authors = _by_author(rows if all_holders else valid_part(rows))
    if not authors:
        raise InputError(
            f"{path}: found no held-out message of {MIN_CHARS} characters; name a larger file, or pass it as --valid"
        )
    if len(authors) == 1:
        return HeldOut(path.name, authors, [])
    team = [document for author in authors[::TEAM_SHARE] for document in author]
    read = [author for at, author in enumerate(authors) if at % TEAM_SHARE]
    return HeldOut(path.name, read, team[:MAX_TEAM_MESSAGES])


def _by_author(documents: Iterable[Document]) -> list[list[Document]]:
    """Authors in an order that no alphabet or file decides, the same on every machine."""
    found: dict[str, list[Document]] = {}
    for document in documents:
        kept = found.setdefault(document.holder, [])
        if len(document.text) >= MIN_CHARS and len(kept) < MAX_MESSAGES:
            kept.append(document)
    order = sorted(found, key=lambda holder: zlib.crc32(holder[::-1].encode("utf-8", "replace")))
    return [found[holder] for holder in order if found[holder]]


def _told(documents: Iterable[Document], advance: Callable[[], None]) -> Iterable[Document]:
    every = iter(documents)
    while block := list(islice(every, 1000)):
        advance()
        yield from block
