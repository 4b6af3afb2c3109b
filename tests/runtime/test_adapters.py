"""Adapters at run time: an answer equals the network with the adapter merged in, whoever asks beside it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import tiny_adapter
import tiny_llama
from foretype.compose.protocols import LanguageModel
from foretype.errors import InputError, ModelError
from foretype.runtime.adapter_folder import read_adapter
from foretype.runtime.adapter_graph import adapted_graph
from foretype.runtime.adding import add_model
from foretype.runtime.catalog import Catalog
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.layout import Bits
from foretype.runtime.onnx_model import OnnxModel, open_model
from foretype.runtime.reference import reference_log_probs

from .conftest import gathering

LONG = [0, *(7 + 31 * index % 250 for index in range(80))]
TOLERANCE = 5e-4
RANKS = {"sales": 4, "support": 2}
PROJECTIONS = {"sales": tiny_adapter.ALL, "support": ("q_proj", "v_proj", "down_proj")}
NAMES: tuple[str | None, ...] = (None, *RANKS)
ALPHA = 8
Networks: TypeAlias = Mapping[str | None, Checkpoint]


def tensors(base: Checkpoint, name: str) -> dict[str, NDArray[np.float32]]:
    return tiny_adapter.tensors(base, rank=RANKS[name], seed=len(name), projections=PROJECTIONS[name])


@pytest.fixture(scope="module")
def networks(folder: Path) -> Networks:
    """The base, and each adapter merged into it."""
    base = read_checkpoint(folder)
    found: dict[str | None, Checkpoint] = {None: base}
    for name, rank in RANKS.items():
        found[name] = tiny_adapter.merged(base, tensors(base, name), scale=ALPHA / rank)
    return found


@pytest.fixture(scope="module")
def saved(networks: Networks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of adapters as peft saves them."""
    home = tmp_path_factory.mktemp("adapters")
    for name in RANKS:
        tiny_adapter.write(home / name, tensors(networks[None], name), tiny_adapter.config(lora_alpha=ALPHA))
    return home


@pytest.fixture(params=[True, False], ids=["batching", "alone"])
def model(model_folder: Path, saved: Path, request: pytest.FixtureRequest) -> Iterator[OnnxModel]:
    opened = open_model(model_folder, can_batch=bool(request.param))
    for name in RANKS:
        opened.load_adapter(read_adapter(saved / name, opened.card.architecture, name=name))
    yield opened
    opened.close()


def speaking(model: OnnxModel, name: str | None) -> LanguageModel:
    return model if name is None else model.adapted(name)


def check(network: Checkpoint, found: NDArray[np.float32], tokens: list[int]) -> None:
    np.testing.assert_allclose(found, reference_log_probs(network, tokens)[-len(found) :], atol=TOLERANCE)


def test_each_adapter_answers_as_if_it_were_merged(model: OnnxModel, networks: Networks) -> None:
    for name in NAMES:
        found = speaking(model, name).submit(LONG, session="s", num_wanted=5).result(timeout=30)
        check(networks[name], found, LONG)


def test_adapters_change_the_answer(networks: Networks) -> None:
    answers = [reference_log_probs(network, LONG)[-1] for network in networks.values()]
    assert min(np.abs(one - other).max() for one in answers for other in answers if one is not other) > 0.1


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_interleaved_sessions_and_adapters_never_mix(
    model: OnnxModel, networks: Networks, data: st.DataObject
) -> None:
    """Same sessions, same beginnings, different adapters, several at once: every one as if it were alone."""
    question = st.tuples(
        st.sampled_from(NAMES), st.sampled_from("abc"), st.lists(st.integers(2, 5), min_size=1, max_size=6)
    )
    for batch in data.draw(st.lists(st.lists(question, min_size=1, max_size=6), max_size=4)):
        asked = [(name, session, [*LONG[:20], *tail]) for name, session, tail in batch]
        futures = [speaking(model, name).submit(tokens, session=session) for name, session, tokens in asked]
        for (name, _, tokens), future in zip(asked, futures, strict=True):
            check(networks[name], future.result(timeout=30), tokens)


def test_sessions_with_the_same_adapter_share_a_beginning_and_others_do_not(model: OnnxModel) -> None:
    model.adapted("sales").submit(LONG[:50], session="one").result(timeout=30)
    before = model.counts.num_computed_tokens
    model.adapted("sales").submit([*LONG[:50], 9], session="two").result(timeout=30)
    assert model.counts.num_computed_tokens == before + 1
    model.adapted("support").submit(LONG[:50], session="three").result(timeout=30)
    assert model.counts.num_computed_tokens == before + 1 + 50


