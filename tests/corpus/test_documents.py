"""Corpus files: rows become documents, and a bad row is named by file and line, with what to do."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from foretype.corpus.documents import read_documents
from foretype.errors import InputError

MAIL: dict[str, Any] = {
    "author": "jane.doe@example.org",
    "body": "Hi Bob",
    "subject": "Report",
    "to": ["bob@example.org"],
    "reply_to_text": "Where is it?",
    "source": "test",
}
CHAT = [{"conv": "c1", "text": "hello"}, {"conv": "c1", "text": "hi"}, {"conv": "c2", "text": "yo"}]


def written(folder: Path, *rows: object) -> Path:
    path = folder / "rows.jsonl"
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def test_a_mail_row_becomes_a_document(tmp_path: Path) -> None:
    [document] = read_documents(written(tmp_path, MAIL))
    assert (document.holder, document.text, document.subject) == ("jane.doe@example.org", "Hi Bob", "Report")
    assert document.people == ("jane.doe@example.org", "bob@example.org")
    assert (document.kind, document.previous) == ("email", "Where is it?")


def test_a_chat_turn_answers_the_turn_before_it_in_its_conversation(tmp_path: Path) -> None:
    documents = list(read_documents(written(tmp_path, *CHAT)))
    assert [document.previous for document in documents] == ["", "hello", ""]
    assert {document.kind for document in documents} == {"chat"}


def test_xz_files_read_like_plain_ones(tmp_path: Path) -> None:
    plain = written(tmp_path, MAIL, *CHAT)
    packed = tmp_path / "rows.jsonl.xz"
    packed.write_bytes(lzma.compress(plain.read_bytes()))
    assert list(read_documents(packed)) == list(read_documents(plain))


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("{half", "found no JSON"),
        ("", "found no JSON"),
        ("[1]", "found list, wanted a JSON object"),
        ("{}", "found no text in 'body'"),
        ('{"body": 7}', "found no text in 'body'"),
        ('{"conv": "c1", "text": 7}', "found no text in 'text'"),
    ],
)
def test_a_bad_row_is_named_by_line_with_a_remedy(tmp_path: Path, row: str, found: str) -> None:
    path = written(tmp_path, MAIL, row)
    with pytest.raises(InputError) as raised:
        list(read_documents(path))
    assert str(raised.value).startswith(f"{path}:2: {found}")
    assert "mend or drop that line" in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read"):
        list(read_documents(tmp_path / "none.jsonl"))


@pytest.mark.parametrize("cut", [20, 60])
def test_a_cut_xz_file_is_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "rows.jsonl.xz"
    path.write_bytes(lzma.compress(json.dumps(MAIL).encode() * 50)[:cut])
    with pytest.raises(InputError, match="cannot be unpacked"):
        list(read_documents(path))


def test_what_is_no_xz_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.xz"
    path.write_text("plain")
    with pytest.raises(InputError, match="cannot be unpacked"):
        list(read_documents(path))


def test_bytes_that_are_no_utf8_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"body": "caf\xe9"}\n')
    with pytest.raises(InputError, match="not UTF-8"):
        list(read_documents(path))
