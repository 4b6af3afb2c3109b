"""The one way to Redis: errors in our words, no password in them, and no command sent twice."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from foretype.errors import ConfigError, StoreError
from foretype.redis_link import RedisLink
from redis_server import RedisServer

pytestmark = pytest.mark.redis


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


def hang_up_after(word: bytes, door: socket.socket, port: int) -> None:
    """Pass on what comes through a door, and hang up instead of passing back the answer to `word`."""
    while True:
        try:
            client, _ = door.accept()
        except OSError:
            return
        with client, socket.create_connection(("127.0.0.1", port)) as server:
            while asked := client.recv(65_536):
                server.sendall(asked)
                answered = server.recv(65_536)
                if word in asked:
                    break
                client.sendall(answered)


def test_a_transaction_whose_answer_was_lost_is_not_made_twice(redis: RedisServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        passing = threading.Thread(target=hang_up_after, args=(b"EXEC", door, redis.port))
        passing.start()
        link = RedisLink(f"redis://127.0.0.1:{door.getsockname()[1]}/0")
        with pytest.raises(StoreError, match="wanted a server that answers"), link.told():  # noqa: SIM117
            with link.client.pipeline(transaction=True) as change:
                change.rpush("once", b"1")
                change.execute()
        link.close()
        door.shutdown(socket.SHUT_RDWR)
        passing.join(20)
    direct = RedisLink(redis.url)
    assert direct.client.llen("once") == 1
    direct.close()


def test_an_address_that_is_none_is_told_without_its_password() -> None:
    with pytest.raises(ConfigError, match="found an address that is none") as caught:
        RedisLink("http://:secret@redis:6379")
    assert "secret" not in str(caught.value)


def test_a_server_that_is_not_there_is_told() -> None:
    link = RedisLink("redis://:secret@127.0.0.1:1/0", remedy="see to it")
    with pytest.raises(StoreError, match="see to it") as caught:
        link.check()
    assert "secret" not in str(caught.value)
    link.close()


def test_a_log_that_is_rewritten_holds_what_was_deleted_no_more(redis: RedisServer, tmp_path: Path) -> None:
    link = RedisLink(redis.url)
    link.client.set("gone", b"marmalade")
    assert b"marmalade" in redis.files()
    link.client.delete("gone")
    link.rewrite_log()
    assert b"marmalade" not in redis.files()
    link.close()
