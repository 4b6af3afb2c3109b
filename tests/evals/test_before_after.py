"""The page and the sentence that say what training brought."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from foretype.compose.request import Request
from foretype.corpus.own_mail import cut
from foretype.errors import InputError
from foretype.evals.before_after import Row, Verdict, judge
from foretype.evals.before_after_page import comparison_page, verdict_line, write_comparison
from foretype.evals.bits import Foresight
from foretype.evals.doors import ComposerDoor
from foretype.evals.machine import this_machine
from foretype.evals.messages import Message
from foretype.evals.metrics import Estimate
from foretype.evals.own_messages import choose, replay_messages, sent_messages
from foretype.evals.replay import Ask, Replayed, Stage
from foretype.evals.writer import Move, Writer
from own_mail import messages
from small_composer import SmallComposer

BITS = Estimate(1.5, 1.4, 1.6)


def row(name: str, *, keys: int) -> Row:
    """Ten messages of a hundred characters, typed with so many keys each."""
    moves = (Move(position=0, chars=100, keys=keys),)
    ask = Ask(0, Stage.MESSAGE_START, 1, True, True, 2.0, 0.5, None, 1)
    results = tuple(Replayed(f"mail-{n}", 100, (ask,), dict.fromkeys(Writer, moves), None) for n in range(10))
    return Row(name, results, Foresight(name, 10, 1000, 0, BITS, BITS, 4.0), typing_s=1.0, scoring_s=1.0)


def test_fewer_keys_have_helped_and_more_have_not() -> None:
    better = judge(row("before", keys=60).results, row("trained", keys=50).results)
    worse = judge(row("before", keys=50).results, row("trained", keys=60).results)
    assert better.helped and better.is_sure
    assert not worse.helped and worse.is_sure
    assert verdict_line(better).startswith("It helped: 10.0 more keys of a hundred saved on 10 messages")
    assert verdict_line(worse).startswith("It did not help: 10.0 fewer keys")


def test_no_difference_has_not_helped() -> None:
    same = judge(row("before", keys=50).results, row("trained", keys=50).results)
    assert not same.helped and not same.is_sure
    assert "it may be chance" in verdict_line(same)


def test_the_page_tells_every_row(tmp_path: Path) -> None:
    rows = (row("before", keys=60), row("memory", keys=55), row("trained", keys=50))
    verdict = judge(rows[1].results, rows[2].results)
    page = comparison_page(rows, verdict, name="mine", footnote="2001-05-14")
    for told in (
        "50.0% of keys saved",
        "40.0% before",
        "as it was",
        "mail remembered",
        "0.450",
        "2001-05-14",
    ):
        assert told in page
    assert "$" not in page


def test_a_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    rows = (row("before", keys=60), row("trained", keys=50))
    verdict = Verdict(BITS, BITS, 10)
    with pytest.raises(InputError, match="name a file that can be written"):
        write_comparison(
            tmp_path / "no" / "page.html",
            rows,
            verdict,
            name="mine",
            span="the last month",
            machine=this_machine(),
            today=date(2001, 5, 14),
        )


def test_all_that_was_written_before_is_learned_and_the_chosen_are_typed() -> None:
    mail = cut(messages(150))
    typed = choose(mail, limit=5)
    found = replay_messages(mail, set(typed))
    assert [message.id for message in found if not message.warm] == typed
    assert [message.body for message in found] == [document.text for document in messages(150)]


def test_what_a_memory_learns_keeps_its_date() -> None:
    text, context = next(sent_messages(messages(1)))
    assert text == messages(1)[0].text and context.sent_at is not None


def test_a_patient_door_gives_each_answer_its_time() -> None:
    composer = SmallComposer()
    for door in (ComposerDoor(composer), ComposerDoor(composer, deadline_ms=5000)):
        door.suggest("Hi", Message("a", None, "Hi Susan"), user=None)
    assert [request.deadline_ms for request in composer.requests] == [Request("").deadline_ms, 5000]
