"""What is shown agrees with what was typed, letter for letter, and ends where a word ends."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.compose.composer import Composer
from foretype.compose.gate import Gate
from foretype.compose.request import Context, Request
from foretype.compose.strengths import Strengths
from foretype.ngram.automaton import Automaton
from foretype.text.words import ENTITIES, is_break, split_words
from small_world import Memories, letters, small_background

TEXTS = [letter.text for letter in letters()]
cuts = st.sampled_from(TEXTS).flatmap(lambda text: st.integers(0, len(text)).map(lambda at: text[:at]))
typings = st.sampled_from([str, str.upper, str.lower, str.title])


@pytest.fixture(scope="module")
def chatty(background: Automaton) -> Composer:
    """A composer that shows whatever it has, and knows a writer's odd words."""
    memories = Memories(background)
    memories.learn("u1", "The Zürich-Büro's o'clock (TGIF) e-mail. iPhone ﬁrst ßtraße.", context=Context())
    gate = Gate(wrong_look=0.0, right_look=-0.9, min_prob=0.0)  # single letters too
    return Composer(background, store=memories, strengths=Strengths(), gate=gate)


@settings(max_examples=150, deadline=None)
@given(cut=cuts, typing=typings, user=st.sampled_from([None, "u1"]))
def test_suggestions_go_on_from_the_letters_typed(
    chatty: Composer, background: Automaton, cut: str, typing: type[str], user: str | None
) -> None:
    text = typing(cut)
    typed = text.split("\n")[-1].rpartition(" ")[2]
    memory = chatty.store.memory("u1")
    known = {word.casefold() for word in [*background.lexicon.words, *(memory.strange if memory else [])]}
    for suggestion in chatty.suggest(text, user=user, n=4).suggestions:
        if suggestion.text[0].isalnum():
            whole = (typed + suggestion.text).split()[0].strip('.,:;!?()"')
            assert whole.casefold() in known, "no letters in it but those of a word"


@settings(max_examples=150, deadline=None)
@given(cut=cuts, user=st.sampled_from([None, "u1"]))
def test_suggestions_hold_whole_words_of_one_line(chatty: Composer, cut: str, user: str | None) -> None:
    for suggestion in chatty.suggest(cut, user=user, n=4).suggestions:
        assert "\n" not in suggestion.text
        assert "  " not in suggestion.text
        assert not (cut.endswith((" ", "\n")) and suggestion.text[:1].isspace())
        assert suggestion.text.strip(), "something to read"


@settings(max_examples=150, deadline=None)
@given(cut=cuts, opener=st.sampled_from(["", "<", "<n", "</", "<u", "⁀"]))
def test_no_token_that_is_ours_is_ever_shown(chatty: Composer, cut: str, opener: str) -> None:
    for suggestion in chatty.suggest(cut + opener, user="u1", n=4).suggestions:
        shown = opener + suggestion.text
        assert not any(token in shown for token in [*ENTITIES, "<unk>", "<s>", "</s>"])
        assert "⁀" not in suggestion.text


@settings(max_examples=150, deadline=None)
@given(cut=cuts)
def test_taking_a_suggestion_leaves_text_that_reads_the_same(chatty: Composer, cut: str) -> None:
    for suggestion in chatty.suggest(cut, n=3).suggestions:
        words = split_words(cut + suggestion.text)
        assert not is_break(words[-1])
        assert words == split_words(cut + suggestion.text.rstrip() + " "), "it ends where a word ends"


def test_a_word_learned_with_odd_letters_is_completed_as_it_was_written(chatty: Composer) -> None:
    for typed, rest in (("Zü", "rich-Büro's"), ("ﬁ", "rst"), ("ß", "traße"), ("iPh", "one")):
        [best] = chatty.suggest(f"see the {typed}", user="u1").suggestions
        assert best.text.startswith(rest)


def test_capitals_that_become_two_letters_are_not_guessed(chatty: Composer) -> None:
    """ "ß" in capitals is "SS": the letters typed would not be those shown."""
    for suggestion in chatty.suggest("see the SS", user="u1", n=4).suggestions:
        assert ("SS" + suggestion.text).startswith("SSTRASSE") or not suggestion.text.startswith("TRA")


