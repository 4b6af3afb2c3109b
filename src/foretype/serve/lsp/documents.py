"""The documents that an editor has open, kept up to date edit by edit.

Without I/O. It does not know what kind of document is worth a suggestion, nor the protocol's messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from foretype.serve.lsp.positions import Encoding, Place, replaced


@dataclass(frozen=True, slots=True)
class Change:
    """What stood between two places gave way to `text`; without places, the whole document did."""

    text: str
    start: Place | None = None
    end: Place | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One open document.

    `saved` is its text when it was last written to disk, None before; `opened` what stood in it when it was opened, which
    nobody wrote here.
    """

    uri: str
    language: str
    version: int
    text: str
    saved: str | None = None
    opened: str = ""


class Documents:
    """All open documents by URI."""

    def __init__(self) -> None:
        self.encoding = Encoding.UTF16
        self._open: dict[str, Document] = {}
        self._left: Document | None = None

    def get(self, uri: str) -> Document | None:
        return self._open.get(uri)

    def all(self) -> Sequence[Document]:
        return tuple(self._open.values())

    def open(self, document: Document) -> None:
        """A document is opened; one that was closed just now, unsaved, is the same under another name or language."""
        left = self._left
        is_same = left is not None and left.saved is None and left.text == document.text
        opened = left.opened if left is not None and is_same else document.text
        self._open[document.uri] = replace(document, opened=opened)

    def change(self, uri: str, changes: Sequence[Change], *, version: int) -> None:
        """Apply changes in their order; those of a document that was never opened are passed over."""
        before = self._open.get(uri)
        if before is None:
            return
        text = before.text
        for change in changes:
            text = self._changed(text, change)
        self._open[uri] = replace(before, version=version, text=text)

    def save(self, uri: str) -> None:
        """The document was written to disk as it stands."""
        found = self._open.get(uri)
        if found is not None:
            self._open[uri] = replace(found, saved=found.text)

    def close(self, uri: str) -> Document | None:
        """Forget a document; what it was."""
        self._left = self._open.pop(uri, None)
        return self._left

    def _changed(self, text: str, change: Change) -> str:
        if change.start is None or change.end is None:
            return change.text
        return replaced(text, change.start, change.end, change.text, encoding=self.encoding)
