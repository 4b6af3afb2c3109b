"""Texts that nobody planned for get an answer or silence, never an error, and no endless work."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.compose.composer import Composer
from foretype.compose.message import message_memory, read_draft
from foretype.compose.request import Context, Request
from foretype.compose.strengths import Strengths
from foretype.ngram.automaton import Automaton
from foretype.text.prompt import MAX_TEXT_CHARS
from scripted_lm import ScriptedLm
from small_world import Memories

ODD = (
    *("🙂", "👩‍👩‍👧", "שלום", "مرحبا", "\x00", "\ud800", "\udfff", "\u202e", "\u200b", "\U0010ffff"),
    *("İ", "ß", "ǆ", "⁀", "<s>", "</s>", "<unk>", "\n", "\r\n", "\t", "\u2028", "\xa0", " ", ""),
    *("a", "Thanks", "'", '"', "(", ")", ".", "1", "12345", "http://", "@"),
)
odd_texts = st.one_of(st.lists(st.sampled_from(ODD), max_size=6).map("".join), st.text(max_size=20))


@pytest.fixture(scope="module")
def both(background: Automaton) -> Composer:
    memories = Memories(background)
    memories.learn("u1", " ".join(ODD[:10]) + " İstanbul ßtraße ǆungla", context=Context())
    return Composer(background, store=memories, strengths=Strengths(), lm=ScriptedLm())


@settings(max_examples=300, deadline=None)
@given(text=odd_texts, suffix=odd_texts, around=odd_texts)
def test_any_text_gets_an_answer(both: Composer, text: str, suffix: str, around: str) -> None:
    context = Context(subject=around, previous=around)
    for session in (None, "m"):
        answer = both.answer(
            Request(text, suffix, user="u1", session=session, context=context, n=2, deadline_ms=60_000)
        )
        assert (answer.silence is None) == bool(answer.suggestions)


@pytest.mark.parametrize("odd", [text for text in ODD if text.strip()])
def test_odd_text_before_changes_nothing_about_the_letters_typed(both: Composer, odd: str) -> None:
    [best] = both.answer(Request(f"{odd} Please find atta", deadline_ms=60_000)).suggestions
    assert best.text.startswith("ched")


def test_an_empty_text_begins_a_message(composer: Composer) -> None:
    assert composer.suggest("").suggestions[0].text.split()[0] in ("Hi", "Dear", "Let's", "Thank", "THE", "I")
    assert composer.suggest("\n \n").suggestions[0].text == composer.suggest("").suggestions[0].text


def test_an_empty_text_begins_with_its_context_in_mind(composer: Composer) -> None:
    context = Context(subject="Zeppelins", previous="Zeppelins are late. Zeppelins!")
    answer = composer.suggest("Z", context=context)
    assert answer.suggestions[0].text.startswith("eppelins")
    assert answer.suggestions[0].sources["message"] > 0.5


def test_a_very_long_message_is_read_near_its_end_only(
    background: Automaton, with_lm: Composer, lm: ScriptedLm
) -> None:
    text = "Thanks for the report, Susan. " * 3_400
    with_lm.answer(Request(text + "Please find att", session="m", deadline_ms=60_000))
    assert max(len(lm.encode("".join(text[: 3 * MAX_TEXT_CHARS]))), 1) > max(
        len(asked.tokens) for asked in lm.asked
    )


def test_an_endless_word_is_not_looked_for(composer: Composer) -> None:
    assert not composer.suggest("x" * 100_000).suggestions


def test_an_endless_earlier_message_is_read_in_part(background: Automaton) -> None:
    draft = read_draft("", background=background)
    memory = message_memory(draft, Context(previous="word " * 100_000), background=background)
    assert len(memory) < 1_000


@pytest.mark.parametrize("num_wanted", [1, 3, 10])
def test_no_more_suggestions_than_asked_for(composer: Composer, num_wanted: int) -> None:
    assert len(composer.suggest("Please ", n=num_wanted).suggestions) <= num_wanted
