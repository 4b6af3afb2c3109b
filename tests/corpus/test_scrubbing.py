"""What tells who somebody is goes; everything else stays as it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.corpus.documents import Document
from foretype.corpus.scrubbing import scrub_document, scrub_text
from foretype.corpus.shares import Shares

words = st.sampled_from(
    [
        "the",
        "Plan,",
        "(at",
        "10:30)",
        "a@b.org",
        "www.x.org",
        "713-555-0100",
        "12345678",
        "<num>",
        "\n",
        "\n\n",
        "x⁀y",
    ]
)


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("write to ann@example.org.", "write to <email>."),
        ("see https://x.example/a?b=c, or www.x.example", "see <url>, or <url>"),
        ("on enron.com", "on <url>"),
        ("call (713) 555-0100 now", "call <phone> now"),
        ("call +1 713 555 0100.", "call <phone>."),
        ("call 713/555-0100", "call <phone>"),
        ("account 123456789", "account <num>"),
        ("card 4111 1111 1111 1111", "card <phone>"),
        ("the password is hunter2, ok?", "the password is <num>, ok?"),
        ("on 5/14/2001 at 10:30, 9-10:30 or 2001-05-14", "on 5/14/2001 at 10:30, 9-10:30 or 2001-05-14"),
        ("May 14, 2001: $1200 or 50%", "May 14, 2001: $1200 or 50%"),
        ("a@b.org c@d.org", "<email>"),
        ("<mailto:a@b.org> or mailto:<email>", "<email> or <email>"),
        ("login <secret>.", "login <num>."),
        ("-" * 60 + " :-)", "-" * 60 + " :-)"),
        ("masked <phone> and <email> already", "masked <phone> and <email> already"),
        ("  two\n\n lines ", "  two\n\n lines"),
    ],
)
def test_private_things_become_entities_and_dates_stay(text: str, scrubbed: str) -> None:
    assert scrub_text(text) == scrubbed


@settings(deadline=None)
@given(st.lists(words, max_size=12).map(" ".join))
def test_what_was_scrubbed_stays_as_it_is(text: str) -> None:
    once = scrub_text(text)
    assert scrub_text(once) == once


@settings(deadline=None)
@given(st.text(alphabet="xyz ,.!?'()\n", max_size=80))  # no country is called so
def test_a_text_without_anything_private_is_not_touched(text: str) -> None:
    assert scrub_text(text) == text.rstrip()


@settings(deadline=None)
@given(st.text(max_size=80))
def test_no_text_is_fatal(text: str) -> None:
    scrub_text(text)


def test_labels_stay_the_ends_of_a_scrubbed_document() -> None:
    document = Document(
        "ann",
        "Hi Bob Roe,\n\ncall 713-555-0100.\n\nRegards,\nAnn Bell",
        subject="Re: a@b.org",
        previous="Ask Roe",
        greeting="Hi Bob Roe,",
        closing="Regards,\nAnn Bell",
    )
    found = scrub_document(document, lambda word: "<name>" if word in ("Roe", "Bell") else None)
    assert (found.greeting, found.middle, found.closing) == (
        "Hi Bob <name>,",
        "call <phone>.",
        "Regards,\nAnn <name>",
    )
    assert (found.subject, found.previous, found.holder) == ("Re: <email>", "Ask <name>", "ann")


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcde"), st.lists(st.sampled_from("uvwxyz"), max_size=5)), max_size=20
    ),
    st.integers(1, 4),
    st.integers(0, 20),
)
def test_shares_agree_with_sets_of_authors(texts: list[tuple[str, list[str]]], k: int, at: int) -> None:
    """Learned in two parts and put together, against a set for each word."""
    one, other = Shares(min_holders=k), Shares(min_holders=k)
    for some, shares in ((texts[:at], one), (texts[at:], other)):
        for holder, words in some:
            shares.learn_one(holder, words)
    one.merge(other.state())
    authors = {word: {holder for holder, words in texts if word in words} for word in "uvwxyz"}
    counts = {word: sum(words.count(word) for _, words in texts) for word in "uvwxyz"}
    assert one.common() == {word: counts[word] for word in authors if len(authors[word]) >= k}
