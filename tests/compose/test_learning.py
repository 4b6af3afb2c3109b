"""What was sent is known at the next key, to its writer alone, and is gone when it is to be forgotten."""

from __future__ import annotations

import pytest

from foretype.compose.composer import Composer
from foretype.compose.request import Context, Request, Silence
from small_world import Memories

from .conftest import MakeComposer

SENT = "Greetings from the Quokka observatory, yours Wilhelmina"


def shown(composer: Composer, text: str, *, user: str | None, session: str | None = None) -> str:
    found = composer.answer(Request(text, user=user, session=session, n=3)).suggestions
    return "|".join(suggestion.text for suggestion in found)


def test_learning_changes_the_very_next_answer(composer: Composer) -> None:
    assert "okka" not in shown(composer, "Greetings from the Qu", user="u1", session="m")
    composer.learn(SENT, user="u1")
    assert "okka observatory, yours " in shown(composer, "Greetings from the Qu", user="u1", session="m")


def test_a_phrase_repeated_is_offered_before_its_first_letter(composer: Composer) -> None:
    for _ in range(3):
        composer.learn(SENT, user="u1")
    assert shown(composer, "Greetings from the ", user="u1").startswith("Quokka")


def test_what_one_writes_is_shown_to_nobody_else(composer: Composer) -> None:
    composer.learn(SENT, user="u1")
    for user in ("u2", "", "u1 ", None):
        for session in ("m", None):
            assert "okka" not in shown(composer, "Greetings from the Qu", user=user or None, session=session)
            assert "lmina" not in shown(composer, "yours Wilhe", user=user or None, session=session)


def test_a_message_without_a_user_uses_nothing_personal(composer: Composer) -> None:
    composer.learn(SENT, user="u1")
    shown(composer, "Greetings from the ", user="u1", session="m")
    answer = composer.answer(Request("Greetings from the ", session="m", n=3))
    assert all("user" not in suggestion.sources for suggestion in answer.suggestions)


def test_forgetting_takes_effect_at_the_next_key(composer: Composer) -> None:
    composer.learn(SENT, user="u1")
    assert "okka" in shown(composer, "Greetings from the Qu", user="u1", session="m")
    assert composer.forget("u1")
    assert "okka" not in shown(composer, "Greetings from the Qu", user="u1", session="m")
    assert not composer.forget("u1")


def test_words_learned_after_forgetting_do_not_bring_the_old_ones_back(composer: Composer) -> None:
    """A memory of the same length is not the same memory."""
    composer.learn("Greetings from the Quokka", user="u1")
    assert "okka" in shown(composer, "Greetings from the Qu", user="u1", session="m")
    composer.store.forget("u1")
    composer.learn("Greetings from the Quagga", user="u1")
    assert shown(composer, "Greetings from the Qu", user="u1", session="m").startswith("agga")


def test_a_teams_memory_speaks_to_all_and_under_its_own_name(make_composer: MakeComposer) -> None:
    composer = make_composer(tenant="team")
    composer.learn(SENT, user="team")
    for user in ("u1", None):
        [best] = composer.answer(Request("Greetings from the Qu", user=user)).suggestions
        assert best.text.startswith("okka") and best.sources["tenant"] > 0.5 and "user" not in best.sources


def test_this_message_and_what_it_answers_are_known_without_learning(composer: Composer) -> None:
    assert shown(composer, "The Quokka is here. I saw the Qu", user=None).startswith("okka")
    context = Context(previous="Have you seen the quetzal?")
    assert composer.suggest("I saw the que", context=context).suggestions[0].text.startswith("tzal")
    assert "tzal" not in shown(composer, "I saw the que", user=None)


def test_a_sensitive_field_is_neither_answered_nor_learned(composer: Composer, memories: Memories) -> None:
    secret = Context(sensitive=True)
    answer = composer.suggest("Thanks for the ", context=secret, user="u1")
    assert (answer.suggestions, answer.silence) == ((), Silence.SENSITIVE)
    assert composer.learn(SENT, user="u1", context=secret).num_words == 0
    assert memories.memory("u1") is None


@pytest.mark.parametrize("typed", ["Quo", "QUO"])
def test_a_learned_name_is_found_in_capitals_too(composer: Composer, typed: str) -> None:
    composer.learn(SENT, user="u1")
    found = shown(composer, f"Greetings from the {typed}", user="u1")
    assert found.startswith("KKA" if typed.isupper() else "kka")
