"""Whose mail it is, what is judged by, and that nothing is judged by what came before something learned."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.corpus.documents import Document
from foretype.corpus.own_mail import MIN_MESSAGES, cut, guess_owner, own_messages, without_secrets
from foretype.errors import InputError
from own_mail import ME, SUSAN, messages


def test_the_owner_is_who_takes_part_most_even_where_another_writes_more() -> None:
    letters = [Document("news@example.org", f"Offer {n}", people=("news@example.org", ME)) for n in range(9)]
    assert guess_owner([*letters, *messages(4)]) == ME


def test_an_empty_mailbox_is_told() -> None:
    with pytest.raises(InputError, match=r"found no message with a text.*name its folder"):
        guess_owner([])


def test_only_my_own_messages_are_taken_each_once() -> None:
    mine, theirs = messages(5), messages(3, author=SUSAN)
    assert own_messages([*mine, *theirs, *mine], [ME.upper()]) == mine


def test_several_addresses_can_be_mine() -> None:
    theirs = [replace(each, text=f"{each.text} Sue") for each in messages(3, author=SUSAN)]
    assert len(own_messages([*messages(5), *theirs], [ME, SUSAN])) == 8


def test_an_address_that_wrote_nothing_is_told_with_those_that_did() -> None:
    with pytest.raises(
        InputError, match=rf"no message that bob@example.org wrote \(most are by {ME}\).*--me"
    ):
        own_messages(messages(5), ["bob@example.org"])


def test_messages_are_sorted_by_time_whatever_the_file_says() -> None:
    found = own_messages(reversed(messages(20)), [ME])
    assert found == messages(20)


def test_a_message_without_a_date_stays_behind_the_one_before_it() -> None:
    dated = messages(4)
    undated = replace(dated[1], sent_at=None, text="no date")
    assert own_messages([*dated[2:], *dated[:2], undated], [ME]) == [*dated[:2], undated, *dated[2:]]


def test_the_last_month_is_judged_by_where_it_is_a_fair_part() -> None:
    daily = [  # eight months of 28 days
        replace(each, sent_at=f"2001-0{n // 28 + 1}-{n % 28 + 1:02}") for n, each in enumerate(messages(224))
    ]
    mail = cut(daily)
    assert (len(mail.judge), mail.span) == (28, "the last month (28 messages)")


@pytest.mark.parametrize("date", [None, "2001-05-14", "no date"])
def test_the_last_tenth_is_judged_by_where_a_month_is_all_or_nothing(date: str | None) -> None:
    mail = cut([replace(each, sent_at=date) for each in messages(200)])
    assert (len(mail.learn), len(mail.tune), len(mail.judge)) == (162, 18, 20)


@given(st.integers(MIN_MESSAGES, 400))
def test_parts_follow_each_other_and_leave_nothing_out(count: int) -> None:
    written = messages(count)
    mail = cut(written)
    assert [*mail.learn, *mail.tune, *mail.judge] == written
    assert mail.learn and mail.tune and mail.judge and mail.before == written[: -len(mail.judge)]


def test_too_few_messages_are_refused_with_what_helps_instead() -> None:
    short = [replace(each, text="ok") for each in messages(500)]
    with pytest.raises(InputError, match=r"found 59 messages.*wanted 60; `foretype learn`"):
        cut([*short, *messages(59)])


def test_a_text_without_secrets_is_learned_as_it_is() -> None:
    assert without_secrets(messages(1)[0]) == messages(1)[0]
