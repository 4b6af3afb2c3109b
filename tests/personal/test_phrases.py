"""Phrases against their slow twin: count every sequence, by hand."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.personal.phrases import BOUNDARY, MAX_WORDS, cut_phrase, find_phrases
from foretype.personal.records import Message
from foretype.text.words import is_word

WORDS = st.sampled_from(["let", "me", "know", "Let", "⁀,", "\n", "<num>", "Zyx"])
MESSAGES = st.lists(
    st.builds(Message, st.integers(0, 10**9), st.lists(WORDS, min_size=1, max_size=12).map(tuple)), max_size=8
)
SIGNATURE = ("with", "best", "wishes", "from", "all", "of", "us", "here", "in", "old", "Vienna", "town")


def slow_counts(messages: list[Message]) -> Counter[tuple[str, ...]]:
    """How often every sequence of up to five words occurs, unbroken."""
    return Counter(
        window
        for message in messages
        for size in range(1, MAX_WORDS + 1)
        for at in range(len(message.words) - size + 1)
        if all(map(is_word, window := message.words[at : at + size]))
    )


@settings(deadline=None)
@given(MESSAGES)
def test_counts_and_dates_are_those_of_the_slow_twin(messages: list[Message]) -> None:
    counts = slow_counts(messages)
    for phrase in find_phrases(messages, knows=lambda word: word != "Zyx"):
        words = tuple(phrase.text.split(" "))
        assert phrase.count == counts[words] and phrase.words == len(words)
        assert phrase.count >= 2 or words == ("Zyx",)
        holders = [message.sent_s for message in messages if slow_counts([message])[words]]
        assert phrase.last.timestamp() == max(holders)


@settings(deadline=None)
@given(MESSAGES)
def test_every_repeated_longest_sequence_overlaps_a_listed_one(messages: list[Message]) -> None:
    listed = [phrase.text.split(" ") for phrase in find_phrases(messages, knows=lambda _: True)]
    heard = {word for words in listed for word in words}
    repeated = [
        words for words, count in slow_counts(messages).items() if count >= 2 and len(words) == MAX_WORDS
    ]
    assert all(heard & set(words) for words in repeated)


def test_a_signature_shows_as_few_phrases_not_as_every_window() -> None:
    messages = [Message(0, ("hello", name, "⁀,", *SIGNATURE)) for name in ("Anna", "Ben", "Cleo")]
    listed = find_phrases(messages, knows=lambda _: True)
    assert len(listed) <= 4
    assert set(SIGNATURE) - {word for phrase in listed for word in phrase.text.split(" ")} <= {"town", "with"}


def test_a_part_is_listed_only_where_it_stands_by_itself() -> None:
    whole = Message(0, ("please", "let", "me", "know"))
    part = Message(0, ("let", "me", "see"))
    assert [found.text for found in find_phrases([whole, whole, part], knows=lambda _: True)] == [
        "please let me know"
    ]
    listed = find_phrases([whole, whole, part, Message(0, ("let", "me", "go"))], knows=lambda _: True)
    assert {found.text: found.count for found in listed} == {"please let me know": 2, "let me": 4}


@settings(deadline=None)
@given(MESSAGES, st.lists(WORDS, min_size=1, max_size=3))
def test_a_cut_phrase_is_nowhere_left_and_nothing_else_is_lost(
    messages: list[Message], words: list[str]
) -> None:
    if BOUNDARY in words:
        return
    kept, num_cut = cut_phrase(messages, words)
    wanted = tuple(word.casefold() for word in words)
    for message in kept:
        folded = tuple(word.casefold() for word in message.words)
        assert wanted not in {folded[at : at + len(wanted)] for at in range(len(folded))}
    again, num_again = cut_phrase(kept, words)
    assert (again, num_again) == (kept, 0)
    assert num_cut or kept == [message for message in messages if any(map(is_word, message.words))]
