"""One file of named arrays: a JSON header, then the arrays, each on a 64-byte line; mapped, never parsed.

    b"FORETYPE" | uint32 format | uint32 header bytes | header (JSON) | padding | array | padding | array ...

The header lists name, dtype, length and offset of each array, the file's size and a checksum of everything
behind it. It does not know what the arrays mean.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.errors import ModelError

MAGIC = b"FORETYPE"
FORMAT = 1
ALIGN = 64
PREFIX = struct.Struct("<8sII")


def write_arrays(
    path: Path, arrays: Mapping[str, NDArray[Any]], *, kind: str, header: Mapping[str, Any]
) -> None:
    """Write atomically: the file is there whole, or not at all."""
    listed, offset = [], 0
    for name, array in arrays.items():
        listed.append({"name": name, "dtype": array.dtype.str, "length": len(array), "offset": offset})
        offset += _aligned(array.nbytes)
    body = b"".join(array.tobytes().ljust(_aligned(array.nbytes), b"\0") for array in arrays.values())
    text = json.dumps(
        {**header, "kind": kind, "arrays": listed, "body_bytes": len(body), "crc32": zlib.crc32(body)}
    ).encode()
    start = _aligned(PREFIX.size + len(text))
    head = (PREFIX.pack(MAGIC, FORMAT, len(text)) + text).ljust(start, b"\0")
    temporary = path.with_name(path.name + ".partial")
    with temporary.open("wb") as out:
        out.write(head + body)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)


def read_arrays(
    path: Path, *, kind: str, check: bool = False
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Header and arrays of a file, mapped read-only.

    `check` reads the whole file and compares its checksum. Raises ModelError with what was found and wanted.
    """
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read ({error}); build it again or reinstall") from error
    header, start = _read_header(path, data, kind=kind)
    if check and zlib.crc32(data[start:]) != header["crc32"]:
        raise ModelError(f"{path}: checksum differs, the file is damaged; build it again or reinstall")
    try:
        arrays = {
            entry["name"]: np.frombuffer(data, entry["dtype"], entry["length"], start + entry["offset"])
            for entry in header["arrays"]
        }
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path) from error
    return header, arrays


def _read_header(path: Path, data: mmap.mmap, *, kind: str) -> tuple[dict[str, Any], int]:
    if len(data) < PREFIX.size or data[:8] != MAGIC:
        raise ModelError(f"{path}: found {data[:8]!r}, wanted a foretype file; build it again or reinstall")
    _, version, num_bytes = PREFIX.unpack_from(data)
    if version != FORMAT:
        raise ModelError(f"{path}: format {version}, this build reads {FORMAT}; build it again")
    header = _parsed(path, data[PREFIX.size : PREFIX.size + num_bytes])
    if header["kind"] != kind:
        raise ModelError(f"{path}: holds a {header['kind']} model, wanted {kind}; name another file")
    start = _aligned(PREFIX.size + num_bytes)
    if len(data) != start + header["body_bytes"]:
        raise ModelError(
            f"{path}: {len(data)} bytes, wanted {start + header['body_bytes']}: the file is truncated; "
            "build it again or reinstall"
        )
    return header, start


def _parsed(path: Path, text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except ValueError as error:
        raise _damaged(path) from error
    wanted = {"kind": str, "body_bytes": int, "crc32": int, "arrays": list}
    if not isinstance(header, dict) or any(not isinstance(header.get(name), t) for name, t in wanted.items()):
        raise _damaged(path)
    return header


def _damaged(path: Path) -> ModelError:
    return ModelError(f"{path}: its header is damaged; build it again or reinstall")


def _aligned(num_bytes: int) -> int:
    return -(-num_bytes // ALIGN) * ALIGN
