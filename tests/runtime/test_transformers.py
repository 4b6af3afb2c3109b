"""Our forward passes against transformers' on the same float weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_llama
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.engine import Cache, Engine, chain_pass
from foretype.runtime.export import export_onnx
from foretype.runtime.layout import Precision
from foretype.runtime.reference import reference_log_probs

TOKENS = [0, *range(2, 260, 3)]
LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}


@pytest.mark.train
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"num_key_value_heads": 1, "tie_word_embeddings": False},
        {"head_dim": 32},
        {"rope_scaling": LLAMA3},
    ],
)
def test_log_probs_equal_those_of_transformers(tmp_path: Path, changes: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    shape = tiny_llama.config(**changes)
    folder = tiny_llama.write_folder(tmp_path / "tiny", shape, tiny_llama.weights(shape))
    network = transformers.LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    with torch.no_grad():
        wanted = torch.log_softmax(network(torch.tensor([TOKENS])).logits[0], dim=-1).numpy()
    checkpoint = read_checkpoint(folder)
    np.testing.assert_allclose(reference_log_probs(checkpoint, TOKENS), wanted, atol=5e-4)
    export_onnx(checkpoint, tmp_path, precision=Precision(32))
    engine = Engine(tmp_path, checkpoint.architecture)
    rows = list(range(len(TOKENS)))
    found = engine.run(Cache(engine, capacity=128), chain_pass(TOKENS, num_past=0, wanted=rows))
    np.testing.assert_allclose(found, wanted, atol=5e-4)
