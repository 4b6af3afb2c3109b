"""Pruning: parts that do nothing can go without a trace, and the important ones stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import tiny_llama
from foretype.errors import InputError, ModelError
from foretype.runtime.architecture import Architecture, architecture_from_config
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.engine import Cache, Engine, chain_pass
from foretype.runtime.export import export_onnx
from foretype.runtime.layout import Precision
from foretype.runtime.reference import reference_log_probs
from foretype.runtime.vocabulary import Vocabulary

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")

if TYPE_CHECKING:
    from torch import Tensor, nn

    from foretype.lm.gpt import Gpt

TOKENS = [0, 40, 41, 99, 200, 7, 260]
SHAPE = tiny_llama.config()
ARCH = replace(architecture_from_config(SHAPE, where="test"), norm_epsilon=1e-5)


def test_a_silent_layer_can_go_without_a_trace() -> None:
    from foretype.lm.compress.prune import keep_layers

    weights = fresh()
    for part in ("self_attn.o_proj", "mlp.down_proj"):
        weights[f"model.layers.0.{part}.weight"].zero_()
    same(weights, *keep_layers(weights, ARCH, [1]))


def test_silent_neurons_can_go_without_a_trace() -> None:
    from foretype.lm.compress.prune import keep_neurons

    weights = fresh()
    for layer in range(2):
        weights[f"model.layers.{layer}.mlp.down_proj.weight"][:, :32].zero_()
    pruned, arch = keep_neurons(weights, ARCH, [range(32, 96)] * 2)
    assert arch.mlp_size == 64
    same(weights, pruned, arch)


def test_silent_heads_can_go_without_a_trace() -> None:
    from foretype.lm.compress.prune import keep_groups

    weights = fresh()
    width = ARCH.query_size // ARCH.num_kv_heads
    for layer in range(2):
        weights[f"model.layers.{layer}.self_attn.o_proj.weight"][:, :width].zero_()
    pruned, arch = keep_groups(weights, ARCH, [[1], [1]])
    assert (arch.num_heads, arch.num_kv_heads, arch.hidden_size) == (2, 1, ARCH.hidden_size)
    same(weights, pruned, arch)


def test_a_network_without_some_groups_of_heads_is_exported_as_torch_computes_it(tmp_path: Path) -> None:
    from foretype.lm.checkpoint_folder import gpt_of
    from foretype.lm.compress.shapes import make_cutter

    folder = tiny_llama.write_folder(tmp_path / "whole", SHAPE, tiny_llama.weights(SHAPE))
    whole = read_checkpoint(folder)
    cutter = make_cutter(gpt_of(whole), [torch.tensor([TOKENS])])
    wanted = replace(whole.architecture, num_heads=2, num_kv_heads=1)
    small = cutter.cut(wanted)
    assert small.arch == wanted
    weights = {name: value.detach().numpy() for name, value in small.state_dict().items()}
    cut = replace(whole, architecture=small.arch, weight=weights.__getitem__)
    export_onnx(cut, tmp_path, precision=Precision(32))
    engine = Engine(tmp_path, small.arch)
    cache = Cache(engine, capacity=len(TOKENS))
    served = engine.run(cache, chain_pass(TOKENS, num_past=0, wanted=range(len(TOKENS))))
    with torch.no_grad():
        computed = small(torch.tensor([TOKENS]))[0].log_softmax(-1).numpy()
    np.testing.assert_allclose(served, computed, atol=1e-3)
    np.testing.assert_allclose(reference_log_probs(cut, TOKENS), computed, atol=1e-3)


def test_the_group_that_is_cut_is_the_one_that_says_least() -> None:
    from foretype.lm.compress.shapes import make_cutter

    weights = fresh()
    width = ARCH.query_size // ARCH.num_kv_heads
    for layer, quiet in enumerate((0, 1)):
        rows = slice(quiet * ARCH.head_size, (quiet + 1) * ARCH.head_size)
        weights[f"model.layers.{layer}.self_attn.v_proj.weight"][rows] *= 1e-3
    network = gpt_with(weights)
    small = make_cutter(network, [torch.tensor([TOKENS])]).cut(replace(ARCH, num_heads=2, num_kv_heads=1))
    for layer, loud in enumerate((1, 0)):
        name = f"model.layers.{layer}.self_attn.o_proj.weight"
        kept = weights[name][:, loud * width : (loud + 1) * width]
        assert torch.equal(small.state_dict()[name], kept)


def test_kept_tokens_keep_their_odds_among_themselves() -> None:
    from foretype.lm.compress.prune import keep_rows

    weights, kept = fresh(), [260, 0, 7, 40, 41, 99, 200]
    pruned, arch = keep_rows(weights, ARCH, kept)
    before = predicted(weights, ARCH, TOKENS)[:, kept]
    after = predicted(pruned, arch, [kept.index(token) for token in TOKENS])
    np.testing.assert_allclose(after - after[:, :1], before - before[:, :1], atol=1e-4)


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ([[0, 1]], "found 1 layers"),
        ([[0], [0, 1]], "equally many"),
        ([[], []], "found none"),
        ([[0, 0], [0, 1]], "at most once"),
        ([[0, 1], [95, 96]], "found 95 to 96, wanted each of 0 to 95"),
    ],
)
def test_neurons_that_cannot_be_kept_are_told(kept: list[list[int]], told: str) -> None:
    from foretype.lm.compress.prune import keep_neurons

    with pytest.raises(InputError, match=told):
        keep_neurons(fresh(), ARCH, kept)


def test_an_important_neuron_is_one_that_speaks_loudly() -> None:
    from foretype.lm.compress.prune import group_importance, neuron_importance, strongest

    weights = fresh()
    loud = weights["model.layers.1.mlp.up_proj.weight"]
    loud[[3, 50]] *= 100
    weights["model.layers.0.self_attn.v_proj.weight"][ARCH.head_size :] *= 100
    network, batches = network_of(weights), [torch.tensor([TOKENS, TOKENS[::-1]])]
    assert strongest(neuron_importance(network, batches), 2)[1] == [3, 50]
    assert strongest(group_importance(network, batches, ARCH), 1)[0] == [1]
    assert not any(module._forward_pre_hooks for module in network.modules())


def test_importance_without_texts_is_refused() -> None:
    from foretype.lm.compress.prune import neuron_importance

    with pytest.raises(InputError, match="some texts"):
        neuron_importance(network_of(fresh()), [])


def fresh() -> dict[str, Tensor]:
    return {name: torch.from_numpy(values.copy()) for name, values in tiny_llama.weights(SHAPE).items()}


def same(weights: Mapping[str, Tensor], pruned: Mapping[str, Tensor], arch: Architecture) -> None:
    np.testing.assert_allclose(predicted(pruned, arch, TOKENS), predicted(weights, ARCH, TOKENS), atol=1e-4)


def predicted(
    weights: Mapping[str, Tensor], arch: Architecture, tokens: list[int]
) -> np.ndarray[Any, np.dtype[np.float32]]:
    checkpoint = Checkpoint("test", arch, lambda name: weights[name].numpy(), b"", (), None)
    return reference_log_probs(checkpoint, tokens)


def gpt_with(weights: Mapping[str, Tensor]) -> Gpt:
    from foretype.lm.gpt import Gpt

    gpt = Gpt(ARCH)
    gpt.load_state_dict(dict(weights))
    return gpt


def network_of(weights: Mapping[str, Tensor]) -> nn.Module:
    from transformers import LlamaConfig, LlamaForCausalLM

    network = LlamaForCausalLM(LlamaConfig(**SHAPE))
    network.load_state_dict(dict(weights), strict=False)
    return network


def test_a_layer_that_turns_nothing_is_the_least_important() -> None:
    from foretype.lm.compress.prune import layer_importance

    weights = fresh()
    for part in ("self_attn.o_proj", "mlp.down_proj"):
        weights[f"model.layers.0.{part}.weight"].zero_()
    found = layer_importance(network_of(weights), [torch.tensor([TOKENS])])
    assert found[0] == pytest.approx(0.0, abs=1e-5) and found[1] > 0.01


def test_a_pruned_tokenizer_still_writes_everything(tmp_path: Path) -> None:
    from foretype.lm.compress.vocabulary import prune_vocabulary

    before = Vocabulary(tiny_llama.tokenizer_json(), num_tokens=264, where="test")
    written, kept = prune_vocabulary(tiny_llama.tokenizer_json(), ["the other the end"] * 3, 261)
    after = Vocabulary(written, num_tokens=len(kept), where="test")
    assert len(kept) == 261
    assert after.token_bytes == tuple(before.token_bytes[token] for token in kept)
    assert [before.token_bytes[token] for token in kept[-3:]] == [b"th", b"the", b" the"]
    spelled = b"".join(after.token_bytes[token] for token in after.encode("the \u00e9nd of it"))
    assert spelled == "the \u00e9nd of it".encode()


def test_a_vocabulary_smaller_than_the_alphabet_is_refused() -> None:
    from foretype.lm.compress.vocabulary import prune_vocabulary

    with pytest.raises(InputError, match="found a size of 200, wanted at least 258"):
        prune_vocabulary(tiny_llama.tokenizer_json(), ["the"], 200)


def test_a_tokenizer_that_is_no_byte_level_bpe_is_refused() -> None:
    from foretype.lm.compress.vocabulary import prune_vocabulary

    with pytest.raises(ModelError, match="found WordPiece, wanted byte-level BPE"):
        prune_vocabulary(b'{"model": {"type": "WordPiece", "vocab": {}}}', ["the"], 300)
