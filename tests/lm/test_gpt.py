"""The torch network against its numpy twin, transformers, and the graph that is served: every option."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

import tiny_llama
from foretype.runtime.adding import add_model
from foretype.runtime.architecture import Architecture, RopeScaling, architecture_from_config
from foretype.runtime.catalog import Catalog
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.engine import Cache, Engine, Pass, Row, chain_pass
from foretype.runtime.export import export_onnx
from foretype.runtime.layout import Precision
from foretype.runtime.onnx_model import open_model
from foretype.runtime.reference import reference_log_probs

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")

if TYPE_CHECKING:
    from torch import Tensor

    from foretype.lm.gpt import Gpt

TOKENS = [0, *range(2, 260, 7)]
WITHIN = 1e-3  # logits of the exported float network and of torch
ARCH = architecture_from_config(tiny_llama.config(), where="test")
OPTIONS = {
    "grouped": ARCH,
    "multi-head": replace(ARCH, num_kv_heads=4),
    "multi-query": replace(ARCH, num_kv_heads=1),
    "untied": replace(ARCH, tied_head=False),
    "own head size": replace(ARCH, head_size=32),
    "no positions": replace(ARCH, rotary=False),
    "window": replace(ARCH, sliding_window=9),
    "window of one": replace(ARCH, sliding_window=1),
    "no positions, window": replace(ARCH, rotary=False, sliding_window=9),
    "stretched": replace(ARCH, rope_scaling=RopeScaling(2.0)),
    "llama 3": replace(ARCH, rope_scaling=RopeScaling(8.0, 1.0, 4.0, 64)),
}
OWN = (
    "no positions",
    "window",
    "window of one",
    "no positions, window",
)  # options that transformers' Llama lacks
every_option = pytest.mark.parametrize("arch", OPTIONS.values(), ids=OPTIONS.keys())


@every_option
def test_the_network_equals_its_numpy_twin(arch: Architecture) -> None:
    gpt = network(arch)
    np.testing.assert_allclose(said(gpt, TOKENS), reference_log_probs(checkpoint(gpt), TOKENS), atol=5e-4)


@pytest.mark.parametrize("name", [name for name in OPTIONS if name not in OWN])
def test_the_network_equals_transformers(name: str, tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    from foretype.lm.checkpoint_folder import save_folder

    gpt = network(OPTIONS[name])
    save_folder(gpt, tiny_llama.tokenizer_json(), tmp_path / "m", licence=None, data_card="")
    llama = transformers.LlamaForCausalLM.from_pretrained(tmp_path / "m", dtype=torch.float32)
    with torch.no_grad():
        ids = torch.tensor([TOKENS])
        np.testing.assert_allclose(gpt(ids).numpy(), llama(ids).logits.numpy(), atol=WITHIN / 2)


@every_option
def test_the_exported_network_equals_torch(arch: Architecture, tmp_path: Path) -> None:
    gpt = network(arch)
    for can_batch in (False, True):
        engine = exported(gpt, tmp_path, can_batch=can_batch)
        wanted = chain_pass(TOKENS, num_past=0, wanted=range(len(TOKENS)))
        found = engine.run(Cache(engine, capacity=64), wanted)
        assert_same_logits(found, said(gpt, TOKENS))


@every_option
def test_an_exported_network_that_reads_token_by_token_equals_torch(
    arch: Architecture, tmp_path: Path
) -> None:
    gpt = network(arch)
    engine = exported(gpt, tmp_path, can_batch=True)
    cache = Cache(engine, capacity=64)
    engine.run(cache, chain_pass(TOKENS[:20], num_past=0, wanted=[]))
    for past in range(20, 30):
        found = engine.run(cache, chain_pass(TOKENS[past : past + 1], num_past=past, wanted=[0]))
        assert_same_logits(found, said(gpt, TOKENS[: past + 1])[-1:])


def test_documents_that_share_a_row_do_not_see_each_other() -> None:
    for arch in OPTIONS.values():
        gpt = network(arch)
        first, second = TOKENS[:7], TOKENS[7:20]
        documents = torch.tensor([[3] * len(first) + [1] * len(second)])
        together = log_probs(gpt, [*first, *second], documents)
        np.testing.assert_allclose(together[:7], said(gpt, first), atol=5e-4)
        # a rotation tells distances alone, so a document may begin anywhere
        np.testing.assert_allclose(together[7:], said(gpt, second), atol=5e-4)


def test_a_network_of_a_window_forgets_what_is_outside() -> None:
    gpt = network(replace(ARCH, sliding_window=3, num_layers=1))
    one, other = [5, 6, 7, 8, 9, 10], [99, 98, 97, 8, 9, 10]
    np.testing.assert_allclose(said(gpt, one)[-1], said(gpt, other)[-1], atol=1e-5)
    assert np.abs(said(gpt, one)[-2] - said(gpt, other)[-2]).max() > 0.01


def test_without_positions_the_order_of_the_past_is_nothing_to_one_layer() -> None:
    gpt = network(replace(ARCH, rotary=False, num_layers=1))
    np.testing.assert_allclose(said(gpt, [5, 6, 7, 8])[-1], said(gpt, [7, 5, 6, 8])[-1], atol=1e-4)


def test_gradients_reach_every_weight() -> None:
    for arch in OPTIONS.values():
        gpt = network(arch)
        gpt(torch.tensor([TOKENS])).square().mean().backward()
        reached = {
            name for name, weight in gpt.named_parameters() if weight.grad is not None and weight.grad.any()
        }
        silent = [name for name, _ in gpt.named_parameters() if name not in reached]
        expected = () if arch.sliding_window != 1 else ("q_proj", "k_proj")  # one place needs no comparison
        assert [name for name in silent if not any(part in name for part in expected)] == []


def test_the_head_counts_once() -> None:
    untied, tied = network(replace(ARCH, tied_head=False)), network(ARCH)
    assert untied.num_parameters() - tied.num_parameters() == ARCH.vocab_size * ARCH.hidden_size
    assert tied.head is tied.model.embed_tokens.weight


@every_option
def test_branches_of_a_tree_equal_their_chains(arch: Architecture, tmp_path: Path) -> None:
    gpt = network(arch)
    engine = exported(gpt, tmp_path, can_batch=True)
    cache = Cache(engine, capacity=64)
    engine.run(cache, chain_pass(TOKENS[:12], num_past=0, wanted=[]))
    tree = Row([50, 60, 70, 71], 12, depths=[0, 1, 0, 1], sees=np.array(SEEN, dtype=np.bool_))
    found = engine.run(cache, Pass([tree], [1, 3]))
    for row, branch in zip(found, ([50, 60], [70, 71]), strict=True):
        assert_same_logits(row[None], said(gpt, [*TOKENS[:12], *branch])[-1:])


def test_sessions_of_a_windowed_network_equal_torch(tmp_path: Path) -> None:
    from foretype.lm.checkpoint_folder import save_folder

    gpt = network(replace(ARCH, sliding_window=9, rotary=False))
    folder = save_folder(gpt, tiny_llama.tokenizer_json(), tmp_path / "m", licence=None, data_card="")
    catalog = Catalog(tmp_path / "models")
    add_model(catalog, str(folder), name=None, bits=32, progress=lambda stage, share: None)
    with closing(open_model(catalog.path("m"))) as model:
        for turn in range(4):
            asked = [[*TOKENS[: 18 + turn], 5 * session, tail] for session in range(3) for tail in (4, 8)]
            futures = [model.submit(tokens, session=str(tokens[-2])) for tokens in asked]
            for tokens, future in zip(asked, futures, strict=True):
                assert_same_logits(future.result(timeout=30), said(gpt, tokens)[-1:])


SEEN = [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 1]]  # two branches of two tokens


def network(arch: Architecture) -> Gpt:
    """Random weights of a size that keeps the logits lively."""
    from foretype.lm.gpt import Gpt

    gpt = Gpt(arch)
    torch.manual_seed(11)
    with torch.no_grad():
        for weight in gpt.parameters():
            if weight.ndim > 1:
                weight.normal_(std=1.5 / weight.shape[1] ** 0.5)
            else:
                weight.uniform_(0.5, 1.5)
    return gpt


def checkpoint(gpt: Gpt) -> Checkpoint:
    weights = {name: value.numpy() for name, value in gpt.state_dict().items()}
    return Checkpoint("test", gpt.arch, lambda name: weights[name], b"", (), None)


def exported(gpt: Gpt, folder: Path, *, can_batch: bool) -> Engine:
    """The network as it is served, by way of its folder on disk."""
    from foretype.lm.checkpoint_folder import save_folder

    save_folder(gpt, tiny_llama.tokenizer_json(), folder / "m", licence=None, data_card="")
    export_onnx(read_checkpoint(folder / "m"), folder, precision=Precision(32))
    return Engine(folder, gpt.arch, can_batch=can_batch)


def said(gpt: Gpt, tokens: list[int]) -> NDArray[np.float32]:
    """Log probabilities after each token, shape (tokens, vocab)."""
    return log_probs(gpt, tokens, None)


def log_probs(gpt: Gpt, tokens: list[int], documents: Tensor | None) -> NDArray[np.float32]:
    with torch.no_grad():
        found: NDArray[np.float32] = gpt(torch.tensor([tokens]), documents)[0].log_softmax(-1).numpy()
    return found


def assert_same_logits(found: NDArray[Any], wanted: NDArray[Any]) -> None:
    """Log probabilities are logits less one number a row."""
    np.testing.assert_allclose(found, wanted, atol=WITHIN)
