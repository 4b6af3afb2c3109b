"""Text files of a corpus, plain or in xz: opened for reading, and written whole or not at all.

It does not know what stands in a line.
"""

from __future__ import annotations

import lzma
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from foretype.errors import InputError

XZ_PRESET = 1  # of 0..9: mail packs to 27 %; the default, 6, to 22 % in seven times the time


def open_text(path: Path) -> IO[str]:
    """The file as UTF-8 text, unpacked when it is .xz. Raises InputError when it cannot be opened."""
    try:
        return (
            lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8")
        )
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror or error}); name a file that can be read"
        ) from error


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes, unpacked when it is .xz. Raises InputError when it cannot be opened."""
    try:
        return cast(BinaryIO, lzma.open(path) if path.suffix == ".xz" else path.open("rb"))
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror or error}); name a file that can be read"
        ) from error


@contextmanager
def told_of_damage(path: Path) -> Iterator[None]:
    """Turns what unpacking and decoding raise for a damaged file into an InputError that names it."""
    try:
        yield
    except (lzma.LZMAError, EOFError) as error:
        raise InputError(f"{path}: cannot be unpacked ({error}); fetch the file again") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 ({error.reason}); convert the file to UTF-8") from error


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Bytes that appear under `path` when all of them are on the disk; after an error nothing does.

    Raises InputError when the folder does not take them (a full disk, no rights).
    """
    staged = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with staged.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror or error}); free space there or name another place, "
            "and run the command again"
        ) from error
    finally:
        staged.unlink(missing_ok=True)


@contextmanager
def packed_for(path: Path, file: BinaryIO) -> Iterator[BinaryIO]:
    """`file` as it is, or packing what is written to it where `path` ends in .xz. Leaves `file` open."""
    if path.suffix != ".xz":
        yield file
        return
    with lzma.open(file, "wb", preset=XZ_PRESET) as packed:
        yield cast(BinaryIO, packed)
