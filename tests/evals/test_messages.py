"""Reading held-out messages: what is taken, and how wrong data is told."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from foretype.compose.request import Kind
from foretype.errors import InputError
from foretype.evals.messages import PREVIOUS_CHARS, read_messages
from letters import rows, write_rows


def refused(path: Path) -> str:
    with pytest.raises(InputError) as error:
        list(read_messages(path))
    return str(error.value)


def test_every_line_becomes_a_message(tmp_path: Path) -> None:
    found = list(read_messages(write_rows(tmp_path / "a.jsonl")))
    assert [message.body for message in found] == [row["body"] for row in rows()]


def test_xz_reads_as_plain(tmp_path: Path) -> None:
    plain = write_rows(tmp_path / "a.jsonl")
    packed = tmp_path / "a.jsonl.xz"
    packed.write_bytes(lzma.compress(plain.read_bytes()))
    assert list(read_messages(packed)) == list(read_messages(plain))


def test_the_context_carries_what_the_line_knows(tmp_path: Path) -> None:
    line = rows()[3] | {"type": "chat", "reply_to_text": "x" * 5000}
    [message] = read_messages(write_rows(tmp_path / "a.jsonl", lines=[line]))
    context = message.context
    assert (context.kind, context.subject, context.to) == (Kind.CHAT, "Report", ("susan@example.org",))
    assert len(context.previous) == PREVIOUS_CHARS
    assert context.sent_at is not None and context.sent_at.day == 4


def test_nulls_and_blank_lines_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('\n{"body": "Hello", "to": null, "date": null, "author": null}\n\n', encoding="utf-8")
    [message] = read_messages(path)
    assert (message.id, message.author, message.date) == ("line-2", None, None)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nonsense", "not JSON"),
        ("[1]", "wanted an object"),
        ('{"text": "x"}', "body is None, wanted the message's text"),
        ('{"body": 5}', "body is 5, wanted a string"),
        ('{"body": "x", "to": "ann"}', "to is 'ann', wanted a list of strings"),
        ('{"body": "x", "to": [1]}', "to is list, wanted a list of strings"),
        ('{"body": "x", "warm": "yes"}', "warm is 'yes', wanted true or false"),
        ('{"body": "x", "type": "poem"}', "type is 'poem', wanted one of email, chat, note"),
        ('{"body": "x", "date": "yesterday"}', "date is 'yesterday', wanted a date such as"),
    ],
)
def test_wrong_data_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"body": "fine"}\n' + line + "\n", encoding="utf-8")
    assert f"{path}, line 2: " in refused(path) and told in refused(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "none.jsonl")


def test_a_cut_off_xz_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.xz"
    path.write_bytes(lzma.compress(b'{"body": "x"}\n' * 9000)[:-20])
    assert "wanted UTF-8 JSON Lines" in refused(path)


def test_bytes_that_are_no_utf8_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"body": "\xff"}\n')
    assert "wanted UTF-8" in refused(path)
