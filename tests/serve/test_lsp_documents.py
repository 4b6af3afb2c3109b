"""Claims about places in a document and about what its writer writes, without the protocol."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.compose.request import Kind
from foretype.serve.lsp.documents import Change, Document, Documents
from foretype.serve.lsp.positions import (
    Encoding,
    Place,
    line_start,
    line_starts,
    num_units,
    offset_of,
    place_of,
)
from foretype.serve.lsp.reading import RECENT_CHARS, FileKind, kind_of, own_text, passage_at

TEXTS = st.text("ab é😀\r\n\u2028\x0c>#", max_size=30)

MAIL = """From: me@x.example
Subject: =?utf-8?q?Caf=C3=A9_plan?=
To: Sue <sue@x.example>, bob@x.example
In-Reply-To: <1@x.example>

Hi Sue,

thanks for ask
On Monday, Sue wrote:
> When do we
> meet?
>> older

On Friday.
--\x20
Me
"""
COMMIT = """Mend the parser

It broke on
# Please enter the commit message for your changes.
# ------------------------ >8 ------------------------
diff --git a/secret b/secret
+password
"""


def slow_offset(text: str, place: Place, encoding: Encoding) -> int:
    """Counted character by character."""
    line = column = at = 0
    while at < len(text):
        if line == place.line and (column >= place.column or text[at] in "\r\n"):
            break
        units = num_units(text[at], encoding)
        if line == place.line and column + units > place.column:
            break
        if text[at] == "\n" or (text[at] == "\r" and text[at + 1 : at + 2] != "\n"):
            line, column = line + 1, 0
        else:
            column += units
        at += 1
    return at


@given(TEXTS, st.integers(0, 6), st.integers(0, 12), st.sampled_from(Encoding))
def test_a_place_is_found_as_if_counted_by_hand(
    text: str, line: int, column: int, encoding: Encoding
) -> None:
    place = Place(line, column)
    assert offset_of(text, place, encoding) == slow_offset(text, place, encoding)


@given(TEXTS)
def test_each_line_begins_where_its_ends_say(text: str) -> None:
    ends = [found.end() for found in re.finditer("\r\n|\n|\r", text)]
    assert line_starts(text) == [0, *ends]
    assert [line_start(text, line) for line in range(len(ends) + 2)] == [0, *ends, None]


@given(TEXTS, st.data(), st.sampled_from(Encoding))
def test_an_index_comes_back_from_its_place(text: str, data: st.DataObject, encoding: Encoding) -> None:
    inside = [at for at in range(len(text) + 1) if text[at - 1 : at + 1] != "\r\n" or at == 0]
    at = data.draw(st.sampled_from(inside))
    assert offset_of(text, place_of(text, at, encoding), encoding) == at


@given(TEXTS, TEXTS, st.data(), st.sampled_from(Encoding))
def test_an_edit_does_what_it_does_in_the_editor(
    text: str, new: str, data: st.DataObject, encoding: Encoding
) -> None:
    inside = [at for at in range(len(text) + 1) if text[at - 1 : at + 1] != "\r\n" or at == 0]
    start, end = sorted(data.draw(st.lists(st.sampled_from(inside), min_size=2, max_size=2)))
    documents = Documents()
    documents.encoding = encoding
    documents.open(Document("a", "text", 0, text))
    change = Change(new, place_of(text, start, encoding), place_of(text, end, encoding))
    documents.change("a", [change], version=1)
    assert documents.all()[0].text == text[:start] + new + text[end:]


def test_half_a_surrogate_pair_breaks_nothing() -> None:
    assert offset_of("a\ud83db", Place(0, 2), Encoding.UTF16) == 2
    assert line_starts("a\vb\x85c\u2029d") == [0]


def test_a_mail_gives_its_own_lines_and_what_it_answers() -> None:
    document = Document("file:///a.eml", "plaintext", 1, MAIL)
    found = passage_at(document, MAIL.index("ask") + 3)
    assert found is not None
    assert found.text == "Hi Sue,\n\nthanks for ask"
    assert found.suffix == "\n\nOn Friday.\n"
    assert (found.context.subject, found.context.previous) == ("Café plan", "When do we\nmeet?")
    assert (found.context.kind, found.context.to) == (Kind.EMAIL, ("sue@x.example", "bob@x.example"))
    assert own_text(FileKind.MAIL, MAIL).text == "Hi Sue,\n\nthanks for ask\n\nOn Friday."


@pytest.mark.parametrize("inside", ["From: me", "=?utf-8", "When do", "older", "Sue wrote", "Me\n"])
def test_nothing_is_suggested_in_headers_quotes_and_signature(inside: str) -> None:
    document = Document("file:///a.eml", "mail", 1, MAIL)
    assert passage_at(document, MAIL.index(inside) + 2) is None


def test_a_commit_message_ends_at_the_scissors_and_comments_are_no_text() -> None:
    document = Document("file:///r/.git/COMMIT_EDITMSG", "plaintext", 1, COMMIT)
    found = passage_at(document, COMMIT.index("broke on") + 8)
    assert found is not None
    assert (found.text, found.suffix.strip()) == ("Mend the parser\n\nIt broke on", "")
    assert passage_at(document, COMMIT.index("Please") + 3) is None
    assert passage_at(document, COMMIT.index("+pass") + 3) is None
    assert "password" not in own_text(FileKind.COMMIT, COMMIT).text


@pytest.mark.parametrize(
    ("uri", "language", "kind"),
    [
        ("file:///tmp/a%20b.EML", "plaintext", FileKind.MAIL),
        ("file:///tmp/neomutt-1", "mail", FileKind.MAIL),
        ("file:///r/.git/MERGE_MSG", "", FileKind.COMMIT),
        ("untitled:Untitled-1", "plaintext", FileKind.NOTE),
        ("file:///a.rs", "rust", None),
        ("file:///.env", "dotenv", None),
    ],
)
def test_a_document_is_known_by_its_name_and_language(uri: str, language: str, kind: FileKind | None) -> None:
    assert kind_of(Document(uri, language, 1, "")) is kind


@given(TEXTS, st.data(), st.sampled_from(["mail", "gitcommit", "markdown"]))
def test_any_draft_can_be_read_at_any_caret(text: str, data: st.DataObject, language: str) -> None:
    found = passage_at(Document("file:///a", language, 1, text), data.draw(st.integers(0, len(text))))
    assert found is None or "\r" not in found.text + found.suffix


def test_of_a_long_note_the_recent_part_is_asked_about_and_only_grows() -> None:
    lines = "one line of text\n" * 5000
    texts = []
    for more in ("", "a", "ab"):
        found = passage_at(Document("file:///a.md", "markdown", 1, lines + more), len(lines + more))
        assert found is not None
        texts.append(found.text)
    assert RECENT_CHARS <= len(texts[0]) <= 2 * RECENT_CHARS + 20
    assert (texts[1], texts[2]) == (texts[0] + "a", texts[0] + "ab")
