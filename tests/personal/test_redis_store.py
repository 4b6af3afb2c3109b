"""The Redis store passes the contract, on a real server of its own."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from foretype.errors import StoreError
from foretype.personal.redis_store import open_redis_store
from foretype.personal.store import Store
from personal_contract import CANARY, LEXICON, MAIL, PersonalContract, counts

pytestmark = pytest.mark.redis


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A server on loopback that keeps a log synced at every write: its URL and its folder."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None or importlib.util.find_spec("redis") is None:
        pytest.skip("needs redis-server and the package redis")
    folder = tmp_path_factory.mktemp("redis")
    port = free_port()
    flags = f"--port {port} --bind 127.0.0.1 --dir {folder} --appendonly yes --appendfsync always --save"
    process = subprocess.Popen([program, *flags.split(), ""], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready = any("eady to accept connections" in line for line in process.stdout)
        assert ready, "redis-server did not start"
        yield f"redis://127.0.0.1:{port}/0", folder
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture
def store(server: tuple[str, Path]) -> Iterator[Store]:
    opened = open_redis_store(server[0], LEXICON)
    yield opened
    for user in opened.users():
        opened.forget(user)
    opened.close()


class TestRedisStore(PersonalContract):
    """The contract, on Redis."""


def test_two_machines_share_a_server(server: tuple[str, Path], store: Store) -> None:
    other = open_redis_store(server[0], LEXICON)
    for number in range(1, 4):
        other.learn("u1", "let me know", context=MAIL)
        assert counts(store.memory("u1"), "let me") == {"know": number}
    assert other.forget("u1") and store.memory("u1") is None
    other.close()


def test_what_was_forgotten_is_in_no_file_of_the_server(server: tuple[str, Path], store: Store) -> None:
    store.learn("anna", CANARY, context=MAIL)
    store.learn("ben", "let me know", context=MAIL)
    assert b"marmalade" in files_of(server[1])
    assert store.forget_phrase("anna", "purple marmalade") == 1
    assert b"marmalade" not in files_of(server[1]) and b"anna" in files_of(server[1])
    assert store.forget("anna")
    assert b"anna" not in files_of(server[1]) and b"ben" in files_of(server[1])


def test_a_server_that_does_not_answer_is_told() -> None:
    pytest.importorskip("redis")
    with pytest.raises(StoreError, match="redis"):
        open_redis_store(f"redis://127.0.0.1:{free_port()}/0", LEXICON)


def files_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
