"""Four weeks of a small team's outcomes, answers and alarms in a data folder, made by the product's own classes.

Invented, and the same for the same seed: about what a replay shows, with quiet weekends and one bad day. It does not
know who looks at them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

from foretype.compose.outcomes import Ended
from foretype.compose.place import Hypothesis
from foretype.compose.request import Answer, Context, Kind, OutcomeKind, Suggestion
from foretype.monitor.alarms import Alarm, Notice, Severity, Turn
from foretype.monitor.webhooks.book import Book
from foretype.monitor.webhooks.events import event_of
from foretype.rank.experiments.book import Book as ExperimentBook
from foretype.rank.experiments.plan import Arm, Treatment
from foretype.rank.experiments.sums import Sums
from foretype.rank.journal import Journal
from foretype.rank.online.versions import RANKERS, Versions
from foretype.serve.panel.pulse import Pulse
from foretype.serve.panel.pulse_file import PulseFile
from situations import a_situation, grown

NUM_DAYS = 28
BAD_DAY = 9  # days ago: a slow machine, and less taken
SHOWN_A_DAY = 110
USERS = ("ann", "ben", "cleo", "dan")
KINDS = (Kind.EMAIL, Kind.EMAIL, Kind.EMAIL, Kind.CHAT, Kind.CHAT, Kind.NOTE)
LOCALES = ("en-US", "en-US", "en-US", "en-GB", "de-DE")
MODELS = ("background+foretype-27m", "background")
WORDS = ("report", "tomorrow", "looking", "forward", "please", "attached", "meeting")
MIX = {"lm": 0.4, "background": 0.3, "user": 0.3}


def packaged_ranker() -> Path:
    """The folder of the ranker that comes with the package."""
    return Path(str(files("foretype") / "data" / "ranker"))


def live_four_weeks(folder: Path, *, until: datetime, seed: int = 7) -> None:
    """Fill `folder` with what a server keeps of the four weeks before `until` (with its zone)."""
    chance = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    _keep_outcomes(folder, until, chance)
    _keep_answers(folder, until, chance)
    _keep_alarms(folder, until)
    _keep_experiment(folder, until, chance)
    _keep_rankers(folder, until)


def _keep_outcomes(folder: Path, until: datetime, chance: random.Random) -> None:
    now = [until - timedelta(days=NUM_DAYS - 1)]
    journal = Journal(folder, days=400, now=lambda: now[0])
    for number, (at, days_ago) in enumerate(_moments(until, chance)):
        now[0] = at
        ended = _ended(f"a{number}", chance, is_bad=days_ago == BAD_DAY)
        journal.record(ended)
        if ended.outcome in (OutcomeKind.ACCEPTED, OutcomeKind.PARTLY):
            journal.settle(ended.answer_id, persisted=chance.random() < 0.93)
    journal.close()


def _keep_answers(folder: Path, until: datetime, chance: random.Random) -> None:
    now_s = [0.0]
    pulse = Pulse(clock=lambda: now_s[0])
    for at, days_ago in _moments(until, chance):
        now_s[0] = at.timestamp()
        for _ in range(3):
            shown = (Suggestion("on ", 0.5, 1),) if chance.random() < 0.86 else ()
            steps = int(chance.random() < 0.35)
            slow = 4.0 if days_ago == BAD_DAY else 1.0
            pulse.answered(
                Answer("a", shown, "m", 4.0, lm_steps=steps),
                elapsed_s=slow * chance.lognormvariate(-5.6, 0.7),
            )
    PulseFile(pulse, folder).save()


def _keep_alarms(folder: Path, until: datetime) -> None:
    book = Book(folder)
    began = until - timedelta(days=BAD_DAY, hours=2)
    raised = Alarm(
        "a1",
        "slow-answers",
        Severity.CRITICAL,
        "One answer in ten comes later than the budget",
        began.timestamp(),
        164.0,
        100.0,
        "ms",
    )
    for turn, minutes in ((Turn.RAISED, 0), (Turn.RESOLVED, 47)):
        at_s = (began + timedelta(minutes=minutes)).timestamp()
        book.record(
            [event_of(Notice(f"a1-{turn.name.lower()}", turn, at_s, raised))], now_s=until.timestamp()
        )
    book.close()


def _keep_experiment(folder: Path, until: datetime, chance: random.Random) -> None:
    """Bold saves a little more, and is more often wrong."""
    book = ExperimentBook(folder)
    arms = [Arm("bold", Treatment(coverage=0.9))]
    began_s = (until - timedelta(days=12)).timestamp()
    book.start("bolder", arms, layer="ranker", percent=50, now_s=began_s)
    for arm, more in (("control", 1.0), ("bold", 1.25)):
        users = {}
        for number in range(160):
            keys = float(chance.randint(400, 1600))
            shown = keys * 0.5 * more
            taken = shown * chance.gauss(0.45, 0.03)
            saved = taken * chance.gauss(4.0, 0.2)
            wrong = shown * chance.gauss(0.35, 0.02) * more
            users[f"{arm}-{number}"] = Sums(keys, saved, shown, taken, wrong, latency_ms=6.0 * keys)
        book.add("bolder", arm, users)
    book.close()


def _keep_rankers(folder: Path, until: datetime) -> None:
    """One version was tried and refused, another is watched."""
    versions = Versions(folder / RANKERS, built_in=packaged_ranker())
    for days_ago in (16, 3):
        added_s = (until - timedelta(days=days_ago)).timestamp()
        version = versions.add(packaged_ranker(), now_s=added_s, outcome=0)
        if days_ago == 16:
            why = "calibration was worse in the shadow"
            versions.reject(version.name, why=why, outcome=0)


def _moments(until: datetime, chance: random.Random) -> Iterator[tuple[datetime, int]]:
    """Times of the writers' suggestions, oldest first, and how many days ago each was."""
    for days_ago in range(NUM_DAYS - 1, -1, -1):
        day = until - timedelta(days=days_ago)
        share = 0.15 if day.weekday() >= 5 else 1.0
        hours = [8, 9, 9, 10, 10, 11, 11, 13, 14, 14, 15, 15, 16, 17, 20]
        times = [
            day.replace(hour=chance.choice(hours), minute=chance.randrange(60))
            for _ in range(round(SHOWN_A_DAY * share * chance.uniform(0.8, 1.2)))
        ]
        yield from ((at, days_ago) for at in sorted(times) if at < until)


