"""What a person typed stays; what their program put around it goes, and is kept apart where it was answered."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.corpus.documents import Document
from foretype.corpus.greetings import closing_of, greeting_of, signed_part
from foretype.corpus.mail import labelled
from foretype.corpus.typed import typed_part
from foretype.corpus.wrapping import unwrapped

OUTLOOK = """Fine.

-----Original Message-----
From: Roe, Bob
Sent: Monday, May 14, 2001 9:30 AM
To: Bell, Ann
Subject: Plan

Is it fine?

-----Original Message-----
From: Bell, Ann

An older one."""
LOTUS = """Fine.


Bob Roe@EXAMPLE
05/14/2001 09:30 AM
To: Ann Bell/HOU@EXAMPLE
cc: Jane
Subject: Plan

Is it fine?"""
LOTUS_LINE = "Fine.\n\nBob Roe   05/14/2001 09:30 AM\nTo: Ann Bell\nSubject: Plan\n\nIs it fine?"
ATTRIBUTED = "Fine.\n\nOn Monday, May 14, 2001 at 9:30 AM, Bob Roe\n<bob@example.org> wrote:\n\nIs it fine?"
GERMAN = "Fine.\n\nAm 14.05.2001 um 09:30 schrieb Bob Roe:\n> Is it fine?"
NAMED = "Bob Roe wrote:\n> Is it fine?\n\nFine."
DEEP = "Fine.\n\nOn Mon, Bob Roe wrote:\n> Is it fine?\n> On Sun, Ann Bell wrote:\n>> An older one.\n"
SUPERCITED = "    Bob> Is it\n    Bob> fine?\n\nFine."
HEADERS = "Fine.\n\nFrom: Bob Roe\nDate: Monday\nTo: Ann\nSubject: Plan\n\nIs it fine?"


@pytest.mark.parametrize(
    "text", [OUTLOOK, LOTUS, LOTUS_LINE, ATTRIBUTED, GERMAN, NAMED, DEEP, HEADERS], ids=lambda text: text[:25]
)
def test_an_answer_is_parted_from_what_it_answers(text: str) -> None:
    typed = typed_part(text)
    assert (typed.text, typed.quoted, typed.cuts) == ("Fine.", "Is it fine?", ("quote",))


def test_indented_and_named_quotations_are_known() -> None:
    typed = typed_part(SUPERCITED)
    assert (typed.text, typed.quoted) == ("Fine.", "Is it\nfine?")


@pytest.mark.parametrize(
    "text", [OUTLOOK, LOTUS, ATTRIBUTED, DEEP, "Hi Bob,\n\nfine.\n\nRegards,\nAnn\nSales"]
)
def test_what_was_cleaned_is_clean(text: str) -> None:
    cleaned = labelled(Document("ann", text))
    assert isinstance(cleaned, Document) and labelled(cleaned) == cleaned


def test_answers_between_quoted_lines_all_stay() -> None:
    typed = typed_part("> Is it fine?\n\nYes.\n\n> And this?\n\nNo.")
    assert (typed.text, typed.quoted) == ("Yes.\n\nNo.", "Is it fine?\nAnd this?")


@pytest.mark.parametrize(
    ("text", "cuts"),
    [
        ("FYI\n\n---------------------- Forwarded by Ann Bell on 05/14/2001 -----\n\nLong ago", ("forward",)),
        ("FYI\n\nBegin forwarded message:\n\nFrom: Bob\n\nLong ago", ("forward",)),
        ("FYI\n-- \nAnn Bell\nHead of Sales", ("signature",)),
        ("FYI\n\nThis e-mail is intended only for the use of the addressee.", ("disclaimer",)),
        ("FYI\n\nSent from my phone", ("disclaimer",)),
        ("FYI\n\n_______________________________________________\nA mailing list\nlist@x", ("signature",)),
        (
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nFYI\n-----BEGIN PGP SIGNATURE-----\nx",
            ("signature",),
        ),
        ("FYI", ()),
    ],
)
def test_what_others_wrote_is_cut_and_named(text: str, cuts: tuple[str, ...]) -> None:
    typed = typed_part(text)
    assert (typed.text, typed.cuts) == ("FYI", cuts)


@pytest.mark.parametrize(
    "text",
    [
        "This is what Bob wrote:\n\nit is fine.",
        "To: be or not to be",
        "I was not the intended recipient, but I read it.\n\nSo what?",
        "On Monday we meet.\nBring this: a pen",
        "a > b, and b > c",
        "mysql> select",
        "one\n------------------------------\n" + "two\n" * 20 + "three",
    ],
)
def test_typed_lines_that_look_alike_stay(text: str) -> None:
    assert typed_part(text).text == text


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([*OUTLOOK.split("\n"), *DEEP.split("\n"), "-- ", "Regards,", "Ann"]), max_size=20
    )
)
def test_cleaning_only_takes_away_and_labels_are_the_ends(lines: list[str]) -> None:
    cleaned = labelled(Document("ann", "\n".join(lines)))
    if isinstance(cleaned, Document):
        again = labelled(cleaned)
        assert not isinstance(again, Document) or len(again.text) <= len(cleaned.text)
        assert cleaned.text.startswith(cleaned.greeting) and cleaned.text.endswith(cleaned.closing)
        assert len(cleaned.greeting) + len(cleaned.closing) <= len(cleaned.text)


@pytest.mark.parametrize(
    ("text", "greeting"),
    [
        ("Hi Susan,\n\nyes", "Hi Susan,"),
        ("Hi Bob, could you", "Hi Bob,"),
        ("Dear Mr. Roe:\nyes", "Dear Mr. Roe:"),
        ("Good morning\n\nyes", "Good morning"),
        ("Bob and Ann,\nyes", "Bob and Ann,"),
        ("Hallo zusammen,\n\nja", "Hallo zusammen,"),
        ("Hi", "Hi"),
        ("High time, Bob", ""),
        ("Hello is what he said when he came", ""),
        ("Yes,\n", "Yes,"),
    ],
)
def test_greetings(text: str, greeting: str) -> None:
    assert greeting_of(text) == greeting


@pytest.mark.parametrize(
    ("text", "closing"),
    [
        ("Yes.\n\nBest regards,\nAnn", "Best regards,\nAnn"),
        ("Yes.\nThanks!", "Thanks!"),
        ("Yes.\n\nMit freundlichen Grüßen\n\nAnn Bell", "Mit freundlichen Grüßen\n\nAnn Bell"),
        ("Yes.\n\nAnn", "Ann"),
        ("Yes.\nAnn said no", ""),
        ("Thanks for the plan. It is fine.", ""),
    ],
)
def test_closings(text: str, closing: str) -> None:
    assert closing_of(text) == closing


def test_what_stands_below_the_name_goes_and_a_postscript_stays() -> None:
    assert signed_part("Yes.\n\nRegards,\nAnn\nSales\n+1 713 555 0100") == "Yes.\n\nRegards,\nAnn"
    text = "Yes.\n\nRegards,\nAnn\n\nPS: did you see the plan that I sent on Friday, with all of the new numbers?"
    assert signed_part(text) == text


@settings(deadline=None)
@given(st.text(alphabet="ab \n.,", max_size=300))
def test_joining_lines_loses_no_word(text: str) -> None:
    assert unwrapped(text).split() == text.split()
