"""Claims about raising and resolving: when, once, and for how long."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.errors import InputError
from foretype.monitor.alarms import Alarms, Figures, Notice, Rule, Severity, Turn

RULE: Rule[float] = Rule(
    "slow",
    Severity.WARNING,
    "Too slow",
    lambda score: Figures(score, score * 100, 100.0, "ms"),
    raise_minutes=3,
    resolve_minutes=2,
)


def judged(scores: list[float], alarms: Alarms[float] | None = None) -> list[Notice]:
    alarms = alarms or make()
    return [
        notice for minute, score in enumerate(scores) for notice in alarms.judge(score, at_s=60.0 * minute)
    ]


def make() -> Alarms[float]:
    numbers = itertools.count(1)
    return Alarms((RULE,), new_id=lambda: f"a{next(numbers)}")


def test_it_has_to_be_bad_for_a_while() -> None:
    assert judged([2.0, 2.0, 0.1, 2.0, 2.0]) == []
    [notice] = judged([2.0, 2.0, 2.0])
    assert (notice.turn, notice.at_s, notice.alarm.found) == (Turn.RAISED, 120.0, 200.0)


def test_an_alarm_is_told_once_and_resolved_once() -> None:
    turns = [notice.turn for notice in judged([2.0] * 50 + [0.1] * 50)]
    assert turns == [Turn.RAISED, Turn.RESOLVED]


def test_between_the_two_marks_nothing_changes() -> None:
    assert [notice.turn for notice in judged([2.0] * 3 + [0.8, 0.9] * 20)] == [Turn.RAISED]
    assert judged([0.8, 0.9] * 20) == []


def test_both_notices_name_one_alarm_and_have_ids_of_their_own() -> None:
    raised, resolved = judged([2.0] * 3 + [0.1] * 2)
    assert raised.alarm.id == resolved.alarm.id and raised.id != resolved.id
    assert raised.alarm.since_s == resolved.alarm.since_s


def test_a_restart_tells_nobody_twice() -> None:
    before, after = make(), make()
    judged([2.0] * 3, before)
    after.restore(before.saved())
    assert after.is_firing("slow")
    assert judged([2.0] * 10, after) == []
    assert [notice.turn for notice in judged([0.1] * 2, after)] == [Turn.RESOLVED]


def test_a_rule_that_is_no_more_is_forgotten_and_rubbish_is_refused() -> None:
    before, after = make(), Alarms[float]((), new_id=str)
    judged([2.0] * 3, before)
    after.restore(before.saved())
    assert after.firing == ()
    with pytest.raises(InputError, match="alarms"):
        after.restore([{"rule": "slow"}])


@given(st.lists(st.floats(0, 3), max_size=200))
def test_turns_alternate_whatever_the_scores(scores: list[float]) -> None:
    turns = [notice.turn for notice in judged(scores)]
    assert turns == list(itertools.islice(itertools.cycle((Turn.RAISED, Turn.RESOLVED)), len(turns)))
