"""A small cluster: servers and a learner with scripted rankers and a clock of the test's, around a real Redis.

Run as a program it is one of them, and dies at a moment that is named. It does not know what is claimed of them.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from foretype.compose.outcomes import Ended
from foretype.compose.path import Path as Grown
from foretype.compose.place import Hypothesis
from foretype.compose.request import OutcomeKind
from foretype.errors import ModelError
from foretype.rank.cluster.member import Member
from foretype.rank.cluster.membership import CLUSTER
from foretype.rank.cluster.opening import open_member, open_teacher
from foretype.rank.cluster.teacher import Teacher
from foretype.rank.dial import Dial, Turn
from foretype.rank.features import row_of
from foretype.rank.journal import Journal
from foretype.rank.online.live import LiveRanker
from foretype.rank.online.versions import RANKERS, Versions
from foretype.rank.ranker import Ranker
from online_world import BlendScorer
from situations import a_situation, grown

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAYS = 30


class Clock:
    """The time that everybody goes by."""

    def __init__(self) -> None:
        self.now = NOON

    @property
    def now_s(self) -> float:
        return self.now.timestamp()

    def wait(self, seconds: float = 61.0) -> None:
        self.now += timedelta(seconds=seconds)


class Server:
    """One server: its journal, and the ranker that decides there."""

    def __init__(self, folder: Path, url: str, clock: Clock, *, own: Path) -> None:
        self.folder, self.clock = folder, clock
        self.journal = Journal(folder, days=DAYS, now=lambda: clock.now)
        self.live = LiveRanker(opened(own))
        self.member: Member = open_member(
            url,
            self.journal,
            self.live,
            data_dir=folder,
            built_in=own,
            open_ranker=opened,
            tenant="acme",
            clock=lambda: clock.now_s,
        )

    def write(self, num: int, *, user: str = "ann", first: int = 0, right: float = 0.9) -> None:
        """So many suggestions end, this share of them right although half were claimed to be."""
        for number in range(first, first + num):
            is_right = number % 10 < right * 10
            self.end(
                f"{self.folder.name}{number}", user, OutcomeKind.TYPED if is_right else OutcomeKind.IGNORED
            )

    def end(self, answer: str, user: str, outcome: OutcomeKind) -> None:
        self.journal.record(an_end(answer, user, outcome))

    def turn(self) -> list[str]:
        return [event.what for event in self.member.turn_minute(self.clock.now_s)]

    def forget(self, user: str) -> bool:
        return any([self.journal.forget(user), self.member.forget(user)])

    def shift(self, user: str | None = "ann") -> float:
        """Logits by which it corrects a plain proposal."""
        situation, correction = a_situation(num_typed=2, first_probs=(0.5,), user=user), self.live.correction
        row = row_of(a_path(), situation)[None].astype(np.float32)
        return 0.0 if correction is None else float(correction.shift_many(row, situation)[0])

    def close(self) -> None:
        self.member.close()
        self.journal.close()


def a_path() -> Grown:
    """A word that was claimed to be right every other time."""
    return grown((Hypothesis("report", "report", 0.5, {"user": 1.0}),), num_typed=2)


def an_end(answer: str, user: str, outcome: OutcomeKind) -> Ended:
    situation = a_situation(num_typed=2, first_probs=(0.5,))
    return Ended(answer, user, outcome, 4, a_path(), situation, "m", 4.0)


def opened(folder: Path) -> Ranker:
    """A ranker that claims as many logits too much as its folder says."""
    try:
        error = (folder / "error").read_text(encoding="utf-8")
    except OSError as cause:
        raise ModelError(f"{folder}: no ranker") from cause
    return Ranker(BlendScorer(float(error)), Dial([Turn(0.5, 1.0, 0.0)]), coverage=0.5, version=error)


def trained(folder: Path, error: float = 0.0) -> Path:
    made = folder / f"trained{error}"
    made.mkdir(parents=True, exist_ok=True)
    (made / "error").write_text(str(error), encoding="utf-8")
    return made


def versions_in(folder: Path, own: Path) -> Versions:
    return Versions(folder / CLUSTER / RANKERS, built_in=own)


def a_teacher(folder: Path, url: str, own: Path, *, take_over: bool = False) -> Teacher:
    versions = versions_in(folder, own)
    return open_teacher(
        url,
        data_dir=folder,
        versions=versions,
        open_ranker=opened,
        tenant="acme",
        days=DAYS,
        take_over=take_over,
    )


def _dying(step: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        if after:
            step(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    return call


def _part(owner: Any, path: str) -> tuple[Any, str]:
    *parts, last = path.split(".")
    for part in parts:
        owner = getattr(owner, part)
    return owner, last


def main(role: str, folder: str, url: str, own: str, moment: str, after: str) -> None:
    """Turn once, and die before or after the first call of what `moment` names."""
    clock = Clock()
    clock.wait(600)
    who: Any
    if role == "server":
        who = Server(Path(folder), url, clock, own=Path(own)).member
    else:
        who = a_teacher(Path(folder), url, Path(own))
    owner, name = _part(who, moment)
    setattr(owner, name, _dying(getattr(owner, name), after=after == "after"))
    turn = who.turn_minute if role == "server" else who.turn
    turn(clock.now_s)


if __name__ == "__main__":
    main(*sys.argv[1:])
