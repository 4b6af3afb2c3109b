"""Mails as twenty years of programs have written them: what can be read is, what cannot has a reason."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.corpus.documents import Document
from foretype.corpus.html_text import html_text
from foretype.corpus.mail import MAX_MAIL_BYTES, MAX_TEXT_CHARS, read_mail
from foretype.corpus.scrubbing import scrub_document
from foretype.corpus.skips import Reason

HEAD = b"From: ann@example.org\nSubject: Plan\n"


def typed(raw: bytes) -> str | Reason:
    found = read_mail(raw)
    return found.text if isinstance(found, Document) else found


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_are_fatal(raw: bytes) -> None:
    assert isinstance(read_mail(raw), (Document, Reason))
    assert isinstance(read_mail(HEAD + raw), (Document, Reason))


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["quoted-printable", "base64", "x-uuencode", "7bit", "\xff"]))
def test_no_encoding_is_fatal(body: bytes, encoding: str) -> None:
    raw = HEAD + b"Content-Transfer-Encoding: " + encoding.encode("latin-1") + b"\n\n" + body
    assert isinstance(read_mail(raw), (Document, Reason))


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("utf-8", "Grüße".encode(), "Grüße"),
        ("iso-8859-1", b"Gr\xfc\xdfe \x96 bald", "Grüße – bald"),
        ("us-ascii", b"Gr\xfc\xdfe", "Grüße"),
        ("windows-1252", "Grüße".encode(), "Grüße"),
        ("gb2312", "你好".encode("gb18030"), "你好"),
        ("no-such-charset", "Grüße".encode(), "Grüße"),
        ("no-such-charset", b"Gr\xfc\xdfe", Reason.CHARSET),
        ("utf-8", b"Gr\xfc\xdfe", Reason.CHARSET),
        ("utf-16", b"\xff", Reason.CHARSET),
    ],
)
def test_wrong_charsets_are_mended_where_what_was_meant_is_plain(
    charset: str, body: bytes, text: str | Reason
) -> None:
    assert typed(HEAD + f"Content-Type: text/plain; charset={charset}\n\n".encode() + body) == text


def test_parts_are_taken_apart_and_attachments_left_alone() -> None:
    mail = EmailMessage()
    mail["From"] = "ann@example.org"
    mail.set_content("The plain one.")
    mail.add_alternative("<p>The other one.</p>", subtype="html")
    mail.add_attachment("not typed", filename="notes.txt")
    assert typed(mail.as_bytes()) == "The plain one."


def test_html_alone_becomes_text() -> None:
    body = (
        b"<style>p{}</style><p>Hi&nbsp;Bob,</p><div>fine.<br>Ann</div><blockquote><p>Is it?</p></blockquote>"
    )
    found = read_mail(HEAD + b"Content-Type: text/html\n\n" + body)
    assert isinstance(found, Document)
    assert (found.text, found.previous, found.greeting) == ("Hi Bob,\n\nfine.\nAnn", "Is it?", "Hi Bob,")


@settings(deadline=None)
@given(st.text(alphabet="<>/abp &;!-\n\"'", max_size=60))
def test_no_html_is_fatal(text: str) -> None:
    assert "\n\n\n" not in html_text(text)


def test_a_text_behind_megabytes_is_not_searched_for() -> None:
    start = HEAD + b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n'
    picture = b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + b"A" * MAX_MAIL_BYTES
    note = b"Content-Type: text/plain\n\nSee the picture.\n"
    assert typed(start + picture + b"\n--b\n" + note + b"\n--b--\n") == Reason.TOO_LARGE
    assert typed(start + note + b"\n--b\n" + picture + b"\n--b--\n") == "See the picture."


def test_a_thousand_nested_parts_are_no_mail() -> None:
    raw = HEAD + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number) for number in range(1000)
    )
    assert typed(raw) in (Reason.BROKEN, Reason.NO_TEXT)


def test_a_multipart_without_its_boundary_has_no_text() -> None:
    raw = HEAD + b"MIME-Version: 1.0\nContent-Type: multipart/mixed\n\nhello\n"
    assert typed(raw) == Reason.NO_TEXT


@pytest.mark.parametrize(
    "body",
    [
        b"\n" * 99_000,
        b"x\n\n" * 30_000,
        (b"-" * 40 + b"\n") * 2_400,
        (b"x" * 70 + b" a\n") * 1_300,
        b"1" + b"-" * 99_000,
        b"On " * 33_000,
        b"> " * 49_000,
        b"((((" * 24_000,
        b"thanks " * 14_000,
    ],
    ids=lambda body: repr(body[:9]),
)
def test_hostile_texts_are_done_in_no_time(body: bytes) -> None:
    """Each once took minutes, or would with a careless expression."""
    found = read_mail(HEAD + b"\n" + body)
    if isinstance(found, Document):
        scrub_document(found)


@pytest.mark.parametrize("page", [b"a<b>" * 100_000, b"<" * 400_000, b"<!" * 200_000, b"<div>" * 80_000])
def test_hostile_pages_are_done_in_no_time(page: bytes) -> None:
    assert read_mail(HEAD + b"Content-Type: text/html\n\n" + page) is not Reason.BROKEN


def test_pasted_logs_are_too_long() -> None:
    assert typed(HEAD + b"\n" + b"word " * (MAX_TEXT_CHARS // 5 + 1)) == Reason.TOO_LONG


@pytest.mark.parametrize(
    ("date", "sent_at"),
    [
        (b"Mon, 14 May 2001 09:30:00 +0200", "2001-05-14T09:30:00+02:00"),
        (b"Mon, 14 May 01 09:30:00", "2001-05-14T09:30:00"),
        (b"yesterday", None),
        (b"Mon, 99 May 2001 99:30:00 +9999", None),
        (b"Thu, 1 Jan 1970 00:00:00 +0000", None),
        (b"", None),
    ],
)
def test_a_date_that_cannot_be_is_left_out(date: bytes, sent_at: str | None) -> None:
    found = read_mail(HEAD + b"Date: " + date + b"\n\nyes")
    assert isinstance(found, Document) and found.sent_at == sent_at
    found = read_mail(HEAD + b"\nno date at all")
    assert isinstance(found, Document) and found.sent_at is None


@pytest.mark.parametrize(
    ("field", "holder"),
    [
        (b"Ann Bell <Ann@Example.org>", "ann@example.org"),
        (b"=?utf-8?q?J=C3=BCrgen?= <j@example.org>", "j@example.org"),
        (b"=?no-such?q?J=FC?= <j@example.org>", "j@example.org"),
        (b"Ann", "ann"),
        (b"a@example.org, b@example.org", "a@example.org"),
    ],
)
def test_the_author_is_an_address_in_small_letters(field: bytes, holder: str) -> None:
    found = read_mail(b"From: " + field + b"\n\nyes")
    assert isinstance(found, Document) and found.holder == holder


def test_lines_that_a_program_broke_are_joined() -> None:
    flowed = b"Content-Type: text/plain; format=flowed\n\nWe should go \non with it.\nNow.\n"
    assert typed(HEAD + flowed) == "We should go on with it.\nNow."
    broken = b"\nWe should look at all of these numbers once more before they are sent on\nto Bob.\nNow.\n"
    assert typed(HEAD + broken) == (
        "We should look at all of these numbers once more before they are sent on to Bob.\nNow."
    )
