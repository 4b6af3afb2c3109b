"""Tiny checkpoints and models that the runtime's tests share; each is made once a session of tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import tiny_llama
from foretype.runtime.adding import add_model
from foretype.runtime.catalog import Catalog
from foretype.runtime.onnx_model import OnnxModel


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


@contextmanager
def gathering(model: OnnxModel) -> Iterator[None]:
    """Questions asked inside wait together: the worker is held in the callback of an answer."""
    held, go = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        if threading.current_thread() is not threading.main_thread():
            held.set()
            go.wait(30)

    while not held.is_set():  # an answer that was there before its callback does not hold the worker
        gate = model.submit([0], session="gate")
        gate.add_done_callback(hold)
        gate.result(timeout=30)
        held.wait(0.01)
    try:
        yield
    finally:
        go.set()
