"""Nothing that is learned or counted on holds a name: not the user's, not the recipient's, not a word of what was shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from foretype.compose.outcomes import Ended
from foretype.compose.place import Hypothesis
from foretype.compose.request import Context, OutcomeKind
from foretype.rank.experiments.book import Book
from foretype.rank.experiments.plan import Arm, Treatment
from foretype.rank.experiments.trials import Trials
from foretype.rank.journal import Journal
from foretype.rank.online.learner import Learner
from foretype.rank.online.source import Source
from online_world import BlendScorer
from situations import a_situation, grown

CANARIES = (b"qzxj", b"vkwq", b"jjxz", b"kqvw")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_no_name_and_no_word_is_in_any_file(tmp_path: Path) -> None:
    journal, book = Journal(tmp_path, now=lambda: NOON), Book(tmp_path)
    book.start("one", [Arm("bold", Treatment(coverage=0.9))], layer="a", percent=100, now_s=1.0)
    trials = Trials(book)
    context = Context(to=("vkwq@kqvw.example",), subject="jjxz")
    path = grown((Hypothesis("jjxz", "jjxz", 0.5, {"user": 1.0}),))
    for number in range(50):
        situation = a_situation(context=context, first_probs=(0.5,), user="qzxj")
        ended = Ended(f"a{number}", "qzxj", OutcomeKind.ACCEPTED, 4, path, situation, "m", 4.0)
        trials.met("qzxj", elapsed_ms=1.0)
        for ear in (trials.ended, journal.record):
            ear(ended)
    now_s = (NOON + timedelta(minutes=2)).timestamp()
    trials.turn_minute(now_s)
    learner = Learner(
        tmp_path / "learned", BlendScorer(), number=journal.number, tenant="kqvw", now_min=int(now_s // 60)
    )
    batch, reading = Source(journal).next(learner.standing.reading, now_s=now_s)
    learner.learn(batch, now_min=int(now_s // 60), reading=reading)
    assert len(batch.lessons) == 50 and sum(len(rows) for rows in book.sums("one").values()) == 1
    for part in (learner, trials, journal):
        part.close()
    left = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()).lower()
    assert len(left) > 4_096 and not [canary for canary in CANARIES if canary in left]
