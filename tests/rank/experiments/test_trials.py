"""Experiments that run: users get their arm's treatment, every key and outcome is counted once, and harm is stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from foretype.__main__ import main
from foretype.compose.outcomes import Ended
from foretype.compose.place import Hypothesis
from foretype.compose.request import OutcomeKind
from foretype.errors import InputError
from foretype.rank.cluster.membership import Membership
from foretype.rank.dial import Dial, Turn
from foretype.rank.experiments.book import FILE_NAME, Book
from foretype.rank.experiments.deciding import TrialDecider, TrialOutcomes
from foretype.rank.experiments.plan import Arm, Treatment
from foretype.rank.experiments.sums import NAMES
from foretype.rank.experiments.trials import Trials
from foretype.rank.online.live import LiveRanker
from foretype.rank.online.versions import Versions
from foretype.rank.ranker import Ranker
from foretype.rank.tally import TalliedOutcomes
from online_world import BlendScorer
from situations import a_situation, grown

BOLD, SLOW = Arm("bold", Treatment(coverage=0.9)), Arm("slow", Treatment(delay_ms=80))
USERS = [f"user-{number}" for number in range(200)]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    opened = Book(tmp_path)
    yield opened
    opened.close()


def start(book: Book, name: str = "one", *arms: Arm, layer: str = "a", percent: float = 100.0) -> None:
    book.start(name, list(arms) or [BOLD], layer=layer, percent=percent, now_s=1.0)


def ended(user: str | None, outcome: OutcomeKind, *, characters: int = 5) -> Ended:
    path = grown((Hypothesis("report", "report", 0.5, {"user": 1.0}),), num_typed=2)
    return Ended("a", user, outcome, characters, path, a_situation(first_probs=(0.5,)), "m", 4.0)


def test_nobody_is_treated_without_an_experiment(book: Book) -> None:
    trials = Trials(book)
    assert trials.treatment_of("ann") == Treatment() == trials.treatment_of(None)


def test_a_server_that_runs_follows_the_book(book: Book) -> None:
    trials = Trials(book)
    start(book)
    assert {trials.treatment_of(user) for user in USERS} == {Treatment()}
    trials.turn_minute(60.0)
    assert {trials.treatment_of(user).coverage for user in USERS} == {None, 0.9}
    book.stop("one", why="asked for", now_s=2.0)
    trials.turn_minute(120.0)
    assert {trials.treatment_of(user) for user in USERS} == {Treatment()}


def test_layers_add_up(book: Book) -> None:
    start(book)
    start(book, "two", SLOW, layer="b")
    found = {(each.coverage, each.delay_ms) for each in map(Trials(book).treatment_of, USERS)}
    assert found == {(None, None), (0.9, None), (None, 80), (0.9, 80)}


def test_keys_and_outcomes_are_counted_once_by_user(book: Book, tmp_path: Path) -> None:
    start(book)
    trials = Trials(book)
    outcomes = TrialOutcomes(TalliedOutcomes(), trials)
    for _ in range(2):
        trials.met("ann", elapsed_ms=4.0)
        outcomes.record(ended("ann", OutcomeKind.ACCEPTED, characters=5))
        outcomes.record(ended("ann", OutcomeKind.IGNORED))
        outcomes.record(ended("ann", OutcomeKind.TYPED))
        trials.met(None, elapsed_ms=9.0)
        trials.turn_minute(60.0)
    [row] = [row for rows in book.sums("one").values() for row in rows.tolist()]
    assert dict(zip(NAMES, row, strict=True)) == {
        "keys": 2,
        "saved": 8,
        "shown": 6,
        "taken": 2,
        "wrong": 2,
        "latency_ms": 8,
    }
    assert outcomes.rates("ann").shown == 6


def test_a_forgotten_user_is_in_no_sum_and_in_no_byte(book: Book, tmp_path: Path) -> None:
    start(book)
    trials = Trials(book)
    outcomes = TrialOutcomes(TalliedOutcomes(), trials, also_forget=lambda user: user == "ben")
    trials.met("ann", elapsed_ms=4.0)
    trials.turn_minute(60.0)
    trials.met("ann", elapsed_ms=4.0)
    assert outcomes.forget("ann") and not outcomes.forget("ann") and outcomes.forget("ben")
    assert sum(len(rows) for rows in book.sums("one").values()) == 0
    assert b"ann" not in (tmp_path / FILE_NAME).read_bytes()


def test_an_arm_that_harms_is_stopped_and_its_users_are_as_before(book: Book) -> None:
    start(book)
    trials = Trials(book)
    for user in USERS:
        is_bold = trials.treatment_of(user).coverage is not None
        for _ in range(10):
            trials.met(user, elapsed_ms=4.0)
        for number in range(6):
            is_wrong = (is_bold and number > 0) or number > 4
            trials.ended(ended(user, OutcomeKind.IGNORED if is_wrong else OutcomeKind.ACCEPTED))
        is_odd = int(user[-1]) % 2 == 1
        trials.ended(ended(user, OutcomeKind.IGNORED if is_odd else OutcomeKind.TYPED))
    [told] = {line.split(":")[0] for line in trials.turn_minute(60.0)}
    assert told == "one, arm bold"
    assert {trials.treatment_of(user) for user in USERS} == {Treatment()}
    assert not book.all()[0].is_running


def test_each_user_is_decided_for_by_their_arm(book: Book, tmp_path: Path) -> None:
    start(book)

    def opened(folder: Path) -> Ranker:
        return Ranker(BlendScorer(), Dial([Turn(0.2, 5.0, 3.0), Turn(0.9, 0.1, -9.0)]), coverage=0.2)

    versions = Versions(tmp_path / "rankers", built_in=tmp_path)
    trials, live = Trials(book), LiveRanker(opened(tmp_path))
    decider = TrialDecider(live, trials, versions, open_ranker=opened)
    assert decider.prepare(1.0) == []
    path = grown((Hypothesis("report", "report", 0.3, {"user": 1.0}),), num_typed=2)
    for user in USERS[:20]:
        situation = a_situation(num_typed=2, first_probs=(0.3,), user=user)
        is_bold = trials.treatment_of(user).coverage is not None
        assert bool(decider.choose([path], situation, n=1)) == is_bold
    decider.coverage = 0.9
    assert live.coverage == 0.9 and decider.choose([path], a_situation(first_probs=(0.3,)), n=1)


def test_an_arm_whose_ranker_is_gone_ends_and_the_others_go_on(book: Book, tmp_path: Path) -> None:
    start(book, "one", BOLD, Arm("new", Treatment(ranker="r0099")))
    start(book, "two", Arm("newer", Treatment(ranker="r0100")), layer="b")

    def opened(folder: Path) -> Ranker:
        return Ranker(BlendScorer(), Dial([Turn(0.2, 5.0, 3.0)]), coverage=0.2)

    trials, versions = Trials(book), Versions(tmp_path / "rankers", built_in=tmp_path)
    decider = TrialDecider(LiveRanker(opened(tmp_path)), trials, versions, open_ranker=opened)
    told = decider.prepare(5.0)
    assert [line.split(":")[0] for line in told] == ["one, arm new", "two, arm newer"]
    assert "ranker 'r0099': found none of that name" in told[0]
    assert {trials.treatment_of(user) for user in USERS} == {Treatment(), BOLD.treatment}
    assert [each.is_running for each in book.all()] == [True, False]
    assert decider.prepare(6.0) == []


def test_what_cannot_be_is_told(book: Book) -> None:
    start(book)
    with pytest.raises(InputError, match="a new name"):
        start(book)
    with pytest.raises(InputError, match="0 % of the users free"):
        start(book, "two")
    with pytest.raises(InputError, match="wanted one of: one"):
        book.sums("none")
    book.stop("one", why="asked for", now_s=2.0)
    with pytest.raises(InputError, match="stopped already"):
        book.stop("one", why="asked for", now_s=2.0)


def test_the_command_line_starts_tells_and_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORETYPE_DATA_DIR", str(tmp_path))
    assert main(["experiment", "status"]) == 0
    assert "no experiments yet" in capsys.readouterr().out
    assert main(["experiment", "start", "one", "--arm", "bold:coverage=0.9", "--percent", "20"]) == 0
    assert "started one: 20 % of the users in control, bold" in capsys.readouterr().out
    assert main(["experiment", "status"]) == 0
    assert "too few users" in capsys.readouterr().out
    assert main(["experiment", "status", "one", "--json"]) == 0
    [found] = json.loads(capsys.readouterr().out)
    assert found["name"] == "one" and "salt" not in found and found["verdict"]["is_uneven"] is False
    assert main(["experiment", "stop", "one"]) == 0
    assert main(["experiment", "stop", "one"]) != 0
    assert main(["experiment", "start", "two", "--arm", "bold:colour=red"]) != 0
    assert "wanted a name and what it changes" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["one", "--arm", "new:ranker=r0099"], "ranker 'r0099': found none of that name"),
        (["one", "--arm", "new:adapter=sales"], "adapter 'sales': not installed"),
        (["one", "--arm", "new:delay=5", "--percent", "nan"], "percent: found nan, wanted 0.1 to 100"),
        (["../one", "--arm", "new:delay=5"], "experiment '../one': wanted a name"),
        (["one", "--arm", "two words:delay=5"], "arm 'two words': wanted a name"),
        (["one", "--arm", "new:delay=5", "--layer", ""], "layer '': wanted a name"),
    ],
)
def test_an_experiment_that_could_not_run_is_refused_before_it_begins(
    arguments: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("DATA", "CACHE"):
        monkeypatch.setenv(f"FORETYPE_{name}_DIR", str(tmp_path))
    assert main(["experiment", "start", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert main(["experiment", "status", "--json"]) == 0
    assert capsys.readouterr().out.strip() == "[]"


def test_servers_of_a_cluster_put_a_user_into_the_same_arm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORETYPE_LEARNING_REDIS", "redis://nobody.invalid:6379/0")
    start_it = ["experiment", "start", "one", "--arm", "bold:coverage=0.9"]
    found = []
    for server in ("a", "b"):
        monkeypatch.setenv("FORETYPE_DATA_DIR", str(tmp_path / server))
        assert main(start_it) == 2
        assert "never met the others" in capsys.readouterr().err
        with closing(Membership(tmp_path / server)) as membership:
            membership.join(b"k" * 32)
        assert main(start_it) == 0
        with closing(Book(tmp_path / server)) as book:
            found.append([book.all()[0].arm_of(user) for user in USERS])
    assert found[0] == found[1]
