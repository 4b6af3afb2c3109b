"""Times under load: every key is accounted for, and a slow system cannot hide its queue."""

from __future__ import annotations

import threading
import time

import pytest

from foretype.errors import BusyError, ConfigError
from foretype.evals.doors import ComposerDoor, Door, HttpDoor, Shown
from foretype.evals.latency import Load, UnderLoad, under_load
from foretype.evals.messages import Message
from letters import BODIES
from small_composer import SmallComposer, served

LETTERS = [Message(id=str(n), author=None, body=body) for n, body in enumerate(BODIES)]
FAST = Load(writers=4, keys_per_second=50, seconds=0.5)


class OneAtATime:
    """A door that takes one key at a time and 20 ms for each, so that four fast writers overrun it."""

    name = "slow"

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def suggest(self, text: str, message: Message, *, user: str | None) -> Shown:
        with self._lock:
            time.sleep(0.02)
        return Shown("", 20.0, silence="unsure")

    def learn(self, message: Message, *, user: str | None) -> None: ...

    def close(self) -> None: ...


class Refusing(OneAtATime):
    """A door that refuses every second key."""

    def __init__(self) -> None:
        super().__init__()
        self._num_asked = 0

    def suggest(self, text: str, message: Message, *, user: str | None) -> Shown:
        self._num_asked += 1
        if self._num_asked % 2:
            raise BusyError("full", retry_after_s=1.0)
        return Shown("x", 0.0)


def load_on(door: Door, load: Load = FAST) -> UnderLoad:
    return under_load(lambda: door, LETTERS, load=load)


def test_every_key_is_answered_or_refused() -> None:
    found = load_on(Refusing())
    assert found.keys == found.answered + found.refused > 0
    assert found.refused > 0


def test_keys_come_at_the_pace_that_was_asked_for() -> None:
    found = load_on(ComposerDoor(SmallComposer()), Load(writers=2, keys_per_second=40, seconds=1.0))
    assert 40 <= found.keys <= 120


def test_a_system_that_falls_behind_shows_its_queue() -> None:
    assert load_on(OneAtATime()).times["all"].p90 > 100


def test_stages_add_up() -> None:
    times = load_on(ComposerDoor(SmallComposer())).times
    assert times["all"].count == sum(found.count for name, found in times.items() if name != "all")


def test_writers_have_connections_of_their_own() -> None:
    doors: list[HttpDoor] = []
    with served(SmallComposer()) as url:

        def connect() -> Door:
            doors.append(HttpDoor(url))
            return doors[-1]

        found = under_load(connect, LETTERS, load=FAST)
        for door in doors:
            door.close()
    assert (len(doors), found.refused, found.system) == (4, 0, "small")


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(ConfigError, match="start a server with `foretype serve`"):
        load_on(HttpDoor("http://127.0.0.1:9"))
