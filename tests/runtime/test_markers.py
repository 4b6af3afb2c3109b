"""Special tokens of a model of our own: found in its tokenizer, kept in model.json, spared by the window's cut."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tiny_llama
from foretype.errors import ModelError
from foretype.runtime.adding import add_model
from foretype.runtime.catalog import Catalog
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.model_dir import read_card
from foretype.runtime.onnx_model import OnnxModel, open_model
from foretype.runtime.reference import reference_log_probs
from foretype.runtime.vocabulary import special_tokens
from foretype.text.prompt import Markers, context_tokens

FIRST = len(tiny_llama.vocabulary())
ENTITIES = ("<num>", "<name>")
MARKERS = Markers(*range(FIRST, FIRST + 8))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint with markers, as training leaves it."""
    more = (*tiny_llama.MARKERS, *ENTITIES)
    shape = tiny_llama.config(vocab_size=FIRST + len(more))
    values = tiny_llama.weights(shape)
    folder = tmp_path_factory.mktemp("checkpoint") / "ours"
    return tiny_llama.write_folder(folder, shape, values, more_tokens=more)


@pytest.fixture(scope="module")
def stored(ours: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    catalog = Catalog(tmp_path_factory.mktemp("models"))
    add_model(catalog, str(ours), name="ours", bits=32, progress=lambda stage, share: None)
    return catalog.existing("ours")


@pytest.fixture
def model(stored: Path) -> OnnxModel:
    return open_model(stored, window=64)


def test_markers_travel_from_the_tokenizer_to_the_model(stored: Path, model: OnnxModel) -> None:
    assert read_card(stored).markers == model.markers == MARKERS
    assert tuple(model.prelude) == (MARKERS.start,)
    model.close()


def test_a_model_without_them_has_none(model_folder: Path) -> None:
    assert read_card(model_folder).markers is None


def test_special_tokens_have_no_bytes_and_are_never_made_from_text(model: OnnxModel) -> None:
    assert set(model.token_bytes[FIRST:]) == {b""}
    assert max(model.encode("<|end|> <num> <|text|>")) < FIRST
    model.close()


def test_a_text_beyond_the_window_keeps_its_context(ours: Path, model: OnnxModel) -> None:
    before = context_tokens(model.encode, MARKERS, kind="chat", subject="Report")
    tokens = [*before, *model.encode("on and on " * 20)]
    found = model.submit(tokens, session="s").result(timeout=30)
    excess = len(tokens) - 64
    cut = -(-excess // 16) * 16
    kept = [*before, *tokens[len(before) + cut :]]
    np.testing.assert_allclose(found, reference_log_probs(read_checkpoint(ours), kept)[-1:], atol=5e-4)
    model.close()


@pytest.mark.parametrize("damaged", [b"{", b"[]", b'{"added_tokens": [{"special": true}]}'])
def test_a_damaged_tokenizer_is_refused(damaged: bytes) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        special_tokens(damaged, where="test")
