"""However a file is cut, its pieces together give what the whole gives, in its order."""

from __future__ import annotations

import json
import lzma
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.corpus.documents import Document, read_documents, row_of
from foretype.corpus.mailbox import read_all
from foretype.corpus.sources import Source, find_sources
from foretype.corpus.spans import cut, read_span, read_span_rows, rows_of

MAILS = (
    "From a Mon May 14 09:30:00 2001\nFrom: ann@example.org\n\nfine\n\n",
    "From b\nFrom: bob@example.org\n\n>From b\n\n\n",
)
ODD = ("From here\n", "\n", "From c\nnothing\n\n")
chats = st.lists(st.tuples(st.sampled_from("ab"), st.text(max_size=6)), max_size=12)


def documents(path: Path, *, span_bytes: int, scratch: Path) -> list[object]:
    sources = [found for found in find_sources(path) if isinstance(found, Source)]
    spans = cut(sources, scratch=scratch, span_bytes=span_bytes)
    return [_bare(found) for span in spans for found in read_span(span)]


def _bare(found: object) -> object:
    """Without where a skipped one stood, which is told from the beginning of its piece."""
    return getattr(found, "reason", found)


@settings(deadline=None, max_examples=60)  # files
@given(st.lists(st.sampled_from(MAILS + ODD), max_size=12), st.integers(1, 200))
def test_an_mbox_is_cut_between_mails(pieces: list[str], span_bytes: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mbox"
        path.write_text(MAILS[0] + "".join(pieces), encoding="utf-8")
        found = documents(path, span_bytes=span_bytes, scratch=Path(folder))
        assert found == [_bare(item) for item in read_all(path)]


@settings(deadline=None, max_examples=60)  # files
@given(chats, st.integers(1, 200), st.booleans())
def test_rows_are_cut_between_conversations(
    turns: list[tuple[str, str]], span_bytes: int, is_packed: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.jsonl{'.xz' if is_packed else ''}"
        raw = "".join(json.dumps({"conv": conv, "text": text}) + "\n" for conv, text in turns).encode()
        path.write_bytes(lzma.compress(raw) if is_packed else raw)
        spans = cut(rows_of([path]), scratch=Path(folder), span_bytes=span_bytes)
        assert [item for span in spans for item in read_span_rows(span)] == list(read_documents(path))


@settings(deadline=None, max_examples=60)  # files
@given(
    st.builds(
        Document,
        holder=st.text(),
        text=st.text(),
        kind=st.sampled_from(["email", "chat", "note"]),
        subject=st.text(),
        previous=st.text(),
        source=st.text(),
        sent_at=st.sampled_from([None, "2001-05-14"]),
        language=st.sampled_from([None, "en"]),
    )
)
def test_a_document_comes_back_from_its_row(document: Document) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        path.write_text(json.dumps(row_of(document)) + "\n", encoding="utf-8")
        [found] = read_documents(path)
    assert (found.holder, found.text, found.kind, found.subject, found.previous, found.source) == (
        (document.holder, document.text, document.kind, document.subject, document.previous, document.source)
    )
    assert (found.sent_at, found.language) == (document.sent_at, document.language)
