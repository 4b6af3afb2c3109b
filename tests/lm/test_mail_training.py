"""Fine-tuning on a person's messages: it learns their habits, goes on where it stopped, and takes no more than helps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tiny_llama
from foretype.compose.lm_reader import document_tokens
from foretype.compose.request import Context
from foretype.errors import InputError
from foretype.runtime.adding import add_model
from foretype.runtime.catalog import Catalog
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.onnx_model import open_model
from foretype.runtime.stored_weights import read_model_dir
from own_mail import messages

pytestmark = pytest.mark.train
pytest.importorskip("torch")


def stored(tmp_path: Path, *, markers: bool) -> Path:
    """A model directory; with markers it is one of our own."""
    more = tiny_llama.MARKERS if markers else ()
    shape = tiny_llama.config(vocab_size=len(tiny_llama.vocabulary()) + len(more))
    folder = tiny_llama.write_folder(tmp_path / "tiny", shape, tiny_llama.weights(shape), more_tokens=more)
    add_model(Catalog(tmp_path / "models"), str(folder), name="tiny", bits=8, progress=lambda *_: None)
    return tmp_path / "models" / "tiny"


@pytest.fixture(params=[True, False], ids=["markers", "words"])
def directory(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    return stored(tmp_path, markers=request.param)


@pytest.fixture
def checkpoint(directory: Path) -> Checkpoint:
    return read_model_dir(directory)


def test_an_example_is_what_is_read_at_a_keystroke(directory: Path, checkpoint: Checkpoint) -> None:
    from foretype.lm.mail_examples import mail_examples

    letter = replace(messages(1)[0], previous="Where is it?")
    examples = mail_examples([letter], checkpoint, max_tokens=256)
    lm = open_model(directory)
    before = document_tokens(lm, "", Context(subject=letter.subject, previous=letter.previous))
    lm.close()
    ends = [] if lm.markers is None else [lm.markers.end]
    assert examples.tokens.tolist() == [*before, *lm.encode(letter.text), *ends]
    assert examples.num_context.tolist() == [len(before)]


def test_a_long_message_gives_several_examples_and_a_long_context_is_left_out(checkpoint: Checkpoint) -> None:
    from foretype.lm.mail_examples import mail_examples

    letter = replace(messages(1)[0], text="word " * 100, subject="é" * 80)
    examples = mail_examples([letter], checkpoint, max_tokens=128)
    assert len(examples) > 3
    assert examples.lengths.max() <= 128
    assert examples.num_context.max() < 5


def test_no_text_is_told(checkpoint: Checkpoint) -> None:
    from foretype.lm.mail_examples import mail_examples

    with pytest.raises(InputError, match="found no message with text"):
        mail_examples([replace(messages(1)[0], text="")], checkpoint, max_tokens=256)


def test_habits_are_learned_and_their_strength_is_chosen_on_messages_kept_apart(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    from foretype.lm.mail_training import train_on_mail

    letters, shares = messages(90), list[float]()
    trained = train_on_mail(
        checkpoint,
        letters[:80],
        letters[80:],
        tmp_path / "run",
        seconds=30,
        on_point=lambda _, share: shares.append(share),
    )
    losses = dict(trained.facts.losses)
    assert losses[trained.facts.strength] == min(losses.values()) < losses[0.0]
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_a_run_that_is_finished_is_not_run_again(checkpoint: Checkpoint, tmp_path: Path) -> None:
    from foretype.lm.mail_training import train_on_mail

    letters = messages(30)
    first = train_on_mail(checkpoint, letters[:20], letters[20:], tmp_path / "run", seconds=30)
    again = train_on_mail(
        checkpoint,
        letters[:20],
        letters[20:],
        tmp_path / "run",
        seconds=30,
        on_point=lambda *_: pytest.fail("trained again"),
    )
    assert again.facts.tokens == first.facts.tokens
    np.testing.assert_allclose(
        again.facts.losses, first.facts.losses, rtol=0.02
    )  # bf16 or float32, as measured


def test_the_budget_is_kept(checkpoint: Checkpoint, tmp_path: Path) -> None:
    from foretype.lm.mail_training import train_on_mail

    letters = messages(400)
    trained = train_on_mail(checkpoint, letters[:380], letters[380:], tmp_path / "run", seconds=0.5)
    assert trained.facts.epochs < 3
