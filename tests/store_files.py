"""Looking at a store from outside: other processes on its folder, and every byte of its files."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import textwrap
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from foretype.ngram.lexicon import Lexicon
from foretype.ngram.memory import Memory
from foretype.personal.sqlite_shelf import FILE_NAME
from foretype.personal.store import Store
from foretype.text.words import split_words
from personal_contract import CANARY, LEXICON, MAIL

MAX_STREAM_BYTES = 1_000_000

PRELUDE = """
import os, resource, signal, sys
from pathlib import Path
from foretype.compose.request import Context
from foretype.errors import ForetypeError
from foretype.ngram.lexicon import Lexicon
from foretype.personal.store import open_store
folder = Path(sys.argv[1])
"""


def other_process(code: str, folder: Path) -> subprocess.Popen[str]:
    """Python code in a process of its own; `folder` is its Path."""
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(code), str(folder)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def run_elsewhere(code: str, folder: Path) -> str:
    """What code prints in a process of its own."""
    with other_process(code, folder) as process:
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return printed


def all_bytes(folder: Path) -> bytes:
    """Every byte of every file, and every zlib stream in them unpacked.

    Read by another process: to close a file here would drop the locks of a store that is open here.
    """
    raw = subprocess.run(
        ["find", folder, "-type", "f", "-exec", "cat", "{}", "+"], capture_output=True
    ).stdout
    return raw + b"".join(_unpacked(raw))


def _unpacked(raw: bytes) -> Iterator[bytes]:
    at = raw.find(b"\x78")
    while at >= 0:
        if raw[at + 1 : at + 2] in (b"\x01", b"\x5e", b"\x9c", b"\xda"):
            with suppress(zlib.error):
                yield zlib.decompressobj().decompress(raw[at : at + MAX_STREAM_BYTES], MAX_STREAM_BYTES)
        at = raw.find(b"\x78", at + 1)


def ids_bytes(*words: str) -> bytes:
    return b"".join(LEXICON.id(word).to_bytes(4, "little") for word in words)


def fill(store: Store, user: str, *, num_messages: int, seed: int = 0) -> None:
    """Messages of random words, so that pages split and merge."""
    chance = random.Random(seed)
    for _ in range(num_messages):
        said = " ".join(f"{user}w{chance.randrange(10**4)}" for _ in range(chance.randrange(3, 120)))
        store.learn(user, f"{said} {CANARY}", context=MAIL)


def opened_memory(store: Store, user: str) -> Memory:
    memory = store.memory(user)
    assert memory is not None
    return memory


def twin_of(store: Store, user: str, lexicon: Lexicon) -> Memory:
    twin = Memory(lexicon)
    exported = store.export(user)
    assert exported is not None
    for message in exported["messages"]:
        twin.learn_one(split_words(message["text"]))
    return twin


def execute(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(folder / FILE_NAME)
    connection.execute(statement)
    connection.commit()
    connection.close()
