"""The experiment's rows: time shared by a clock, each on disk before the next begins, and gone on with after a kill."""

from __future__ import annotations

import itertools
import json
import lzma
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from experiment_world import mails, vocabulary  # noqa: E402
from foretype.errors import InputError  # noqa: E402
from foretype.lm.contextual import Shape  # noqa: E402
from foretype.lm.experiment import Bench, run_losses, run_table  # noqa: E402
from foretype.lm.experiment_data import (  # noqa: E402
    load_pieces,
    load_word_vocabulary,
    load_words,
    prepare_pieces,
    prepare_words,
    read_split,
)
from foretype.lm.experiment_tasks import Task, sweep_tasks, table_tasks, vocabulary_tasks  # noqa: E402
from foretype.lm.phrase_places import choose_places  # noqa: E402
from foretype.lm.results import Results, load_rows  # noqa: E402
from foretype.lm.timed_training import Recipe  # noqa: E402
from foretype.lm.timetable import Timetable  # noqa: E402
from foretype.lm.windows import Way  # noqa: E402
from letters import BODIES, write_rows  # noqa: E402

pytestmark = pytest.mark.train
CPU = torch.device("cpu")
SHAPE = Shape("lstm", width=16, inner=24, num_layers=1, num_heads=2, dropout=0.0)
RECIPE = Recipe(learning_rate=0.01, places_per_batch=256, max_tokens=400, max_seconds=0.0)


class KillError(Exception):
    """What a kill looks like from inside."""


def tasks() -> list[Task]:
    return [Task(f"row {way}", "small", SHAPE, way, RECIPE, 1.0) for way in Way]


@pytest.fixture(scope="module")
def bench() -> Bench:
    words, found = vocabulary(), mails()
    splits = {"valid-known": found}
    return Bench(words, found, splits, {"valid-known": choose_places(found, words, count=6)}, CPU)


def ticking() -> Callable[[], float]:
    times = itertools.count(0.0, 0.25)
    return lambda: next(times)


def say_and_die(at: str) -> Callable[[str], None]:
    def say(text: str) -> None:
        if text.startswith(at):
            raise KillError

    return say


def run(bench: Bench, results: Results, **more: object) -> None:
    options = {"seconds": 1e6, "overhead_s": 1.0, "say": lambda text: None, "clock": ticking()} | more
    run_table(bench, tasks(), results, **options)  # type: ignore[arg-type]


def test_a_killed_run_goes_on_behind_the_rows_that_stand(bench: Bench, tmp_path: Path) -> None:
    whole = Results(tmp_path / "whole", "table", card={})
    run(bench, whole, speaks="row A")
    with pytest.raises(KillError):
        run(bench, Results(tmp_path / "cut", "table", card={}), speaks="row A", say=say_and_die("row B"))
    rows = load_rows(tmp_path / "cut" / "table.json")
    assert [row["name"] for row in rows] == ["row none", "row A"]
    again = Results(tmp_path / "cut", "table", card={})
    begun: list[str] = []
    run(bench, again, speaks="row A", say=begun.append)
    assert not any(line.startswith(("row none", "row A")) for line in begun)
    assert [row["name"] for row in again.rows] == [task.name for task in tasks()]
    for mine, other in zip(again.rows, whole.rows, strict=True):
        assert mine["splits"] == other["splits"] and mine["tokens"] == other["tokens"]
    for file in ("tried", "said"):
        with (
            np.load(tmp_path / "cut" / f"table-{file}.npz") as found,
            np.load(tmp_path / "whole" / f"table-{file}.npz") as wanted,
        ):
            assert set(found) == set(wanted)
            assert all(np.array_equal(found[name], wanted[name]) for name in wanted)


def test_rows_of_other_settings_are_not_taken_for_ones_own(bench: Bench, tmp_path: Path) -> None:
    run(bench, Results(tmp_path, "table", card={}))
    other = [replace(task, recipe=replace(RECIPE, learning_rate=0.5)) for task in tasks()]
    before = (tmp_path / "table.json").read_bytes()
    with pytest.raises(InputError, match="a run goes on with its own settings"):
        run_table(bench, other, Results(tmp_path, "table", card={}), seconds=100.0, overhead_s=1.0)
    assert (tmp_path / "table.json").read_bytes() == before


def test_what_no_time_is_left_for_is_said_and_has_no_row(bench: Bench, tmp_path: Path) -> None:
    said: list[str] = []
    results = Results(tmp_path, "table", card={})
    run(bench, results, seconds=0.5, say=said.append)
    assert results.rows == [] and said == ["row none: no time left, for this and what follows"]


