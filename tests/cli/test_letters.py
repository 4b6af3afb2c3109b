"""Reading what a person wrote: each kind of file, and only what they typed themselves."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from foretype.cli.letters import read_letters
from foretype.compose.request import Kind
from foretype.errors import InputError
from letters import BODIES, write_rows

MAIL = """From: Ann Bell <ann@example.org>
To: susan@example.org
Subject: =?utf-8?q?Caf=C3=A9?=
Date: Mon, 14 May 2001 09:30:00 +0200
Content-Type: text/plain; charset="utf-8"

Hi Susan,

see you at the café.

On Sun, 13 May 2001, Susan Bell wrote:
> Where do we meet?
"""


def test_a_text_file_is_one_letter(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("\ufeffBuy milk.\n", encoding="utf-8")
    assert [letter.text for letter in read_letters(path)] == ["Buy milk.\n"]


def test_rows_keep_author_and_date(tmp_path: Path) -> None:
    found = list(read_letters(write_rows(tmp_path / "a.jsonl")))
    assert [letter.text for letter in found[:4]] == list(BODIES)
    assert found[0].author == "author-0"
    assert found[0].context.sent_at is not None


def test_a_mail_gives_what_was_typed(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_text(MAIL, encoding="utf-8")
    [letter] = read_letters(path)
    assert letter.text == "Hi Susan,\n\nsee you at the café."
    assert (letter.author, letter.context.subject) == ("ann@example.org", "Café")
    assert letter.context.sent_at is not None and letter.context.sent_at.hour == 9


@pytest.mark.parametrize("name", ["sent.mbox", "Sent"])
def test_a_mailbox_gives_every_mail(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(f"From ann Mon May 14 09:30:00 2001\n{MAIL}\n" * 3, encoding="utf-8")
    found = list(read_letters(path))
    assert [letter.author for letter in found] == ["ann@example.org"] * 3


def test_what_nobody_typed_gives_no_letter(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_text(MAIL.replace("From:", "Auto-Submitted: auto-replied\nFrom:", 1), encoding="utf-8")
    assert list(read_letters(path)) == []


def test_a_folder_of_mails_and_a_chat_are_read_as_the_corpus_reads_them(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text(MAIL, encoding="utf-8")
    (tmp_path / "b.log").write_text("[09:30] <bob> lunch?\n[09:31] <ann> yes\n", encoding="utf-8")
    found = list(read_letters(tmp_path))
    assert [letter.author for letter in found] == ["ann@example.org", "bob", "ann"]
    assert (found[0].context.previous, found[0].context.to) == ("Where do we meet?", ("susan@example.org",))
    assert (found[2].context.previous, found[2].context.kind) == ("lunch?", Kind.CHAT)


def test_standard_input_is_one_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Grüße\n".encode())))
    assert [letter.text for letter in read_letters(Path("-"))] == ["Grüße\n"]


def test_a_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG")
    with pytest.raises(InputError, match="byte 0 is not UTF-8; wanted text"):
        list(read_letters(path))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        list(read_letters(tmp_path / "none.txt"))
