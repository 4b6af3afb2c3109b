"""`foretype prefer`: from messages to an adapter that `foretype adapter add` takes, or a plain word why not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tiny_llama
from cli.conftest import Terminal
from foretype.runtime.adding import add_model
from foretype.runtime.catalog import Catalog
from own_mail import messages, write_mailbox

trained = pytest.mark.train


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    return write_mailbox(tmp_path / "mail.jsonl", messages(15))


def add_tiny(cache: Path) -> None:
    shape = tiny_llama.config(vocab_size=len(tiny_llama.vocabulary()) + len(tiny_llama.MARKERS))
    folder = tiny_llama.write_folder(
        cache / "tiny", shape, tiny_llama.weights(shape), more_tokens=tiny_llama.MARKERS
    )
    add_model(Catalog(cache / "models"), str(folder), name="tiny", bits=8, progress=lambda *_: None)


@pytest.mark.parametrize(
    ("option", "value", "wanted"),
    [
        ("--limit", "0", "--limit: found 0, wanted a number above 0"),
        ("--passes", "-1", "--passes: found -1.0, wanted a number above 0"),
        ("--learning-rate", "0", "--learning-rate: found 0.0"),
        ("--out", ".", "holds something else"),
    ],
)
def test_options_that_cannot_be_are_told(
    foretype: Terminal, mail: Path, tmp_path: Path, option: str, value: str, wanted: str
) -> None:
    told = foretype(
        "prefer",
        str(mail),
        "--out",
        str(tmp_path / "new"),
        option,
        str(tmp_path) if value == "." else value,
    )
    assert told.status == 2 and wanted in told.err


@trained
@pytest.mark.parametrize("recipe", ["ppo", "dpo:0", "dpo:much", "dpo:-1", "dpo:nan"])
def test_a_recipe_that_is_none_is_told(foretype: Terminal, mail: Path, tmp_path: Path, recipe: str) -> None:
    pytest.importorskip("torch")
    told = foretype("prefer", str(mail), "--out", str(tmp_path / "new"), "--recipe", recipe)
    assert told.status == 2 and f"--recipe: found '{recipe}', wanted dpo, dpo+chosen" in told.err


@trained
def test_a_model_that_takes_no_adapter_is_told(foretype: Terminal, mail: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    told = foretype("prefer", str(mail), "--out", str(tmp_path / "new"), "--model", "none")
    assert told.status == 2 and "found no language model, wanted an installed one" in told.err


@trained
def test_too_few_messages_to_judge_by_are_told(foretype: Terminal, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    add_tiny(tmp_path / "cache")
    few = write_mailbox(tmp_path / "few.jsonl", messages(5))
    told = foretype("prefer", str(few), "--own", "--out", str(tmp_path / "new"))
    assert told.status == 2 and "found no message to judge by" in told.err


@trained
def test_what_is_kept_can_be_added_and_what_is_not_leaves_nothing(
    foretype: Terminal, mail: Path, tmp_path: Path
) -> None:
    pytest.importorskip("torch")
    add_tiny(tmp_path / "cache")
    out = tmp_path / "new"
    told = foretype(
        "prefer",
        str(mail),
        "--own",
        "--out",
        str(out),
        *("--passes", "1", "--recipe", "dpo:0.3", "--recipe", "messages"),
    )
    facts = json.loads(told.out)
    assert list(facts["trials"]) == ["dpo:0.3", "messages"]
    assert facts["plain"]["sets"]["mail.jsonl"]["messages"] == 3
    assert facts["pairs"] > 0 and facts["trials"]["dpo:0.3"]["steps"] == facts["trials"]["messages"]["steps"]
    helped = facts["trials"][facts["best"]]["gained"]["value"] > 0
    assert told.status == (0 if helped else 1) and out.exists() == helped
    assert (facts["kept"] is not None) == helped and ("nothing was kept" in told.err) != helped
    if helped:
        assert foretype("adapter", "add", str(out), "--name", "mine", "--model", "tiny").status == 0
    assert not any("report" in file.read_text("latin-1") for file in out.glob("*")), "text in what is kept"