def test_a_row_says_how_far_it_came_and_what_it_cost(bench: Bench, tmp_path: Path) -> None:
    results = Results(tmp_path, "table", card={"seed": 0})
    run(bench, results)
    card = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))["card"]
    assert card == {"seed": 0}
    for row in results.rows:
        assert row["tokens"] >= RECIPE.max_tokens and row["seconds"] > 0 and row["curve"]
        assert row["body_parameters"] < row["parameters"]
        assert 0 < row["splits"]["valid-known"]["log_perplexity_per_word"] < 10


def test_losses_are_measured_for_each_vocabulary_and_gone_on_with(tmp_path: Path) -> None:
    found, size = mails(), len(vocabulary())
    jobs = [(task, found, found, size) for task in tasks()[:1]]
    for _ in range(2):
        results = Results(tmp_path, "sweep", card={})
        said: list[str] = []
        run_losses(jobs, results, device=CPU, seconds=1e6, overhead_s=1.0, say=said.append, clock=ticking())
    [row] = results.rows
    assert said == [], "the second time nothing was left to do"
    assert row["nats_per_token"] == pytest.approx(row["nats"] / len(found.text))


def test_time_is_shared_by_weight_and_what_is_left_over_goes_to_the_rest() -> None:
    now = iter([0.0, 0.0, 10.0, 70.0])
    times = Timetable(100.0, weights=[1.0, 1.0, 2.0], overhead_s=0.0, clock=lambda: next(now))
    assert times.next_seconds() == 25.0
    assert times.next_seconds(trained_s=10.0) == 30.0  # of 90 s, since the first ended early
    assert times.next_seconds(trained_s=60.0) == 30.0


def test_a_results_row_takes_the_place_of_one_of_its_name(tmp_path: Path) -> None:
    results = Results(tmp_path, "beams", card={})
    for steps in (1, 2):
        results.add({"name": "first", "steps": steps})
    results.save_arrays("more", {"a": np.arange(3)})
    reopened = Results(tmp_path, "beams", card={})
    reopened.save_arrays("more", {"b": np.arange(2)})
    assert reopened.row("first") == {"name": "first", "steps": 2} and reopened.row("other") is None
    with np.load(tmp_path / "beams-more.npz") as found:
        assert sorted(found) == ["a", "b"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus files, of a hundred authors each."""
    folder = tmp_path_factory.mktemp("data")
    lines = [{"author": f"author-{n}", "body": BODIES[n % len(BODIES)]} for n in range(100)]
    for name in ("enron-train", "enron-valid", "enron-test-known", "enron-test-new"):
        plain = write_rows(folder / f"{name}.jsonl", lines=lines)
        _packed(plain)
    return folder


def _packed(plain: Path) -> None:
    with lzma.open(plain.with_suffix(".jsonl.xz"), "wb") as out:
        out.write(plain.read_bytes())


def test_nobody_learns_and_judges(data: Path) -> None:
    taught = {document.holder for document in read_split(data, "train")}
    judges = {document.holder for document in read_split(data, "valid-new")}
    assert taught and judges and not taught & judges
    assert len(list(read_split(data, "train", limit=3))) == 3


def test_what_is_prepared_is_read_back_and_feeds_every_task(data: Path, tmp_path: Path) -> None:
    prepare_words(data, tmp_path, max_words=500, splits=("train", "valid-known"))
    prepare_pieces(data, tmp_path, size=300, splits=("train", "valid-known"))
    words, learned = load_word_vocabulary(tmp_path), load_words(tmp_path, "train")
    assert int(learned.text.max()) < len(words) and len(learned) == len(list(read_split(data, "train")))
    assert int(load_pieces(tmp_path, 300, "train").text.max()) < 300
    sizes = {"shape": {"width": 16, "inner": 24, "num_layers": 1, "num_heads": 2}}
    step = {"learning_rate": 0.01, "places_per_batch": 256}
    table = {"ways": ["none", "B"], "weight": 1.0, "lstm": sizes | {"recipe": step | {"max_tokens": 100}}}
    assert [task.name for task in table_tasks("small", table)] == ["small lstm none", "small lstm B"]
    sweep = {
        "vocabulary": 300,
        "tokens": [100, 200],
        "sizes": [sizes | {"recipe": step, "seconds_per_token": 0.1}],
    }
    assert [task.recipe.max_tokens for task, *_ in sweep_tasks(tmp_path, sweep)] == [100, 200]
    study = sizes | {"vocabularies": [300], "passes": 2.0, "recipe": step}
    [(task, pieces, _, size)] = vocabulary_tasks(tmp_path, study)
    assert (task.recipe.max_tokens, size) == (2 * len(pieces.text), 300)


def test_a_corpus_without_text_is_told(data: Path, tmp_path: Path) -> None:
    plain = write_rows(tmp_path / "enron-train.jsonl", lines=[{"author": "ann", "body": ""}])
    _packed(plain)
    with pytest.raises(InputError, match="found no mail with text"):
        prepare_words(tmp_path, tmp_path / "out", max_words=500, splits=("train",))
