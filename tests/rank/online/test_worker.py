"""The worker turns minutes beside the keys, survives a disk that fails, and stops when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from foretype.compose.place import Hypothesis
from foretype.errors import StoreError
from foretype.rank.dial import Dial, Turn
from foretype.rank.experiments.opening import Learning, Means, open_learning
from foretype.rank.journal import Journal
from foretype.rank.online.school import Event, School
from foretype.rank.online.versions import BOOK, RANKERS, Versions
from foretype.rank.online.worker import Worker
from foretype.rank.ranker import Ranker
from online_world import BlendScorer
from situations import a_situation, grown


def opened(folder: Path) -> Ranker:
    return Ranker(BlendScorer(), Dial([Turn(0.5, 1.0, -9.0)]), coverage=0.5)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "ranker"
    folder.mkdir()
    (folder / "ranker.json").write_text("{}", encoding="utf-8")
    return folder


def learning_in(folder: Path, own: Path) -> Learning:
    means = Means(folder, own, opened, None, tell=lambda event: None, tell_error=lambda error: None)
    return open_learning(Journal(folder), means)


@pytest.fixture
def learning(tmp_path: Path, own: Path) -> Iterator[Learning]:
    made = learning_in(tmp_path / "data", own)
    yield made
    made.outcomes.close()


def test_a_key_is_decided_and_counted_while_nothing_was_learned(learning: Learning) -> None:
    path = grown((Hypothesis("report", "report", 0.5, {"user": 1.0}),), num_typed=2)
    assert (
        learning.decider.choose([path], a_situation(first_probs=(0.5,), user="ann"), n=1)[0].text == path.text
    )
    learning.decider.coverage = 0.7
    assert learning.decider.coverage == 0.7
    assert not learning.outcomes.forget("ann")


def test_a_second_process_of_a_data_folder_does_not_learn(
    learning: Learning, tmp_path: Path, own: Path
) -> None:
    with pytest.raises(StoreError, match="another process has this table open"):
        learning_in(tmp_path / "data", own)


def test_a_minute_that_fails_is_told_and_the_next_one_comes(
    learning: Learning, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock stands at the end of a minute, so that minutes come one after the other."""
    failures: list[Exception] = []
    turned, broken = threading.Event(), threading.Event()
    book = tmp_path / "data" / RANKERS / BOOK

    class Clockwork(School):
        def turn_minute(self, now_s: float) -> list[Event]:
            if not broken.is_set():
                book.write_text("no book", encoding="utf-8")
                broken.set()
            elif failures:
                book.unlink(missing_ok=True)
            found = super().turn_minute(now_s)
            turned.set()
            return found

    made = _clockwork(learning, Clockwork)
    worker = Worker(
        made, tell=lambda event: None, tell_error=failures.append, clock=lambda: 60 * 29_000_000 - 0.001
    )
    worker.start()
    assert turned.wait(20)
    worker.close()
    assert failures and isinstance(failures[0], StoreError)


def _clockwork(learning: Learning, kind: type[School]) -> Callable[[Callable[[], None]], School]:
    live, journal, versions = learning.decider._live, learning.outcomes.journal, learning.rankers
    assert isinstance(journal, Journal) and isinstance(versions, Versions)
    learning.outcomes._worker.close()  # it has the table
    return lambda pause: kind(
        versions,
        journal,
        live,
        open_ranker=opened,
        tenant=None,
        now_min=29_000_000,
        pause=pause,
    )
