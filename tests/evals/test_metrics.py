"""The figures, checked on replays written down by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from foretype.evals.metrics import Exact, as_json, savings, savings_gained, summarise
from foretype.evals.replay import Ask, Replayed, Stage
from foretype.evals.writer import Move, Writer

SILENT = Ask(0, Stage.MESSAGE_START, 0, False, False, 1.0, None, "unsure", 1)
RIGHT = Ask(1, Stage.WORD_START, 1, True, True, 3.0, 0.8, None, 0)
WRONG = Ask(2, Stage.IN_WORD, 2, False, False, 2.0, 0.4, None, 0)


def message(keys: int, *, chars: int = 10, asks: tuple[Ask, ...] = (SILENT,)) -> Replayed:
    moves = (Move(0, chars, keys),)
    return Replayed("m", chars, asks, dict.fromkeys(Writer, moves), None)


def test_savings_weigh_messages_by_length() -> None:
    assert savings([message(5), message(30, chars=30)], Writer.WORD).value == pytest.approx(1 - 35 / 40)


def test_the_interval_holds_the_figure_and_is_reproducible() -> None:
    results = [message(keys) for keys in (2, 4, 5, 7, 9, 10)]
    first, again = savings(results, Writer.WORD), savings(results, Writer.WORD)
    assert first == again
    assert first.low < first.value < first.high


def test_equal_messages_leave_no_uncertainty() -> None:
    found = savings([message(4)] * 8, Writer.FULL)
    assert found.low == pytest.approx(found.high)


def test_a_gain_is_counted_on_the_messages_both_wrote() -> None:
    ours, theirs = [message(4), message(5), message(1)], [message(6), message(7)]
    found = savings_gained(ours, theirs, Writer.WORD)
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.2, 0.2))


def test_shares_are_of_the_right_whole() -> None:
    found = summarise(
        "x", [message(5, asks=(SILENT, RIGHT, WRONG, replace(WRONG, position=3, is_useful=True)))]
    )
    assert found.shown == 0.75
    assert found.right_when_shown == pytest.approx(1 / 3)
    assert found.wrong_show == 0.25
    assert found.silences == {"unsure": 0.25}


def test_exact_match_is_told_by_length_and_only_where_it_says_something() -> None:
    asks = (*(replace(RIGHT, position=n, is_right=n < 15) for n in range(20)), WRONG)
    assert summarise("x", [message(5, asks=asks)]).exact_match == {1: Exact(20, 0.75)}


def test_times_are_told_by_stage() -> None:
    times = summarise("x", [message(5, asks=(SILENT, RIGHT, WRONG))]).times
    assert list(times) == ["all", "message start", "word start", "in a word"]
    assert (times["all"].p50, times["word start"].p50) == (2.0, 3.0)


def test_steps_are_counted_by_request_and_by_key() -> None:
    found = summarise("x", [message(5, asks=(SILENT, RIGHT))])
    assert (found.lm_steps_per_request, found.lm_steps_per_key) == (0.5, 0.2)


def test_a_door_that_tells_no_steps_has_none() -> None:
    found = summarise("x", [message(5, asks=(replace(SILENT, lm_steps=None),))])
    assert (found.lm_steps_per_request, found.lm_steps_per_key) == (None, None)


def test_seen_and_unseen_savings_share_the_text() -> None:
    half = replace(message(5), seen=(True,) * 4 + (False,) * 6)
    found = summarise("x", [half])
    assert found.seen is not None and found.unseen is not None
    assert (found.seen.chars, found.unseen.chars) == (4, 6)
    assert found.seen.ksr == found.unseen.ksr == pytest.approx(0.5)


def test_nothing_replayed_has_no_figures() -> None:
    with pytest.raises(ValueError, match="no message"):
        summarise("x", [])


def test_the_line_is_json_with_the_published_names() -> None:
    found = json.loads(json.dumps(as_json(summarise("x", [message(5, asks=(SILENT, RIGHT, WRONG))]))))
    assert {"ksr_word", "ksr_full", "ms_p50", "ms_p90", "ms_p99", "shown", "right_when_shown"} <= set(found)
    assert found["ksr_word"] == 0.5