def test_questions_with_the_same_adapter_share_a_pass(model: OnnxModel, networks: Networks) -> None:
    asked = [(name, f"{name}{at}", [0, at + 9, *LONG[1:20]]) for name in ("sales", None) for at in range(3)]
    for name, session, tokens in asked:
        speaking(model, name).submit(tokens, session=session).result(timeout=30)
    with gathering(model):
        before = model.counts.num_passes
        futures = [
            speaking(model, name).submit([*tokens, 5], session=session) for name, session, tokens in asked
        ]
    for (name, _, tokens), future in zip(asked, futures, strict=True):
        check(networks[name], future.result(timeout=30), [*tokens, 5])
    assert model.counts.num_passes == before + (2 if model._engine.can_batch else 6)


def test_an_unloaded_adapter_is_refused_and_leaves_no_cache(model: OnnxModel, networks: Networks) -> None:
    view = model.adapted("sales")
    view.submit(LONG[:30], session="s").result(timeout=30)
    cached = model.num_cache_bytes
    assert model.unload_adapter("sales") and not model.unload_adapter("sales")
    with pytest.raises(CancelledError):
        view.submit(LONG[:31], session="s").result(timeout=30)
    with pytest.raises(InputError, match=r"not loaded \(loaded: support\)"):
        model.adapted("sales")
    check(networks[None], model.submit(LONG[:30], session="s").result(timeout=30), LONG[:30])
    assert model.num_cache_bytes == cached, "its cache made room for another's"


def test_unloading_frees_the_memory_of_adapter_and_caches(model: OnnxModel) -> None:
    model.adapted("support").submit(LONG[:30], session="s").result(timeout=30)
    futures = [model.adapted("support").submit([*LONG, at], session=f"{at}") for at in range(3)]
    held = weakref.ref(model.adapters["support"].inputs["layer.0.qkv.low"])
    model.unload_adapter("support")
    for future in futures:
        with suppress(CancelledError):  # those that still waited
            future.result(timeout=30)
    model.submit(LONG[:30], session="after").result(timeout=30)
    del futures, future
    gc.collect()
    assert held() is None


def test_an_adapter_loaded_again_under_its_name_answers_anew(
    model: OnnxModel, saved: Path, networks: Networks
) -> None:
    model.adapted("sales").submit(LONG[:30], session="s").result(timeout=30)
    model.load_adapter(read_adapter(saved / "support", model.card.architecture, name="sales"))
    found = model.adapted("sales").submit(LONG[:30], session="s").result(timeout=30)
    check(networks["support"], found, LONG[:30])
    assert model.adapted("sales").speaker == model.adapted("support").speaker != model.speaker


def test_a_model_that_never_had_an_adapter_loads_its_network_once(model_folder: Path) -> None:
    model = open_model(model_folder)
    model.submit(LONG, session="s").result(timeout=30)
    assert model._engine._adapted is None
    model.close()


@pytest.mark.parametrize("bits", [4, 8])
def test_quantised_models_take_adapters(
    folder: Path, saved: Path, tmp_path: Path, networks: Networks, bits: Bits
) -> None:
    """The change that the adapter makes is the float one; the base is as coarse as it is."""
    catalog = Catalog(tmp_path)
    add_model(catalog, str(folder), name="tiny", bits=bits, progress=lambda stage, share: None)
    model = open_model(catalog.existing("tiny"))
    model.load_adapter(read_adapter(saved / "sales", model.card.architecture, name="sales"))
    found = model.adapted("sales").submit(LONG, session="s").result(timeout=30)[0]
    model.close()
    wanted, base = (reference_log_probs(networks[name], LONG)[-1] for name in ("sales", None))
    assert np.sum(np.exp(wanted) * (wanted - found)) < np.sum(np.exp(wanted) * (wanted - base)) / 2


def test_a_graph_without_the_products_is_refused(model_folder: Path) -> None:
    with pytest.raises(ModelError, match=r"no product layer\.2"):
        adapted_graph(model_folder / "model.onnx", num_layers=3)
    with pytest.raises(ModelError, match="cannot be read"):
        adapted_graph(model_folder / "tokenizer.json", num_layers=2)


def test_tiny_llama_has_every_projection(networks: Networks) -> None:
    """The helper writes 7 projections of 2 layers, both sides."""
    assert len(tiny_adapter.tensors(networks[None])) == 7 * 2 * 2
    assert tiny_llama.config()["num_hidden_layers"] == 2
