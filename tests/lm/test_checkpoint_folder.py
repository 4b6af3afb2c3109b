"""A trained network becomes a folder that every other part reads, and comes back bit for bit."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import tiny_llama
from foretype.errors import ModelError, StoreError
from foretype.runtime.adding import add_model
from foretype.runtime.architecture import Architecture, RopeScaling, architecture_from_config
from foretype.runtime.catalog import Catalog
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.model_dir import read_card
from foretype.runtime.reference import reference_log_probs

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")

if TYPE_CHECKING:
    from foretype.lm.gpt import Gpt

TOKENS = [0, 40, 41, 99, 200, 7, 260]
TOKENIZER = tiny_llama.tokenizer_json(more=tiny_llama.MARKERS)
ARCH = replace(
    architecture_from_config(tiny_llama.config(), where="test"),
    vocab_size=len(tiny_llama.vocabulary()) + len(tiny_llama.MARKERS),
)
SHAPES = {
    "tied": ARCH,
    "untied": replace(ARCH, tied_head=False),
    "no positions": replace(ARCH, rotary=False),
    "window": replace(ARCH, sliding_window=3),
    "linear": replace(ARCH, rope_scaling=RopeScaling(2.0)),
    "llama3": replace(ARCH, rope_scaling=RopeScaling(8.0, 1.0, 4.0, 64)),
}


@pytest.mark.parametrize("arch", SHAPES.values(), ids=SHAPES.keys())
def test_a_network_comes_back_as_it_was(tmp_path: Path, arch: Architecture) -> None:
    from foretype.lm.checkpoint_folder import load_gpt

    gpt = network(arch)
    found, tokenizer = load_gpt(saved(gpt, tmp_path / "model"))
    assert (found.arch, tokenizer) == (arch, TOKENIZER)
    wanted = gpt.state_dict()
    assert found.state_dict().keys() == wanted.keys()
    assert all(torch.equal(value, wanted[name]) for name, value in found.state_dict().items())
    assert all(weight.requires_grad for weight in found.parameters())
    assert torch.equal(found(torch.tensor([TOKENS])), gpt(torch.tensor([TOKENS])))


def test_the_numpy_twin_reads_it_and_agrees(tmp_path: Path) -> None:
    gpt = network(ARCH)
    checkpoint = read_checkpoint(saved(gpt, tmp_path / "model"))
    wanted = torch.log_softmax(gpt(torch.tensor([TOKENS])), -1)[0].detach().numpy()
    np.testing.assert_allclose(reference_log_probs(checkpoint, TOKENS), wanted, atol=1e-4)
    assert checkpoint.markers is not None
    assert checkpoint.prelude == (checkpoint.markers.start,)


def test_a_stored_model_tells_the_licence_and_the_data(tmp_path: Path) -> None:
    folder = saved(network(ARCH), tmp_path / "mine")
    catalog = Catalog(tmp_path / "models")
    add_model(catalog, str(folder), name=None, bits=32, progress=lambda stage, share: None)
    card = read_card(catalog.path("mine"))
    assert (card.licence, card.data_card) == ("Apache-2.0", "letters of a test")


def test_half_the_bytes_read_back_nearly_the_same(tmp_path: Path) -> None:
    from foretype.lm.checkpoint_folder import load_gpt, save_folder

    gpt = network(ARCH)
    save_folder(gpt, TOKENIZER, tmp_path / "m", licence=None, data_card="", dtype=torch.bfloat16)
    found, _ = load_gpt(tmp_path / "m")
    assert json.loads((tmp_path / "m" / "config.json").read_text())["torch_dtype"] == "bfloat16"
    assert torch.equal(found.head, gpt.head.bfloat16().float())


def test_a_gguf_file_becomes_a_network(tmp_path: Path) -> None:
    from foretype.lm.checkpoint_folder import load_gpt

    shape = tiny_llama.config()
    values = tiny_llama.weights(shape)
    gpt, _ = load_gpt(tiny_llama.write_gguf(tmp_path / "tiny.gguf", shape, values))
    for name, value in gpt.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), values[name])


def test_a_tokenizer_of_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="wanted below 264"):
        saved(network(replace(ARCH, vocab_size=264)), tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_keeps_the_network_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from foretype.lm import checkpoint_folder

    folder = saved(network(ARCH), tmp_path / "model")
    before = (folder / "model.safetensors").read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint_folder, "save_file", full)
    with pytest.raises(StoreError, match="free some space"):
        saved(network(ARCH), folder)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert (folder / "model.safetensors").read_bytes() == before


def network(arch: Architecture) -> Gpt:
    from foretype.lm.gpt import Gpt

    torch.manual_seed(1)
    gpt = Gpt(arch)
    with torch.no_grad():
        for weight in gpt.parameters():
            weight.mul_(4.0 if weight.ndim > 1 else 1.0)  # livelier than at the start of a training
    return gpt


def saved(gpt: Gpt, folder: Path) -> Path:
    from foretype.lm.checkpoint_folder import save_folder

    return save_folder(gpt, TOKENIZER, folder, licence="Apache-2.0", data_card="letters of a test")
