"""A Hugging Face folder: config.json, tokenizer.json, and one or many *.safetensors.

bf16 and f16 are widened to float32. It does not know what the weights are for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.errors import ModelError
from foretype.runtime.architecture import architecture_from_config
from foretype.runtime.checkpoint import Checkpoint

NUMBER_TYPES = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "BF16": "<u2"}
MAX_HEADER_BYTES = 100_000_000  # the format's own limit


def read_folder(folder: Path) -> Checkpoint:
    """The checkpoint in `folder`; ModelError when a file is missing or not what its name says."""
    config = read_json(folder / "config.json")
    files = sorted(folder.glob("model*.safetensors"))
    if not files:
        raise ModelError(
            f"{folder}: there is no model*.safetensors; wanted a Hugging Face safetensors folder"
        )
    tensors = Tensors(files)
    tokenizer = folder / "tokenizer.json"
    if not tokenizer.is_file():
        raise ModelError(
            f"{folder}: there is no tokenizer.json; save the tokenizer in its fast format beside it"
        )
    return Checkpoint(
        name=folder.resolve().name,
        architecture=architecture_from_config(config, where=str(folder / "config.json")),
        weight=tensors.read,
        tokenizer_json=tokenizer.read_bytes(),
        prelude=_prelude(folder, config),
        licence=config.get("licence"),
        data_card=config.get("data_card"),
    )


class Tensors:
    """Where each tensor of some files lies: file, offset, type and shape, read from the headers alone."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._folder = files[0].parent
        self._places: dict[str, tuple[Path, int, dict[str, Any]]] = {}
        for file in files:
            self._add(file)

    @property
    def names(self) -> Sequence[str]:
        """All of them, in the files' order."""
        return list(self._places)

    def read(self, name: str) -> NDArray[np.float32]:
        """One tensor, widened to float32. Raises ModelError."""
        if name not in self._places:
            raise ModelError(f"{self._folder}: weight {name} is in no file; fetch the missing shards")
        file, start, entry = self._places[name]
        begin, end = entry["data_offsets"]
        kind = NUMBER_TYPES.get(entry["dtype"])
        if kind is None:
            raise ModelError(f"{file}: {name} is {entry['dtype']}, wanted one of {', '.join(NUMBER_TYPES)}")
        with file.open("rb") as stream:
            stream.seek(start + begin)
            raw = stream.read(end - begin)
        try:
            return _widen(np.frombuffer(raw, dtype=kind), dtype=entry["dtype"]).reshape(entry["shape"])
        except ValueError as error:
            raise ModelError(
                f"{file}: {name} does not fill its shape ({error}); fetch the file again"
            ) from error

    def _add(self, file: Path) -> None:
        header, start = _read_header(file)
        for name, entry in header.items():
            if name != "__metadata__":
                self._places[name] = (file, start, entry)


def _read_header(file: Path) -> tuple[dict[str, Any], int]:
    size = file.stat().st_size
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if length > min(size, MAX_HEADER_BYTES):
            raise ModelError(
                f"{file}: no safetensors header (its length says {length}); fetch the file again"
            )
        raw = stream.read(length)
    try:
        header: dict[str, Any] = json.loads(raw)
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        wanted = 8 + length + max(ends, default=0)
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{file}: its safetensors header cannot be read ({error!r}); fetch the file again"
        ) from error
    if size < wanted:
        raise ModelError(f"{file}: found {size} bytes, wanted {wanted}; it is truncated, fetch it again")
    return header, 8 + length


def _widen(values: NDArray[Any], *, dtype: str) -> NDArray[np.float32]:
    if dtype == "BF16":
        return (values.astype(np.uint32) << 16).view(np.float32)
    return values.astype(np.float32)


def _prelude(folder: Path, config: dict[str, Any]) -> tuple[int, ...]:
    """BOS: what a Llama's training put before every document."""
    generation = folder / "generation_config.json"
    source = (
        config
        if config.get("bos_token_id") is not None or not generation.is_file()
        else read_json(generation)
    )
    bos = source.get("bos_token_id")
    if isinstance(bos, list):
        bos = bos[0] if bos else None
    return () if bos is None else (int(bos),)


def read_json(file: Path) -> dict[str, Any]:
    """A JSON object; ModelError where there is none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            f"{file}: there is no such file; wanted a folder as Hugging Face's libraries save it"
        ) from error
    except ValueError as error:
        raise ModelError(f"{file}: not valid JSON ({error}); fetch it again") from error
    if not isinstance(found, dict):
        raise ModelError(f"{file}: found {type(found).__name__}, wanted a JSON object; fetch it again")
    return found
