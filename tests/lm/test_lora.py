"""LoRA: the merged network, the live one and the one that the server makes of the saved adapter are the same."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import tiny_llama
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.reference import reference_log_probs

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")

if TYPE_CHECKING:
    from foretype.lm.lora import LoraLearner

TOKENS = [0, 40, 41, 99, 200, 7, 260]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    shape = tiny_llama.config()
    folder = tmp_path_factory.mktemp("lora") / "tiny"
    return read_checkpoint(tiny_llama.write_folder(folder, shape, tiny_llama.weights(shape)))


def learner_of(checkpoint: Checkpoint, *, seed: int) -> LoraLearner:
    """A learner whose corrections are random instead of none."""
    from foretype.lm.checkpoint_folder import gpt_of
    from foretype.lm.lora import LoraLearner, LoraOptions
    from foretype.lm.objective import NextToken

    learner = LoraLearner(gpt_of(checkpoint), NextToken(), LoraOptions(rank=4, alpha=8))
    torch.manual_seed(seed)
    learner.load_state_dict(
        {name: 0.1 * torch.randn(weight.shape) for name, weight in learner.state_dict().items()}
    )
    return learner


def said(learner: LoraLearner) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    with torch.no_grad():
        log_probs = learner.network(torch.tensor([TOKENS])).log_softmax(-1)[0].numpy()
    return np.asarray(log_probs)


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_the_merged_network_says_what_the_live_one_says(checkpoint: Checkpoint, strength: float) -> None:
    from foretype.lm.lora import merged

    learner = learner_of(checkpoint, seed=1)
    learner.set_strength(strength)
    found = reference_log_probs(merged(checkpoint, learner), TOKENS)
    np.testing.assert_allclose(found, said(learner), atol=2e-4)
    changed = np.abs(found - reference_log_probs(checkpoint, TOKENS)).max()
    assert (changed > 0.01) == (strength > 0)


def test_the_saved_adapter_makes_the_same_corrections(checkpoint: Checkpoint, tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    learner = learner_of(checkpoint, seed=2)
    learner.set_strength(0.5)
    learner.save(tmp_path)
    saved = load_file(tmp_path / "adapter_model.safetensors")
    for part in ("self_attn.q_proj", "mlp.down_proj"):
        name = f"model.layers.1.{part}"
        down, up = (saved[f"base_model.model.{name}.lora_{side}.weight"] for side in "AB")
        correction = learner.correction(f"{name}.weight")
        assert correction is not None
        np.testing.assert_allclose(0.5 * 8 / 4 * up @ down, correction.numpy(), atol=1e-6)


def test_the_server_reads_the_saved_adapter(checkpoint: Checkpoint, tmp_path: Path) -> None:
    from foretype.runtime.adapter_folder import read_adapter

    learner_of(checkpoint, seed=3).save(tmp_path)
    assert read_adapter(tmp_path, checkpoint.architecture, name="mine").rank == 4


def test_a_checkpoint_holds_the_corrections_and_nothing_else(checkpoint: Checkpoint) -> None:
    learner = learner_of(checkpoint, seed=4)
    state = learner.state_dict()
    assert len(state) == 2 * 7 * checkpoint.architecture.num_layers
    assert sum(weight.numel() for weight in state.values()) == learner.num_learned()
    other = learner_of(checkpoint, seed=5)
    other.load_state_dict(copy.deepcopy(state))
    np.testing.assert_array_equal(said(other), said(learner))


def test_only_corrections_are_learned(checkpoint: Checkpoint) -> None:
    learner = learner_of(checkpoint, seed=6)
    frozen = [name for name, weight in learner.named_parameters() if not weight.requires_grad]
    assert all("lora_" not in name for name in frozen)
    assert any("embed_tokens" in name for name in frozen)