def test_a_sentence_begins_with_a_capital_and_goes_on_without(composer: Composer) -> None:
    assert composer.suggest("Hi Susan,\n\n").suggestions[0].text[0].isupper()
    assert composer.suggest("See you there. ").suggestions[0].text[0].isupper()
    assert composer.suggest("Please find attached ").suggestions[0].text.startswith("the ")


def test_a_writer_of_small_letters_gets_small_letters(composer: Composer) -> None:
    text = "i think that we should meet on Monday. please let me know. "
    assert composer.suggest(text).suggestions[0].text[0].islower()


def test_small_letters_at_a_sentence_start_are_completed_as_typed(composer: Composer) -> None:
    assert composer.suggest("thi").suggestions[0].text.startswith("nk")
    assert composer.suggest("ple").suggestions[0].text.startswith("ase")


def test_a_capital_at_a_sentence_start_finds_the_small_word(composer: Composer) -> None:
    """ "Thanks" itself is a word of the small world too, and must not hide "thanks"."""
    for typed, rest in (("Thank", "s"), ("Ple", "ase"), ("Loo", "king")):
        suggestions = composer.suggest(f"See you there. {typed}", n=3).suggestions
        assert any(suggestion.text.startswith(rest) for suggestion in suggestions)


def test_words_in_capitals_are_completed_in_capitals(composer: Composer) -> None:
    assert composer.suggest("PLE").suggestions[0].text.startswith("ASE")
    assert composer.suggest("Please find ATTA").suggestions[0].text.startswith("CHED")


def test_marks_stand_where_they_belong(composer: Composer) -> None:
    for text in ("I don't ", "I don'", "I don"):
        [best] = composer.suggest(text).suggestions
        assert best.text.startswith({"I don't ": "have", "I don'": "t have", "I don": "'t have"}[text])
    assert composer.suggest("I don't have it (see \"rep").suggestions[0].text.startswith('ort"')
    assert composer.suggest("Thank you for the agenda, James. Thanks").suggestions[0].text.startswith(", ")
    assert not composer.suggest("Hi Susan ").suggestions[0].text.startswith((",", " "))


@pytest.mark.parametrize(
    "text", ["see http://exam", "see http://example.com/re", "ask bob@ex", "call 555123"]
)
def test_links_addresses_and_long_numbers_are_left_alone(composer: Composer, text: str) -> None:
    assert not composer.suggest(text).suggestions


def test_the_list_is_best_first_and_says_each_thing_once(composer: Composer) -> None:
    answer = composer.suggest("Please send the ", n=3)
    texts = [suggestion.text for suggestion in answer.suggestions]
    firsts = [suggestion.word_confidences[0] for suggestion in answer.suggestions]
    assert len(set(texts)) == len(texts) == 3
    assert firsts == sorted(firsts, reverse=True)


@settings(max_examples=60, deadline=None)
@given(cut=cuts, num_words=st.integers(1, 12))
def test_confidences_are_probabilities_that_fall_along_the_words(
    chatty: Composer, cut: str, num_words: int
) -> None:
    for suggestion in chatty.answer(Request(cut, n=3, max_words=num_words)).suggestions:
        sure = suggestion.word_confidences
        assert suggestion.words == len(suggestion.text.split()) == len(sure) == len(suggestion.word_sources)
        assert 0 <= suggestion.confidence == sure[-1] <= 1
        assert list(sure) == sorted(sure, reverse=True)
        for sources in (suggestion.sources, *suggestion.word_sources):
            assert sum(sources.values()) == pytest.approx(1)


def test_no_more_words_than_asked_for(background: Automaton, composer: Composer) -> None:
    text = "i think that we should "
    assert composer.answer(Request(text, max_words=12)).suggestions[0].words > 1
    assert composer.answer(Request(text, max_words=1)).suggestions[0].words == 1


def test_the_background_is_the_same_whenever_it_is_built(
    background: Automaton, tmp_path_factory: pytest.TempPathFactory
) -> None:
    again = small_background(tmp_path_factory.mktemp("again") / "background.ngram")
    assert again.lexicon.words == background.lexicon.words
