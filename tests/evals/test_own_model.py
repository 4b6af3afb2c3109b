"""Storing what training made: nothing is lost to rounding, nothing half-written is ever installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import tiny_llama
from foretype.runtime.adding import add_model, divergence
from foretype.runtime.catalog import Catalog
from foretype.runtime.model_dir import read_card, verify
from foretype.runtime.stored_weights import read_model_dir

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    shape = tiny_llama.config()
    source = tiny_llama.write_folder(folder / "tiny", shape, tiny_llama.weights(shape))
    add_model(Catalog(folder / "models"), str(source), name="tiny", bits=4, progress=lambda *_: None)
    return folder / "models" / "tiny"


def test_merged_weights_are_stored_without_a_second_loss(base: Path, tmp_path: Path) -> None:
    from foretype.evals.own_model import store_trained
    from foretype.lm.checkpoint_folder import gpt_of
    from foretype.lm.lora import LoraLearner, LoraOptions, merged
    from foretype.lm.mail_training import Facts, Trained
    from foretype.lm.objective import NextToken

    checkpoint = read_model_dir(base)
    learner = LoraLearner(gpt_of(checkpoint), NextToken(), LoraOptions(rank=4))
    torch.manual_seed(0)
    learner.load_state_dict(
        {name: 0.05 * torch.randn(weight.shape) for name, weight in learner.state_dict().items()}
    )
    facts = Facts(1.0, ((0.0, 2.0), (1.0, 1.0)), tokens=1000, epochs=3.0, seconds=1.0)
    store_trained(checkpoint, Trained(learner, facts), tmp_path / "mine", base=base)
    verify(tmp_path / "mine")
    card = read_card(tmp_path / "mine")
    assert card.name == "mine" and card.base_sha256 != read_card(base).base_sha256
    assert "one writer's mail: 1,000 tokens" in card.data_card
    assert divergence(merged(checkpoint, learner), tmp_path / "mine") < 0.01


def test_a_network_that_gained_nothing_is_copied_as_it_is(base: Path, tmp_path: Path) -> None:
    from foretype.evals.own_model import copy_model

    copy_model(base, tmp_path / "mine")
    verify(tmp_path / "mine")
    assert read_card(tmp_path / "mine").name == "mine"
    name = "model.layers.1.mlp.down_proj.weight"
    before, after = (read_model_dir(folder).weight(name) for folder in (base, tmp_path / "mine"))
    np.testing.assert_array_equal(before, after)


def test_an_install_that_fails_leaves_what_was_there(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from foretype.evals import own_model

    own_model.install(base, tmp_path / "models" / "mine")
    before = {file.name: file.read_bytes() for file in (tmp_path / "models" / "mine").iterdir()}

    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space left"):
        own_model.install(base, tmp_path / "models" / "mine")
    assert {file.name: file.read_bytes() for file in (tmp_path / "models" / "mine").iterdir()} == before
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["mine"]
