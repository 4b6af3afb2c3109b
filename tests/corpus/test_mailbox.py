"""Every kind of mailbox gives the same documents, and what cannot be used is counted, never fatal."""

from __future__ import annotations

import json
import lzma
import mailbox
import os
from collections import Counter
from email.message import EmailMessage
from pathlib import Path

import pytest

from foretype.corpus.documents import Document
from foretype.corpus.mailbox import read_all, read_mailbox
from foretype.corpus.skips import Reason, Skip
from foretype.errors import InputError

BODY = "Hi Bob,\n\nthe plan is fine.\n\nRegards,\nAnn\n\nOn Mon, 14 May 2001, Bob Roe wrote:\n> Is the plan fine?\n"


def mail(author: str = "Ann Bell <Ann@Example.org>", body: str = BODY) -> EmailMessage:
    message = EmailMessage()
    message["From"] = author
    message["To"] = "bob@example.org, =?utf-8?q?J=C3=BCrgen?= <j@example.org>"
    message["Subject"] = "Café plan"
    message["Date"] = "Mon, 14 May 2001 09:30:00 +0200"
    message.set_content(body)
    return message


def mbox(folder: Path, *messages: EmailMessage) -> Path:
    box = mailbox.mbox(folder / "sent.mbox")
    for message in messages:
        box.add(message)
    box.close()
    return folder / "sent.mbox"


def maildir(folder: Path, *messages: EmailMessage) -> Path:
    box = mailbox.Maildir(folder / "Maildir")
    for message in messages:
        box.add(message)
    return folder / "Maildir"


def eml_folder(folder: Path, *messages: EmailMessage) -> Path:
    (folder / "mails").mkdir()
    for number, message in enumerate(messages):
        (folder / "mails" / f"{number}.eml").write_bytes(message.as_bytes())
    return folder / "mails"


def apple_mail(folder: Path, *messages: EmailMessage) -> Path:
    (folder / "mails").mkdir()
    for number, message in enumerate(messages):
        raw = message.as_bytes()
        file = folder / "mails" / f"{number}.emlx"
        file.write_bytes(b"%d\n%s<?xml version='1.0'?><plist/>" % (len(raw), raw))
    return folder / "mails"


def packed_mbox(folder: Path, *messages: EmailMessage) -> Path:
    packed = folder / "sent.mbox.xz"
    packed.write_bytes(lzma.compress(mbox(folder, *messages).read_bytes()))
    return packed


@pytest.mark.parametrize("write", [mbox, maildir, eml_folder, apple_mail, packed_mbox])
def test_every_kind_of_mailbox_tells_who_typed_what(tmp_path: Path, write: object) -> None:
    assert callable(write)
    found = list(read_mailbox(write(tmp_path, mail(), mail())))
    assert found == [
        Document(
            holder="ann@example.org",
            text="Hi Bob,\n\nthe plan is fine.\n\nRegards,\nAnn",
            subject="Café plan",
            previous="Is the plan fine?",
            people=("ann@example.org", "bob@example.org", "j@example.org"),
            source="mail",
            sent_at="2001-05-14T09:30:00+02:00",
            greeting="Hi Bob,",
            closing="Regards,\nAnn",
        )
    ] * len(found)
    assert len(found) == 2


def test_from_lines_inside_bodies_are_text(tmp_path: Path) -> None:
    """The box escapes them with ">"; some programs do not."""
    file = mbox(tmp_path, mail(body="See:\n\nFrom here on it is fine."), mail())
    raw = file.read_bytes()
    assert b"\n>From here" in raw
    file.write_bytes(raw.replace(b"\n>From here", b"\nFrom here"))
    texts = [document.text for document in read_mailbox(file)]
    assert texts[0] == "See:\n\nFrom here on it is fine." and len(texts) == 2
    file.write_bytes(raw)
    assert [document.text for document in read_mailbox(file)] == texts


def test_what_cannot_be_used_is_counted_by_its_reason(tmp_path: Path) -> None:
    newsletter, note, nobody = mail(), mail(), mail()
    newsletter["List-Unsubscribe"] = "<mailto:out@example.org>"
    note["Auto-Submitted"] = "auto-replied"
    del nobody["From"]
    quoted = mail(body="> only this\n")
    picture = EmailMessage()
    picture["From"] = "ann@example.org"
    picture.set_content(b"\x89PNG", maintype="image", subtype="png")
    skipped = Counter[Reason]()
    file = mbox(tmp_path, newsletter, mail(), note, nobody, quoted, picture)
    assert len(list(read_mailbox(file, skipped=skipped))) == 1
    assert skipped == {
        Reason.AUTOMATIC: 2,
        Reason.NO_AUTHOR: 1,
        Reason.NOTHING_TYPED: 1,
        Reason.NO_TEXT: 1,
    }


def test_rows_are_cleaned_and_bad_ones_counted(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    rows = [{"author": "ann", "body": BODY}, {"author": "ann"}, [], {"conv": "c", "text": "> not a quote"}]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows) + "{broken\n\n", encoding="utf-8")
    found = list(read_all(file))
    assert [getattr(item, "reason", None) or getattr(item, "text", None) for item in found] == [
        "Hi Bob,\n\nthe plan is fine.\n\nRegards,\nAnn",
        Reason.BAD_ROW,
        Reason.BAD_ROW,
        "> not a quote",
        Reason.BAD_ROW,
        Reason.BAD_ROW,
    ]


def test_strange_files_of_a_folder_are_counted_and_named(tmp_path: Path) -> None:
    folder = eml_folder(tmp_path, mail())
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (folder / ".hidden").write_bytes(b"?")
    os.mkfifo(folder / "pipe")
    found = list(read_all(folder))
    assert found[1:] == [Skip(str(folder / "photo.jpg"), Reason.UNKNOWN_FORMAT)]


def test_a_file_that_is_no_mailbox_is_refused_with_what_would_be_one(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(InputError, match=r"photo\.jpg: found neither mail nor chat, wanted mbox"):
        list(read_mailbox(tmp_path / "photo.jpg"))
    with pytest.raises(InputError, match=r"none: cannot be read"):
        list(read_mailbox(tmp_path / "none"))


def test_an_mbox_that_was_cut_short_gives_what_it_has(tmp_path: Path) -> None:
    raw = mbox(tmp_path, mail(), mail(), mail()).read_bytes()
    file = tmp_path / "cut.mbox"
    for end in range(0, len(raw), 97):
        file.write_bytes(raw[:end])
        if end > len("From "):
            assert len(list(read_all(file))) <= 3
