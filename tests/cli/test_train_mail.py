"""`foretype train --mail`: from a mailbox to a model that serves, or a plain word why not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

import tiny_llama
from cli.conftest import Terminal
from foretype.assemble import model_path
from foretype.config import Settings
from foretype.corpus.own_mail import cut
from foretype.runtime.adding import add_model
from foretype.runtime.catalog import Catalog
from own_mail import ME, SUSAN, messages, write_mailbox

trained = pytest.mark.train


def add_tiny(cache: Path) -> Path:
    """A tiny model of our own, as the only one installed."""
    shape = tiny_llama.config(vocab_size=len(tiny_llama.vocabulary()) + len(tiny_llama.MARKERS))
    folder = tiny_llama.write_folder(
        cache / "tiny", shape, tiny_llama.weights(shape), more_tokens=tiny_llama.MARKERS
    )
    add_model(Catalog(cache / "models"), str(folder), name="tiny", bits=4, progress=lambda *_: None)
    return cache / "models" / "tiny"


@pytest.fixture
def mailbox(tmp_path: Path) -> Path:
    return write_mailbox(tmp_path / "mail.jsonl", [*messages(150), *messages(20, author=SUSAN)])


def test_without_a_model_it_says_how_to_get_one(foretype: Terminal, mailbox: Path) -> None:
    told = foretype("train", "--mail", str(mailbox), "--model", "none")
    assert told.status == 2
    assert "found no language model to train" in told.err and "foretype model add" in told.err


def test_a_mailbox_without_my_mail_is_told(foretype: Terminal, mailbox: Path, tmp_path: Path) -> None:
    add_tiny(tmp_path / "cache")
    told = foretype("train", "--mail", str(mailbox), "--me", "bob@example.org")
    assert told.status == 2
    assert f"no message that bob@example.org wrote (most are by {ME}" in told.err


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("", "found neither mail nor chat"), ('{"author": "a@example.org"}\n', "found no message with a text")],
)
def test_an_empty_mailbox_is_told(foretype: Terminal, tmp_path: Path, text: str, wanted: str) -> None:
    add_tiny(tmp_path / "cache")
    (tmp_path / "empty.mbox").write_text(text, encoding="utf-8")
    told = foretype("train", "--mail", str(tmp_path / "empty.mbox"))
    assert told.status == 2 and wanted in told.err


def test_a_mailbox_that_is_not_there_is_told(foretype: Terminal, tmp_path: Path) -> None:
    add_tiny(tmp_path / "cache")
    told = foretype("train", "--mail", str(tmp_path / "nowhere"))
    assert told.status == 2 and "cannot be read" in told.err


def test_too_few_messages_are_told(foretype: Terminal, tmp_path: Path) -> None:
    add_tiny(tmp_path / "cache")
    told = foretype("train", "--mail", str(write_mailbox(tmp_path / "mail.jsonl", messages(20))))
    assert told.status == 2 and "found 20 messages of yours" in told.err and "foretype learn" in told.err


@pytest.mark.parametrize(
    ("option", "value", "wanted"),
    [
        ("--minutes", "0", "--minutes: found 0, wanted more than 0"),
        ("--name", "My Mail", "model name: found 'My Mail'"),
        ("--adapter", ".", "holds something else"),
    ],
)
def test_options_that_cannot_be_are_told(
    foretype: Terminal, mailbox: Path, tmp_path: Path, option: str, value: str, wanted: str
) -> None:
    add_tiny(tmp_path / "cache")
    told = foretype("train", "--mail", str(mailbox), option, str(tmp_path) if value == "." else value)
    assert told.status == 2 and wanted in told.err


def test_everyone_leaves_no_place_for_one_person(foretype: Terminal, mailbox: Path, tmp_path: Path) -> None:
    add_tiny(tmp_path / "cache")
    told = foretype("train", "--mail", str(mailbox), "--everyone", "--user", "tom")
    assert told.status == 2 and "--everyone: found --me or --user beside it" in told.err


@trained
def test_mail_in_a_model_a_memory_and_a_report_out(foretype: Terminal, mailbox: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    base = add_tiny(tmp_path / "cache")
    before = {file.name: file.read_bytes() for file in base.iterdir()}
    page, adapter = tmp_path / "report.html", tmp_path / "adapter"
    told = foretype(
        *("train", "--mail", str(mailbox), "--user", "tom", "--minutes", "5"),
        *("--html", str(page), "--adapter", str(adapter)),
    )
    facts = json.loads(told.out)
    assert told.status == (0 if facts["helped"] else 1)
    assert f"this looks like the mailbox of {ME}" in told.err
    assert set(facts["rows"]) == {"before", "memory", "trained"}
    assert facts["rows"]["trained"]["bits_per_char"] < facts["rows"]["before"]["bits_per_char"]
    assert facts["rows"]["memory"]["ksr_word"] > facts["rows"]["before"]["ksr_word"]
    assert facts["taught"]["messages"] == 150
    assert "of keys saved" in page.read_text(encoding="utf-8") and "Hi Sue" not in page.read_text(
        encoding="utf-8"
    )
    assert (adapter / "adapter_model.safetensors").exists() and (adapter / "base.json").exists()
    assert {file.name: file.read_bytes() for file in base.iterdir()} == before
    assert (tmp_path / "cache" / "models" / "my-mail").exists() == facts["helped"]
    assert not (tmp_path / "cache" / "training" / "my-mail").exists()
    assert foretype("adapter", "add", str(adapter), "--model", "tiny").status == 0


@trained
def test_a_budget_that_is_too_small_is_told(foretype: Terminal, mailbox: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    add_tiny(tmp_path / "cache")
    told = foretype("train", "--mail", str(mailbox), "--everyone", "--minutes", "0.001")
    assert told.status == 2 and "170 messages, 170 of them yours" in told.err
    assert "--minutes 0.001" in told.err and "give more minutes" in told.err


@dataclass
class Stopping:
    """A teller that stops the run when one stage begins."""

    at: str | None
    begun: list[str] = field(default_factory=list)

    def begin(self, stage: str) -> None:
        self.begun.append(stage)
        if stage == self.at:
            raise KeyboardInterrupt

    def advance(self, share: float, note: str = "") -> None:
        assert 0 <= share <= 1


@trained
@pytest.mark.parametrize("stage", ["training", "weighing voices", "typing your last messages (trained)"])
def test_a_run_that_was_stopped_goes_on_behind_what_was_done(tmp_path: Path, stage: str) -> None:
    pytest.importorskip("torch")
    from foretype.evals.mail_plan import Plan
    from foretype.evals.mail_run import MailRun

    base = add_tiny(tmp_path / "cache")
    settings = Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache")
    plan = Plan(cut(messages(150)), base, "mine", minutes=5, remembers=False)
    stopped, second = Stopping(at=stage), Stopping(at=None)
    with pytest.raises(KeyboardInterrupt):
        MailRun(plan, settings, tmp_path / "run", stopped).run()
    again = MailRun(plan, settings, tmp_path / "run", second)
    outcome = again.run()
    assert again.resumed
    assert second.begun[0] == stage and set(stopped.begun[:-1]).isdisjoint(second.begun)
    again.install(tmp_path / "cache" / "models" / "mine")
    assert model_path(settings) == tmp_path / "cache" / "models" / "mine"
    assert [row.name for row in outcome.rows] == ["before", "trained"]


@trained
def test_other_mail_starts_afresh(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from foretype.evals.mail_plan import Plan, fingerprint

    plan = Plan(cut(messages(150)), add_tiny(tmp_path), "mine", minutes=5, remembers=False)
    others = [replace(plan, mail=cut(messages(151))), replace(plan, minutes=6), replace(plan, remembers=True)]
    assert len({fingerprint(each) for each in [plan, *others]}) == 4
