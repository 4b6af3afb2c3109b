"""Adapters in the composer: chosen by the request, and no answer of one is ever taken for another's."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foretype.compose.composer import Composer
from foretype.compose.request import Answer, Request
from foretype.errors import InputError
from scripted_lm import ScriptedLm

from .conftest import MakeComposer

LOADED = ("sales", "support")
TEXTS = ("Please find ", "Please find att", "Thanks for the ", "Let me know if ")


@pytest.fixture
def lm() -> ScriptedLm:
    return ScriptedLm(loaded=LOADED)


def ask(composer: Composer, text: str, adapter: str | None, session: str | None = "m") -> Answer:
    return composer.answer(Request(text, session=session, adapter=adapter, n=3, deadline_ms=60_000))


def shown(answer: Answer) -> list[tuple[str, float]]:
    return [(suggestion.text, round(suggestion.confidence, 6)) for suggestion in answer.suggestions]


def test_the_named_adapter_is_asked(with_lm: Composer, lm: ScriptedLm) -> None:
    answer = ask(with_lm, "Please find ", "sales")
    assert {asked.speaker for asked in lm.asked} == {"sales"}
    assert answer.model == "background+scripted/sales"


def test_an_answer_of_one_adapter_is_not_known_to_another(with_lm: Composer, lm: ScriptedLm) -> None:
    for adapter in (None, "sales", "support"):
        ask(with_lm, "Please find ", adapter)
    first = {asked.speaker: asked.tokens for asked in reversed(lm.asked)}
    assert set(first) == {"", "sales", "support"} and len(set(first.values())) == 1


def test_a_session_may_change_its_adapter_and_back(with_lm: Composer, lm: ScriptedLm) -> None:
    before = shown(ask(with_lm, "Please find ", None))
    ask(with_lm, "Please find ", "sales")
    num_asked = len(lm.asked)
    assert shown(ask(with_lm, "Please find ", None)) == before
    assert len(lm.asked) == num_asked, "what was heard before is still known"


def test_late_answers_of_the_adapter_before_are_not_heard(with_lm: Composer, lm: ScriptedLm) -> None:
    lm.is_late = True
    with_lm.answer(Request("Please find ", session="m", adapter="sales", deadline_ms=0))
    lm.is_late = False
    answer = ask(with_lm, "Please find ", "support")
    lm.answer_all()
    assert shown(ask(with_lm, "Please find ", "support")) == shown(answer)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.lists(
        st.tuples(st.sampled_from(TEXTS), st.sampled_from((None, *LOADED)), st.sampled_from("ab")), max_size=8
    )
)
def test_no_order_of_adapters_and_sessions_changes_an_answer(
    make_composer: MakeComposer, asked: list[tuple[str, str | None, str]]
) -> None:
    shared = make_composer(lm=ScriptedLm(loaded=LOADED))
    for text, adapter, session in asked:
        alone = make_composer(lm=ScriptedLm(loaded=LOADED))
        assert shown(ask(shared, text, adapter, session)) == shown(ask(alone, text, adapter))


def test_requests_that_name_none_get_the_composers_own(make_composer: MakeComposer, lm: ScriptedLm) -> None:
    composer = make_composer(lm=lm, adapter="support")
    assert ask(composer, "Please find ", None).model == "background+scripted/support"
    assert ask(composer, "Thanks for the ", "sales").model == "background+scripted/sales"
    assert {asked.speaker for asked in lm.asked} == {"support", "sales"}


def test_an_adapter_that_is_not_loaded_is_refused(with_lm: Composer, composer: Composer) -> None:
    with pytest.raises(InputError, match="not loaded"):
        ask(with_lm, "Please find ", "legal")
    with pytest.raises(InputError, match="no language model"):
        ask(composer, "Please find ", "legal")
    assert ask(with_lm, "Please find ", None).suggestions, "the session goes on"
