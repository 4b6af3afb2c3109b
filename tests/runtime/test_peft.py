"""Adapters that peft itself saved: read without it, they answer as peft's own network does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foretype.errors import ModelError
from foretype.runtime.adapter_folder import read_adapter
from foretype.runtime.onnx_model import open_model

pytestmark = [
    pytest.mark.train,
    pytest.mark.filterwarnings(
        "ignore:`is_gradient_checkpointing`:FutureWarning"
    ),  # peft asks by an old name
]

TOKENS = [0, *range(2, 260, 5)]


def saved_by_peft(checkpoint: Path, target: Path, **options: Any) -> Any:
    """Saves an adapter with random weights on both sides; peft's network with it."""
    torch = pytest.importorskip("torch")
    peft = pytest.importorskip("peft")
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(7)
    base = transformers.LlamaForCausalLM.from_pretrained(checkpoint, dtype=torch.float32)
    config = peft.LoraConfig(**{"task_type": "CAUSAL_LM", "r": 4, "lora_alpha": 6} | options)
    network = peft.get_peft_model(base, config).eval()
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if "lora_" in name:
                weight.copy_(torch.randn_like(weight) * 0.2)
    network.save_pretrained(target)
    return network


def log_probs(network: Any) -> Any:
    torch = pytest.importorskip("torch")
    with torch.no_grad():
        return torch.log_softmax(network(torch.tensor([TOKENS])).logits[0, -8:], dim=-1).numpy()


@pytest.mark.parametrize(
    "options",
    [
        {"target_modules": ["q_proj", "v_proj"]},
        {"target_modules": "all-linear", "use_rslora": True},
        {"target_modules": ["q_proj", "k_proj", "down_proj"], "rank_pattern": {"q_proj": 2}},
    ],
    ids=["query and value", "all, rank-stabilised", "different ranks"],
)
def test_an_adapter_that_peft_saved_answers_as_in_peft(
    folder: Path, model_folder: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    network = saved_by_peft(folder, tmp_path / "adapter", **options)
    model = open_model(model_folder)
    model.load_adapter(read_adapter(tmp_path / "adapter", model.card.architecture, name="a"))
    found = model.adapted("a").submit(TOKENS, session="s", num_wanted=8).result(timeout=30)
    model.close()
    np.testing.assert_allclose(found, log_probs(network), atol=5e-4)


def test_a_variant_that_peft_saved_is_refused(folder: Path, model_folder: Path, tmp_path: Path) -> None:
    saved_by_peft(folder, tmp_path / "adapter", target_modules=["q_proj"], use_dora=True)
    model = open_model(model_folder)
    with pytest.raises(ModelError, match="use_dora"):
        read_adapter(tmp_path / "adapter", model.card.architecture, name="a")
    model.close()
