"""A memory answers what a dict over its messages answers, for any text a person may send."""

from __future__ import annotations

import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.ngram.lexicon import Lexicon
from foretype.ngram.memory import Memory
from foretype.text.words import END, START, TIE

LEXICON = Lexicon([START, END, "a", "b", "c", "d"])
WORDS = st.sampled_from(["a", "b", "c", "d", "strange", "stranger", "🙂", "\ud800"])
MESSAGES = st.lists(st.lists(WORDS, max_size=8), max_size=8)
LAST = chr(sys.maxunicode)


def taught(messages: list[list[str]]) -> Memory:
    memory = Memory(LEXICON)
    for message in messages:
        memory.learn_one(message)
    return memory


@settings(max_examples=100, deadline=None)
@given(MESSAGES, st.lists(WORDS, max_size=4))
def test_follows_counts_what_a_dict_counts(messages: list[list[str]], context: list[str]) -> None:
    stream = [word for message in messages for word in (START, *message, END)]
    follows = taught(messages).follows(LEXICON.ids(context), max_order=4)
    for order, follow in enumerate(follows):
        expected = followers(stream, context[len(context) - order :])
        assert dict(zip(follow.ids, follow.counts, strict=True)) == expected
        assert follow.total == sum(expected.values())
        asked = LEXICON.ids(["a", "never", *stream])
        assert [follow.count_of(id) for id in asked.tolist()] == [
            expected.get(id, 0) for id in asked.tolist()
        ]
    if len(follows) <= len(context):
        assert not followers(stream, context[len(context) - len(follows) :])


def followers(stream: list[str], context: list[str]) -> Counter[int]:
    """Ids that stand behind `context` in the stream; all ids for an empty one."""
    n = len(context)
    places = range(n, len(stream))
    return Counter(LEXICON.id(stream[at]) for at in places if stream[at - n : at] == context)


@settings(max_examples=60, deadline=None)
@given(MESSAGES)
def test_a_memory_restored_from_its_parts_answers_alike(messages: list[list[str]]) -> None:
    memory = taught(messages)
    again = Memory(LEXICON, memory.stream, memory.strange)
    assert again.stream.tolist() == memory.stream.tolist() and again.strange == memory.strange
    assert again.num_bytes > 0 and len(again) == len(memory)


@pytest.mark.parametrize("word", ["naïve-thing", "🙂🙂", "\ud800x", LAST + "x", "שלום", "a.b*c[", "\x00nul"])
def test_strange_words_come_back_by_id_and_by_prefix(word: str) -> None:
    memory = taught([["a", word, "other"]])
    assert memory.word(LEXICON.id(word)) == word
    for length in range(1, len(word) + 1):
        assert memory.strange_with_prefix(word[:length]) == [word]
    assert memory.strange_with_prefix(word + "x") == []


@pytest.mark.parametrize("prefix", ["zz", LAST, "\udfff", "\n", "other\n", "\nother", TIE])
def test_prefixes_that_nothing_begins_with_find_nothing(prefix: str) -> None:
    assert taught([["strange", "other"]]).strange_with_prefix(prefix) == []


def test_an_empty_memory_answers_everything_with_nothing() -> None:
    memory = Memory(LEXICON)
    assert memory.strange_with_prefix("") == [] and memory.strange == [] and memory.word(2**31) is None
    [nothing] = memory.follows(LEXICON.ids(["a"]), max_order=4)
    assert nothing.total == 0 and nothing.count_of(0) == 0


def test_a_limit_bounds_what_a_prefix_finds() -> None:
    memory = taught([[f"word{at}" for at in range(100)]])
    assert len(memory.strange_with_prefix("word", limit=7)) == 7


def test_a_learned_token_takes_at_most_five_bytes() -> None:
    memory = taught([["a", "b", "c", "d"] * 5] * 2_000)
    assert memory.num_bytes <= 5 * len(memory)
