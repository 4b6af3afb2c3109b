"""Opens a checkpoint in whichever container it comes, and checks each weight's shape as it is read.

It does not know the containers' formats: safetensors_folder.py and gguf_file.py do.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foretype.errors import ModelError
from foretype.runtime.checkpoint import Checkpoint, expected_shapes
from foretype.runtime.gguf_file import read_gguf
from foretype.runtime.safetensors_folder import read_folder
from foretype.runtime.vocabulary import special_tokens
from foretype.text.prompt import find_markers

READ_BYTES = 1 << 20


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in a safetensors folder or a GGUF file; ModelError for anything else."""
    if path.is_dir():
        return _checked(read_folder(path), where=path)
    if not path.is_file():
        raise ModelError(
            f"{path}: there is nothing here; wanted a safetensors folder, a GGUF file, or smollm2-135m by name"
        )
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic != b"GGUF":
        raise ModelError(
            f"{path}: begins with {magic!r}, wanted b'GGUF'; give a GGUF file or a safetensors folder"
        )
    return _checked(read_gguf(path), where=path)


def checkpoint_sha256(path: Path) -> str:
    """SHA-256 of a checkpoint's weights: the GGUF file, or the safetensors files one after another by name."""
    found = hashlib.sha256()
    for file in sorted(path.glob("model*.safetensors")) if path.is_dir() else [path]:
        with file.open("rb") as stream:
            while block := stream.read(READ_BYTES):
                found.update(block)
    return found.hexdigest()


def _checked(checkpoint: Checkpoint, *, where: Path) -> Checkpoint:
    """The same checkpoint with its markers, whose weight() raises ModelError where a shape is not the network's."""
    shapes = dict(expected_shapes(checkpoint.architecture))

    def weight(name: str) -> NDArray[np.float32]:
        found = checkpoint.weight(name)
        if found.shape != shapes[name]:
            raise ModelError(
                f"{where}: {name} has shape {found.shape}, wanted {shapes[name]}; the file is damaged"
            )
        return found

    markers = find_markers(special_tokens(checkpoint.tokenizer_json, where=str(where)))
    prelude = checkpoint.prelude if markers is None else (markers.start,)
    return replace(checkpoint, weight=weight, markers=markers, prelude=prelude)