def _ended(id: str, chance: random.Random, *, is_bad: bool) -> Ended:
    words = chance.choice((1, 1, 1, 2, 2, 3, 4))
    prob = min(0.97, chance.betavariate(2.0, 3.0) + 0.06 * words)
    each = prob ** (1 / words)
    chosen = [Hypothesis(word, word, each, MIX) for word in chance.sample(WORDS, words)]
    outcome = _outcome(prob * (0.6 if is_bad else 1.0), chance)
    path = grown(tuple(chosen), num_typed=chance.choice((0, 0, 1, 2)), blank=True)
    length = len(path.text)
    taken = {OutcomeKind.ACCEPTED: length, OutcomeKind.PARTLY: length // 2}
    return Ended(
        answer_id=id,
        user=chance.choice(USERS),
        outcome=outcome,
        characters=taken.get(outcome, 0),
        path=path,
        situation=a_situation(context=Context(kind=chance.choice(KINDS), locale=chance.choice(LOCALES))),
        model=MODELS[chance.random() < 0.1],
        elapsed_ms=math.exp(chance.gauss(1.4, 0.6)),
    )


def _outcome(prob: float, chance: random.Random) -> OutcomeKind:
    if chance.random() < prob:
        return OutcomeKind.ACCEPTED if chance.random() < 0.7 else OutcomeKind.TYPED
    wrong = (OutcomeKind.PARTLY, OutcomeKind.REJECTED, OutcomeKind.IGNORED, OutcomeKind.IGNORED)
    return chance.choice(wrong)
