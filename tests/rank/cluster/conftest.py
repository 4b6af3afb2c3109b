"""A real Redis for each file of tests, and a fresh cluster around it for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from redis_server import RedisServer
from whole_cluster import World, client_of


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
def world(redis: RedisServer, tmp_path: Path) -> Iterator[World]:
    client_of(redis).flushall()
    made = World(tmp_path, redis)
    yield made
    made.close()
