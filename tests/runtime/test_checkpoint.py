"""Reading checkpoints: two containers, several number types, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from gguf import GGMLQuantizationType

import tiny_llama
from foretype.errors import ModelError
from foretype.runtime.architecture import architecture_from_config
from foretype.runtime.checkpoint import expected_shapes
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.vocabulary import Vocabulary

SHAPE = tiny_llama.config()
WEIGHTS = tiny_llama.weights(SHAPE)


def test_a_gguf_file_and_a_folder_of_the_same_network_give_the_same_weights(tmp_path: Path) -> None:
    one = read_checkpoint(tiny_llama.write_folder(tmp_path / "folder", SHAPE, WEIGHTS))
    other = read_checkpoint(tiny_llama.write_gguf(tmp_path / "tiny.gguf", SHAPE, WEIGHTS))
    assert one.architecture == other.architecture
    assert one.prelude == other.prelude == (0,)
    for name, _ in expected_shapes(one.architecture):
        np.testing.assert_array_equal(one.weight(name), other.weight(name))


def test_the_tokenizer_of_a_gguf_file_splits_like_the_original(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(tiny_llama.write_gguf(tmp_path / "tiny.gguf", SHAPE, WEIGHTS))
    size = len(tiny_llama.vocabulary())
    rebuilt = Vocabulary(checkpoint.tokenizer_json, num_tokens=size, where="rebuilt")
    original = Vocabulary(tiny_llama.tokenizer_json(), num_tokens=size, where="original")
    for text in ("the other thing, in 2001\n\n", "naïve 東京 🙂", "<|endoftext|> in a mail"):
        assert rebuilt.encode(text) == original.encode(text)
    assert rebuilt.token_bytes == original.token_bytes


@pytest.mark.parametrize(("dtype", "tolerance"), [("F16", 1e-3), ("BF16", 1e-2)])
def test_half_precision_is_widened(tmp_path: Path, dtype: str, tolerance: float) -> None:
    checkpoint = read_checkpoint(tiny_llama.write_folder(tmp_path / "half", SHAPE, WEIGHTS, dtype=dtype))
    for name, values in WEIGHTS.items():
        np.testing.assert_allclose(checkpoint.weight(name), values, rtol=tolerance, atol=1e-4)


def test_quantised_gguf_tensors_are_dequantised(tmp_path: Path) -> None:
    path = tiny_llama.write_gguf(tmp_path / "tiny.gguf", SHAPE, WEIGHTS, kind=GGMLQuantizationType.Q8_0)
    name = "model.layers.1.self_attn.q_proj.weight"
    np.testing.assert_allclose(read_checkpoint(path).weight(name), WEIGHTS[name], atol=0.01)


def test_shards_are_read_as_one(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(tiny_llama.write_folder(tmp_path / "sharded", SHAPE, WEIGHTS, num_shards=3))
    for name, values in WEIGHTS.items():
        np.testing.assert_array_equal(checkpoint.weight(name), values)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"model_type": "gpt2"}, "gpt2"),
        ({"hidden_act": "gelu"}, "gelu"),
        ({"attention_bias": True}, "attention_bias"),
        ({"rope_scaling": {"rope_type": "yarn", "factor": 4.0}}, "yarn"),
        ({"num_key_value_heads": 3}, "num_kv_heads"),
    ],
)
def test_another_architecture_is_refused_by_name(changes: dict[str, object], named: str) -> None:
    with pytest.raises(ModelError, match=named):
        architecture_from_config(tiny_llama.config(**changes), where="config.json")


def test_a_gguf_file_of_another_architecture_is_refused_by_name(tmp_path: Path) -> None:
    path = tiny_llama.write_gguf(tmp_path / "other.gguf", SHAPE, WEIGHTS, architecture="gemma3")
    with pytest.raises(ModelError, match="gemma3"):
        read_checkpoint(path)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_gguf_file_is_refused(tmp_path: Path, share: float) -> None:
    path = tiny_llama.write_gguf(tmp_path / "tiny.gguf", SHAPE, WEIGHTS)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ModelError, match=r"tiny\.gguf"):
        read_checkpoint(path)


@pytest.mark.parametrize("num_bytes", [0, 4, 100, 60_000])
def test_a_truncated_safetensors_file_is_refused(tmp_path: Path, num_bytes: int) -> None:
    folder = tiny_llama.write_folder(tmp_path / "cut", SHAPE, WEIGHTS)
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:num_bytes])
    with pytest.raises(ModelError, match=r"model\.safetensors"):
        read_checkpoint(folder)


def test_a_missing_shard_is_told_by_the_weight_it_held(tmp_path: Path) -> None:
    folder = tiny_llama.write_folder(tmp_path / "sharded", SHAPE, WEIGHTS, num_shards=2)
    (folder / "model-00002-of-00002.safetensors").unlink()
    checkpoint = read_checkpoint(folder)
    with pytest.raises(ModelError, match=r"model\.norm\.weight"):
        checkpoint.weight("model.norm.weight")


def test_a_weight_of_another_shape_is_refused(tmp_path: Path) -> None:
    folder = tiny_llama.write_folder(tmp_path / "odd", tiny_llama.config(intermediate_size=80), WEIGHTS)
    with pytest.raises(ModelError, match="shape"):
        read_checkpoint(folder).weight("model.layers.0.mlp.up_proj.weight")


def test_an_empty_folder_and_no_file_at_all_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(ModelError, match=r"safetensors|Hugging Face"):
            read_checkpoint(path)


def test_llama_3_scaling_keeps_short_waves_and_stretches_long_ones() -> None:
    scaling = {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 128,
    }
    plain = architecture_from_config(SHAPE, where="plain").inverse_frequencies()
    changed = json.loads(json.dumps(tiny_llama.config(rope_scaling=scaling)))
    stretched = architecture_from_config(changed, where="stretched").inverse_frequencies()
    assert stretched[0] == plain[0]
    assert stretched[-1] == pytest.approx(plain[-1] / 8)
    assert np.all(np.diff(stretched) < 0)
