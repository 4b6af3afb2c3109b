"""Exports of other programs: tables of mail, logs and exports of chats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from foretype.corpus.documents import Document
from foretype.corpus.mailbox import read_all
from foretype.corpus.skips import Reason, Skip

OUTLOOK = """"Subject","Body","From: (Name)","From: (Address)","To: (Address)","Date"
"Plan","Hi Bob,

fine.

Ann","Ann Bell","Ann@example.org","bob@example.org;jane@example.org","5/14/2001 9:30:00 PM"
"Empty","","","ann@example.org","",""
"Nobody","text","","","",""
"Short"
"""
IRC = """--- Log opened Mon May 14 09:29:00 2001
09:29 -!- bob has joined #plan
09:30 <@ann> is it fine?
09:31 < bob> yes
09:31 < bob> I think
09:32 * ann nods
--- Day changed Tue May 15 2001
[10:00:01] <ann> thanks
"""
WHATSAPP = """14/05/2021, 09:30 - Messages are end-to-end encrypted.
14/05/2021, 09:30 - Ann: is it fine?
it should be
14/05/2021, 09:31 - Bob: yes: it is
14/05/2021, 09:32 - Bob: <Media omitted>
"""
IPHONE = "\u200e[5/14/21, 9:30:15\u202fPM] Ann: is it fine?\n[5/14/21, 9:31:00\u202fPM] Bob: yes\n"
SLACK = [
    {
        "type": "message",
        "user": "U1",
        "text": "is it fine, <@U2>? <https://x.example|here>",
        "ts": "989825400.0002",
    },
    {"type": "message", "user": "U2", "text": "yes &amp; no", "ts": "x"},
    {"type": "message", "subtype": "channel_join", "user": "U3", "text": "joined"},
    {"type": "message"},
    7,
]
DISCORD = {
    "guild": {"id": "1"},
    "channel": {"id": "2"},
    "messages": [
        {
            "type": "Default",
            "timestamp": "2001-05-14T09:30:00+00:00",
            "content": "hi",
            "author": {"name": "ann"},
        },
        {"type": "Default", "content": "beep", "author": {"name": "b", "isBot": True}},
        {"type": "Default", "content": "", "author": {"name": "bob"}},
    ],
}


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def turns(path: Path) -> list[tuple[str, str, str, str | None]]:
    return [
        (found.holder, found.text, found.previous, found.sent_at)
        for found in read_all(path)
        if isinstance(found, Document) and found.kind == "chat"
    ]


def reasons(path: Path) -> list[Reason]:
    return [found.reason for found in read_all(path) if isinstance(found, Skip)]


def test_a_table_of_mail_is_read_by_its_column_names(tmp_path: Path) -> None:
    path = written(tmp_path, "export.csv", "\ufeff" + OUTLOOK)
    [document] = [found for found in read_all(path) if isinstance(found, Document)]
    assert (document.holder, document.sent_at) == ("ann@example.org", "2001-05-14T21:30:00")
    assert document.people == ("ann@example.org", "bob@example.org", "jane@example.org")
    assert document.middle == "fine."
    assert reasons(path) == [Reason.NOTHING_TYPED, Reason.NO_AUTHOR, Reason.BAD_ROW]


def test_a_table_in_an_old_code_page_with_other_marks_is_read(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes("Betreff;Nachricht;Von\r\nPlan;Schöne Grüße;ann@example.org\r\n".encode("cp1252"))
    [document] = read_all(path)
    assert isinstance(document, Document) and document.text == "Schöne Grüße"


def test_a_cell_of_megabytes_is_a_bad_row_and_the_rest_is_read(tmp_path: Path) -> None:
    huge = "x" * 2_100_000
    path = written(tmp_path, "a.csv", f"Subject,Body,From\na,{huge},ann\nb,fine,ann\n")
    assert reasons(path) == [Reason.BAD_ROW]
    assert [found.text for found in read_all(path) if isinstance(found, Document)] == ["fine"]


def test_an_irc_log_gives_turns_and_days(tmp_path: Path) -> None:
    assert turns(written(tmp_path, "plan.log", IRC)) == [
        ("ann", "is it fine?", "", "2001-05-14T09:30:00"),
        ("bob", "yes", "is it fine?", "2001-05-14T09:31:00"),
        ("bob", "I think", "is it fine?", "2001-05-14T09:31:00"),
        ("ann", "thanks", "I think", "2001-05-15T10:00:01"),
    ]


def test_a_whatsapp_chat_keeps_its_lines_and_drops_its_notices(tmp_path: Path) -> None:
    path = written(tmp_path, "chat.txt", WHATSAPP)
    assert turns(path) == [
        ("ann", "is it fine?\nit should be", "", "2021-05-14T09:30:00"),
        ("bob", "yes: it is", "is it fine?\nit should be", "2021-05-14T09:31:00"),
    ]
    assert reasons(path) == [Reason.NO_TEXT]
    assert turns(written(tmp_path, "iphone.txt", IPHONE)) == [
        ("ann", "is it fine?", "", "2021-05-14T21:30:15"),
        ("bob", "yes", "is it fine?", "2021-05-14T21:31:00"),
    ]


def test_a_slack_export_is_told_without_its_marks(tmp_path: Path) -> None:
    path = written(tmp_path, "2001-05-14.json", json.dumps(SLACK))
    asked = "is it fine, <name>? https://x.example"
    assert turns(path) == [("u1", asked, "", "2001-05-14T07:30:00+00:00"), ("u2", "yes & no", asked, None)]
    assert reasons(path) == [Reason.AUTOMATIC, Reason.BAD_ROW, Reason.BAD_ROW]


def test_a_discord_export_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "general.json", json.dumps(DISCORD, indent=2))
    assert turns(path) == [("ann", "hi", "", "2001-05-14T09:30:00+00:00")]
    assert reasons(path) == [Reason.AUTOMATIC, Reason.NO_TEXT]


@pytest.mark.parametrize(
    ("text", "reason"),
    [('[{"ts": "1", "text": "cut', Reason.BROKEN), ('{"guild": 1, "channel": 2}', Reason.UNKNOWN_FORMAT)],
)
def test_a_broken_export_has_a_reason(tmp_path: Path, text: str, reason: Reason) -> None:
    assert reasons(written(tmp_path, "a.json", text)) == [reason]
