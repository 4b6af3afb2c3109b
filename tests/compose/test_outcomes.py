"""What the composer tells of its suggestions: each that was shown ends once, with what was known when it was shown."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from foretype.compose import sessions as sessions_module
from foretype.compose.composer import Composer
from foretype.compose.outcomes import Ended
from foretype.compose.request import OutcomeKind, Request
from foretype.compose.situation import Rates

from .conftest import MakeComposer


@dataclass
class Heard:
    """Outcomes as they come."""

    ended: list[Ended] = field(default_factory=list)
    settled: list[tuple[str, bool]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    is_closed: bool = False

    def record(self, ended: Ended) -> None:
        self.ended.append(ended)

    def settle(self, answer_id: str, *, persisted: bool) -> None:
        self.settled.append((answer_id, persisted))

    def rates(self, user: str) -> Rates:
        return Rates(shown=9, taken=3)

    def forget(self, user: str) -> bool:
        self.forgotten.append(user)
        return True

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def composer(make_composer: MakeComposer, heard: Heard) -> Composer:
    return make_composer(outcomes=heard)


def typed(composer: Composer, *texts: str, user: str | None = "u1", session: str | None = "m") -> list[str]:
    """Ask behind each text; the answers' ids."""
    return [composer.answer(Request(text, user=user, session=session)).id for text in texts]


def kinds(heard: Heard) -> list[OutcomeKind]:
    return [ended.outcome for ended in heard.ended]


def test_a_word_written_letter_by_letter_was_one_suggestion(composer: Composer, heard: Heard) -> None:
    first, *_ = typed(composer, "Thanks f", "Thanks fo", "Thanks for", "Thanks for ")
    composer.release("m")
    assert heard.ended[0].answer_id == first
    assert heard.ended[0].outcome in (OutcomeKind.TYPED, OutcomeKind.IGNORED)
    assert heard.ended[0].user == "u1" and heard.ended[0].model == "background"


def test_what_came_at_once_was_taken(composer: Composer, heard: Heard) -> None:
    text = "Thanks f"
    answer = composer.answer(Request(text, session="m"))
    grey = answer.suggestions[0].text
    typed(composer, text + grey, user=None)
    assert kinds(heard) == [OutcomeKind.ACCEPTED]
    assert heard.ended[0].characters == len(grey) and heard.ended[0].path.text == grey


def test_the_client_is_believed_and_heard_once(composer: Composer, heard: Heard) -> None:
    [id] = typed(composer, "Thanks f")
    for _ in range(2):
        assert composer.feedback(id, OutcomeKind.REJECTED, characters=0)
    typed(composer, "Thanks fo")
    assert kinds(heard)[:1] == [OutcomeKind.REJECTED]
    assert not composer.feedback("unknown", OutcomeKind.REJECTED, characters=0)


def test_feedback_may_name_any_answer_that_showed_the_suggestion(composer: Composer, heard: Heard) -> None:
    first, second = typed(composer, "Thanks f", "Thanks fo")
    assert composer.feedback(second, OutcomeKind.ACCEPTED, characters=3, persisted=None)
    assert composer.feedback(second, OutcomeKind.ACCEPTED, characters=3, persisted=True)
    assert [ended.answer_id for ended in heard.ended] == [first]
    assert heard.settled == [(first, True)]


def test_an_answer_that_never_reached_the_writer_has_no_outcome(composer: Composer, heard: Heard) -> None:
    [id] = typed(composer, "Thanks f")
    composer.withdraw(id)
    composer.withdraw("unknown")
    composer.release("m")
    assert heard.ended == []


def test_what_stood_there_before_an_overtaken_answer_still_ends(composer: Composer, heard: Heard) -> None:
    first, second = typed(composer, "Thanks f", "Thanks fo")
    composer.withdraw(second)
    composer.release("m")
    assert [ended.answer_id for ended in heard.ended] == [first]


def test_without_a_session_only_the_client_knows(composer: Composer, heard: Heard) -> None:
    one, _ = typed(composer, "Thanks f", "Thanks fo", session=None)
    assert heard.ended == []
    composer.feedback(one, OutcomeKind.ACCEPTED, characters=3)
    assert kinds(heard) == [OutcomeKind.ACCEPTED]


def test_silence_has_no_outcome(composer: Composer, heard: Heard) -> None:
    answer = composer.answer(Request("", session="m", suffix="already inside"))
    assert answer.silence and composer.feedback(answer.id, OutcomeKind.IGNORED, characters=0)
    composer.release("m")
    assert heard.ended == []


def test_a_message_that_is_left_ignored_what_it_showed(
    composer: Composer, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions_module, "MAX_SESSIONS", 1)
    typed(composer, "Thanks f", session="one")
    typed(composer, "Thanks f", session="two")
    assert kinds(heard) == [OutcomeKind.IGNORED]
    composer.close()
    assert kinds(heard) == [OutcomeKind.IGNORED] * 2 and heard.is_closed


def test_forgetting_a_user_forgets_outcomes_too(composer: Composer, heard: Heard) -> None:
    typed(composer, "Thanks f")
    assert composer.forget("u1")
    assert heard.forgotten == ["u1"] and kinds(heard) == [OutcomeKind.IGNORED]


def test_a_decision_knows_what_happened_before(composer: Composer, heard: Heard) -> None:
    typed(composer, "Thanks f", "Thanks x", "Thanks f", "Thanks fo")
    composer.release("m")
    last = heard.ended[-1].situation
    assert last.past.ignored >= 1 and last.rates == Rates(shown=9, taken=3) and last.has_user
