"""Rows and packs give back what was put in; ids of many messages at once equal those learned one by one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.ngram.lexicon import Lexicon
from foretype.ngram.memory import Memory
from foretype.personal.records import (
    Message,
    hash_lexicon,
    make_memory,
    make_packs,
    open_memory,
    read_row,
    read_texts,
    write_row,
)
from foretype.text.words import split_words

LEXICON = Lexicon(["let", "me", "know", "⁀,", "\n"])
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80) | st.just(
    "let me know, Susan\n\nbye " * 30
)
MESSAGE = st.builds(Message, st.integers(-(10**11), 10**11), TEXT.map(split_words).filter(bool).map(tuple))
MESSAGES = st.lists(MESSAGE, max_size=6)


@settings(deadline=None)
@given(MESSAGE)
def test_a_row_gives_the_message_back(message: Message) -> None:
    assert read_row(write_row(message)) == message


@settings(deadline=None)
@given(MESSAGES)
def test_packs_give_the_messages_back_in_order(messages: list[Message]) -> None:
    packs = make_packs(messages, LEXICON, hash_lexicon(LEXICON))
    assert [message for pack in packs for message in read_texts(pack.texts)] == messages


@settings(deadline=None)
@given(MESSAGES, st.lists(MESSAGE, max_size=3), st.integers(0, 6))
def test_an_opened_memory_equals_one_that_learned_word_by_word(
    packed: list[Message], rows: list[Message], cut: int
) -> None:
    twin = Memory(LEXICON)
    for message in [*packed, *rows]:
        twin.learn_one(message.words)
    first = make_packs(packed[:cut], LEXICON, b"hash")
    known = [word for pack in first for word in pack.strange.decode().split("\n")]
    packs = [*first, *make_packs(packed[cut:], LEXICON, b"hash", before=known)]
    opened = open_memory([(pack.index, pack.strange) for pack in packs], map(write_row, rows), LEXICON)
    for memory in (opened, make_memory([*packed, *rows], LEXICON)):
        assert memory.stream.tolist() == twin.stream.tolist()
        assert memory.strange == twin.strange
