"""Tiny checkpoints and models that the runtime's tests share; each is made once a session of tests."""

from __future__ import annotations

from pathlib import Path

import pytest

import tiny_llama
from foretype.runtime.adding import add_model
from foretype.runtime.catalog import Catalog


def silent(stage: str, share: float) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A safetensors folder."""
    shape = tiny_llama.config()
    return tiny_llama.write_folder(
        tmp_path_factory.mktemp("checkpoint") / "tiny", shape, tiny_llama.weights(shape)
    )


@pytest.fixture(scope="session")
def model_folder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stored float model of `folder`; not to be changed."""
    catalog = Catalog(tmp_path_factory.mktemp("models"))
    add_model(catalog, str(folder), name="tiny", bits=32, progress=silent)
    return catalog.existing("tiny")
