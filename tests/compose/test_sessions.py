"""A session makes answers quicker, never different; and what it holds is freed."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.compose import sessions as sessions_module
from foretype.compose.composer import Composer
from foretype.compose.request import Answer, Context, OutcomeKind, Request
from foretype.compose.strengths import Strengths
from foretype.ngram.automaton import Automaton
from scripted_lm import ScriptedLm
from small_world import Memories, letters

from .conftest import MakeComposer

PATIENT_MS = 60_000.0  # the language model answers in time
TEXTS = sorted({letter.text for letter in letters()})[::5]

texts = st.sampled_from(TEXTS).flatmap(lambda text: st.integers(0, len(text)).map(lambda at: text[:at]))
edits = st.one_of(
    texts,  # paste, caret moved, another message
    st.integers(1, 12),  # that many keys typed of some text
    st.integers(-12, -1),  # that many keys taken back
)


def typed_through(source: str, moves: Sequence[str | int]) -> list[str]:
    """The text before the caret after each key of a history."""
    at, found = 0, [""]
    for move in moves:
        if isinstance(move, str):
            source, at = move + source[len(move) :], len(move)
            found.append(move)
            continue
        for _ in range(abs(move)):
            at = min(max(at + (1 if move > 0 else -1), 0), len(source))
            found.append(source[:at])
    return found


def said(answer: Answer) -> list[tuple[str, float, dict[str, float]]]:
    """What an answer says, without what differs from call to call."""
    return [
        (each.text, round(each.confidence, 9), {name: round(p, 9) for name, p in each.sources.items()})
        for each in answer.suggestions
    ]


def ask(composer: Composer, text: str, **more: object) -> Answer:
    return composer.answer(Request(text, n=2, deadline_ms=PATIENT_MS, **more))  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(source=st.sampled_from(TEXTS), moves=st.lists(edits, max_size=6), hears_lm=st.booleans())
def test_an_answer_does_not_depend_on_the_keys_before(
    background: Automaton, source: str, moves: list[str | int], hears_lm: bool
) -> None:
    memories = Memories(background)
    memories.learn("u1", "Let's talk about the invoice, Susan. Thanks for nothing!", context=Context())
    lm = ScriptedLm() if hears_lm else None
    composer = Composer(background, store=memories, strengths=Strengths(), lm=lm)
    for text in typed_through(source, moves):
        with_session = ask(composer, text, session="m", user="u1")
        assert said(with_session) == said(ask(composer, text, user="u1"))
    fresh = Composer(background, store=memories, strengths=Strengths(), lm=ScriptedLm() if hears_lm else None)
    assert said(with_session) == said(ask(fresh, text, session="m", user="u1"))


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("thanks for the ", "Thanks for the "),
        ("call 5551234567 about ", "call 5559876543 about "),
        ("see http://a.example for ", "see http://b.example for "),
        ("Thanks  for the ", "Thanks for the "),
        ("Thanks\n\n\n\nfor the ", "Thanks\n\nfor the "),
    ],
)
def test_texts_with_the_same_words_are_not_taken_for_the_same(
    with_lm: Composer, lm: ScriptedLm, before: str, now: str
) -> None:
    ask(with_lm, before, session="m")
    answer = ask(with_lm, now, session="m")
    assert said(answer) == said(ask(with_lm, now))


def test_another_context_is_heard_at_once(with_lm: Composer) -> None:
    plain, subject = Context(), Context(subject="The zeppelin", previous="Will you take the zeppelin?")
    ask(with_lm, "We take the z", session="m", context=plain)
    answer = ask(with_lm, "We take the z", session="m", context=subject)
    assert answer.suggestions[0].text.startswith("eppelin")
    assert said(ask(with_lm, "We take the z", session="m", context=plain)) == said(
        ask(with_lm, "We take the z")
    )


def test_letters_of_a_word_cost_no_step_of_the_language_model(with_lm: Composer, lm: ScriptedLm) -> None:
    for text in ("Please find ", "Please find a", "Please find at", "Please find att", "Please find at"):
        ask(with_lm, text, session="m")
    distinct = {asked.tokens for asked in lm.asked}
    assert len(distinct) == len(lm.asked), "nothing was asked twice"
    waited = [asked for asked in lm.asked if asked.tokens == lm.asked[0].tokens]
    assert len(waited) == 1


def test_typing_through_a_suggestion_asks_the_model_nothing_new(with_lm: Composer, lm: ScriptedLm) -> None:
    lm.sure_of = "i think that we should meet on Monday"
    text = "i think that we sh"
    first = ask(with_lm, text, session="m").suggestions[0].text
    assert len(first.split()) > 2
    word_end = len(first.split()[0])
    before = len(lm.asked)
    for end in range(1, word_end + 1):
        answer = ask(with_lm, text + first[:end], session="m")
        assert answer.lm_steps == 0
    assert len(lm.asked) == before


def test_what_follows_an_accepted_word_was_read_ahead(with_lm: Composer, lm: ScriptedLm) -> None:
    [shown] = ask(with_lm, "Could you send me the re", session="m").suggestions[:1]
    accepted = "Could you send me the re" + shown.text.split()[0] + " "
    lm.is_late = True  # nothing new can be answered now
    assert ask_soon(with_lm, accepted).suggestions[0].sources["lm"] > 0


def ask_soon(composer: Composer, text: str) -> Answer:
    return composer.answer(Request(text, session="m", deadline_ms=1.0))


def test_a_finished_message_frees_the_models_cache(with_lm: Composer, lm: ScriptedLm) -> None:
    ask(with_lm, "Hi ", session="m", user="u1")
    ask(with_lm, "Hi ", session="n", user="u1")
    with_lm.release("m")
    assert [name.split("\x1f")[-1] for name in lm.released] == ["m"]
    with_lm.release("unknown")


def test_a_question_without_a_session_leaves_nothing_behind(with_lm: Composer, lm: ScriptedLm) -> None:
    ask(with_lm, "Hi ")
    assert {asked.session for asked in lm.asked} == set(lm.released)


def test_the_oldest_of_too_many_sessions_is_freed(
    with_lm: Composer, lm: ScriptedLm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions_module, "MAX_SESSIONS", 2)
    for name in ("a", "b", "a", "c"):
        ask(with_lm, "Hi ", session=name)
    assert [released.split("\x1f")[-1] for released in lm.released] == ["b"]


def test_people_with_the_same_session_name_do_not_share_it(with_lm: Composer, lm: ScriptedLm) -> None:
    for user in ("u1", "u2", None):
        ask(with_lm, "Hi ", session="m", user=user)
    assert len({asked.session for asked in lm.asked}) == 3


@pytest.mark.parametrize("sessions", [("m",), ("a", "b", "c", "d")])
def test_keys_from_many_threads_get_the_answers_they_would_get_alone(
    make_composer: MakeComposer, lm: ScriptedLm, sessions: tuple[str, ...]
) -> None:
    composer, alone = make_composer(lm=lm), make_composer(lm=ScriptedLm())
    keys = [TEXTS[0][:at] for at in range(0, 90, 3)]
    wanted = {text: said(ask(alone, text)) for text in keys}
    wrong: list[str] = []

    def type_all(session: str, order: int) -> None:
        for text in keys[::order]:
            if said(ask(composer, text, session=session)) != wanted[text]:
                wrong.append(text)

    threads = [
        threading.Thread(target=type_all, args=(sessions[number % len(sessions)], (1, -1)[number % 2]))
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_feedback_is_taken_for_answers_that_were_given(make_composer: MakeComposer) -> None:
    composer = make_composer()
    answer = composer.suggest("Hi ")
    assert composer.feedback(answer.id, OutcomeKind.ACCEPTED, characters=3)
    assert not composer.feedback("no such answer", OutcomeKind.ACCEPTED, characters=3)


def test_feedback_knows_the_recent_answers_only(
    make_composer: MakeComposer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions_module, "MAX_ANSWERS", 2)
    ids = iter("abc")
    composer = make_composer(new_id=lambda: next(ids))
    for _ in range(3):
        composer.suggest("Hi ")
    known = [composer.feedback(id, OutcomeKind.IGNORED, characters=0) for id in "abc"]
    assert known == [False, True, True]
