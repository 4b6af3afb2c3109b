"""Context as tokens: one order, each token of its field, nothing longer than said."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.corpus.documents import Document
from foretype.lm.fields import (
    DAYS,
    FIELD_TOKENS,
    HOURS,
    MAX_SUBJECT,
    PREVIOUS,
    PREVIOUS_BEGINNING,
    PREVIOUS_END,
    SUBJECT,
    Field,
    both_ends,
    context_ids,
    envelope,
    recipients_token,
)

HOME = "example.com"


class Spelled:
    """A vocabulary that remembers what it was asked for: the id of a word is its place."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def ids(self, words: Sequence[str]) -> list[int]:
        first = len(self.words)
        self.words += words
        return list(range(first, len(self.words)))


def fields_of(document: Document) -> list[tuple[str, Field]]:
    spelled = Spelled()
    found = context_ids(document, spelled, home=HOME)
    assert len(found.ids) == len(found.fields)
    return [(spelled.words[id], Field(field)) for id, field in zip(found.ids, found.fields, strict=True)]


def test_fields_stand_in_one_order_behind_their_separators() -> None:
    document = Document("jo", "Yes.", subject="Re: lunch", previous="Are you in?", people=("jo@example.com",))
    found = fields_of(document)
    kinds = [field for _, field in found]
    assert kinds[:4] == [Field.RECIPIENTS, Field.HOUR, Field.WEEKDAY, Field.LOCALE]
    at = [found.index((mark, Field.NONE)) for mark in (PREVIOUS, SUBJECT)]
    assert at[0] == 4 < at[1]
    assert set(kinds[at[0] + 1 : at[1]]) == {Field.PREVIOUS}
    assert set(kinds[at[1] + 1 :]) == {Field.SUBJECT}
    assert "lunch" in [word for word, field in found if field is Field.SUBJECT]


def test_an_empty_context_still_has_envelope_and_separators() -> None:
    words = [word for word, _ in fields_of(Document("jo", "Hi"))]
    assert words == ["<|to-one-nobody|>", HOURS[-1], DAYS[-1], "<|en-US|>", PREVIOUS, SUBJECT]
    assert set(words) <= set(FIELD_TOKENS)


@given(previous=st.text(max_size=400), subject=st.text(max_size=200))
def test_no_field_is_longer_than_said_and_the_text_itself_never_leaks(previous: str, subject: str) -> None:
    found = fields_of(Document("jo", "SECRET", subject=subject, previous=previous))
    of = [field for _, field in found]
    assert of.count(Field.PREVIOUS) <= PREVIOUS_BEGINNING + PREVIOUS_END
    assert of.count(Field.SUBJECT) <= MAX_SUBJECT
    if "SECRET" not in previous + subject:
        assert "SECRET" not in [word for word, _ in found]


@given(st.lists(st.integers(), max_size=200))
def test_both_ends_of_a_long_message_stay_and_a_short_one_is_whole(numbers: list[int]) -> None:
    words = [str(number) for number in numbers]
    kept = both_ends(words)
    assert len(kept) == min(len(words), PREVIOUS_BEGINNING + PREVIOUS_END)
    assert kept[:PREVIOUS_BEGINNING] == words[:PREVIOUS_BEGINNING]
    assert kept[-PREVIOUS_END:] == words[-PREVIOUS_END:]


@pytest.mark.parametrize(
    ("sent_at", "hour", "day"),
    [
        ("2001-05-31T23:27:05-07:00", "<|hour-23|>", "<|day-3|>"),  # the sender's own hour
        ("2001-06-03T00:00:00", "<|hour-0|>", "<|day-6|>"),
        ("yesterday", "<|hour-none|>", "<|day-none|>"),
        (None, "<|hour-none|>", "<|day-none|>"),
    ],
)
def test_time_is_the_senders_and_an_unreadable_one_is_none(sent_at: str | None, hour: str, day: str) -> None:
    words = [word for word, _ in envelope(Document("jo", "Hi", sent_at=sent_at), home=HOME)]
    assert words[1:3] == [hour, day]


@pytest.mark.parametrize(
    ("people", "token"),
    [
        ((), "<|to-one-nobody|>"),
        (("jo@x.com", "ann@x.com"), "<|to-one-inside|>"),
        (("jo@x.com", "ann@X.COM", "bob"), "<|to-few-inside|>"),
        (("jo", "ann@example.com"), "<|to-one-inside|>"),  # no domain of its own: the corpus's home
        (("jo@x.com", *(f"p{n}@x.com" for n in range(5))), "<|to-many-inside|>"),
        (("jo@x.com", "ann@x.com", "eve@y.com"), "<|to-few-outside|>"),
    ],
)
def test_recipients_are_counted_and_placed(people: tuple[str, ...], token: str) -> None:
    assert recipients_token(people, home=HOME) == token
