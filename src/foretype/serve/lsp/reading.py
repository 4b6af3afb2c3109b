"""What of a document its writer writes, and what surrounds it: one question for every kind of document.

A kind says which lines are the writer's own; the rest (headers, quotes, comments, code) is never suggested in, nor
learned. It does not know how a kind is recognised inside: mail.py, commit.py and note.py do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import PurePosixPath
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from foretype.serve.lsp.commit import read_commit
from foretype.serve.lsp.documents import Document
from foretype.serve.lsp.mail import read_mail
from foretype.serve.lsp.note import read_note
from foretype.serve.lsp.secrets import holds_secrets
from foretype.serve.lsp.sheet import Passage, Sheet

MAX_CHARS = 1_000_000  # of a document; longer ones are data
RECENT_CHARS = (
    10_000  # of the text before the caret, twice this at most is asked about, cut at multiples of it
)


class FileKind(StrEnum):
    """What a document is, as `--learn` names it."""

    MAIL = "mail"
    COMMIT = "commit"
    NOTE = "note"


_READERS: Mapping[FileKind, Callable[[str], Sheet]] = MappingProxyType(
    {FileKind.MAIL: read_mail, FileKind.COMMIT: read_commit, FileKind.NOTE: read_note}
)
_BY_LANGUAGE = {
    "mail": FileKind.MAIL,
    "eml": FileKind.MAIL,
    "email": FileKind.MAIL,
    "gitcommit": FileKind.COMMIT,
    "git-commit": FileKind.COMMIT,
}
_PROSE = (
    "markdown",
    "plaintext",
    "text",
    "asciidoc",
    "rst",
    "restructuredtext",
    "org",
    "typst",
    "tex",
    "latex",
)
_COMMIT_NAMES = frozenset({"COMMIT_EDITMSG", "MERGE_MSG", "SQUASH_MSG", "TAG_EDITMSG"})


def kind_of(document: Document) -> FileKind | None:
    """What a document is, by its language and its file's name; None for code, data and secrets, where nothing is said.

    >>> kind_of(Document("file:///repo/.git/COMMIT_EDITMSG", "plaintext", 1, ""))
    <FileKind.COMMIT: 'commit'>
    >>> kind_of(Document("file:///a.py", "python", 1, "")) is None
    True
    """
    name = PurePosixPath(unquote(urlsplit(document.uri).path)).name
    if holds_secrets(name):
        return None
    if name in _COMMIT_NAMES:
        return FileKind.COMMIT
    if name.lower().endswith(".eml"):
        return FileKind.MAIL
    return _BY_LANGUAGE.get(document.language, FileKind.NOTE if document.language in _PROSE else None)


def passage_at(document: Document, offset: int) -> Passage | None:
    """What stands around the caret, or None where nothing is to be suggested."""
    kind = kind_of(document)
    if kind is None or len(document.text) > MAX_CHARS:
        return None
    found = _READERS[kind](document.text).at(offset)
    return None if found is None else found.with_text(_recent(found.text))


def own_text(kind: FileKind, text: str, *, opened: str = "") -> Passage:
    """All that the writer wrote of a document; lines that stood in it when it was `opened` were written before."""
    whole = _READERS[kind](text).whole()
    was = Counter(_READERS[kind](opened).whole().text.split("\n")) if opened else Counter[str]()
    lines = [line for line in whole.text.split("\n") if not line.strip() or not _took(was, line)]
    return whole.with_text("\n".join(lines).strip())


def _took(lines: Counter[str], line: str) -> bool:
    """Whether `line` is among `lines`; it is taken out then."""
    lines[line] -= 1
    return lines[line] >= 0


def _recent(text: str) -> str:
    """The last part of a long text, cut at steps, so that most keys only add to it."""
    if len(text) <= 2 * RECENT_CHARS:
        return text
    start = (len(text) // RECENT_CHARS - 1) * RECENT_CHARS
    return text[text.find("\n", start) + 1 :] if "\n" in text[start:] else text[start:]
