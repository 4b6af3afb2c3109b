"""Claims about the room where requests wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from foretype.errors import BusyError
from foretype.serve.waiting_room import WaitingRoom
from serving import PATIENCE_S, run_alone, until


class Gate:
    """Work that runs until the gate opens, and notes who ran."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self.ran: list[str] = []

    def open(self) -> None:
        self._open.set()

    def work(self, name: str) -> Callable[[float], str]:
        def run(_waited_ms: float) -> str:
            self.ran.append(name)
            assert self._open.wait(PATIENCE_S)
            return name

        return run


def play(
    scene: Callable[[WaitingRoom[str], Gate], Awaitable[None]], *, num_workers: int = 1, max_inside: int = 9
) -> None:
    async def whole() -> None:
        room = WaitingRoom[str]("test", num_workers=num_workers, max_inside=max_inside)
        gate = Gate()
        try:
            await asyncio.wait_for(scene(room, gate), PATIENCE_S)
        finally:
            gate.open()
            await room.close()

    run_alone(whole())


def test_work_is_done_in_the_order_of_arrival() -> None:
    async def scene(room: WaitingRoom[str], gate: Gate) -> None:
        tickets = [room.enter(gate.work(name)) for name in "abc"]
        gate.open()
        assert [await ticket.outcome for ticket in tickets] == ["a", "b", "c"]
        assert gate.ran == ["a", "b", "c"]

    play(scene)


def test_a_full_room_refuses_and_tells_when_to_come_again() -> None:
    async def scene(room: WaitingRoom[str], gate: Gate) -> None:
        kept = [room.enter(gate.work(name)) for name in "ab"]
        with pytest.raises(BusyError) as caught:
            room.enter(gate.work("c"))
        assert caught.value.retry_after_s > 0
        gate.open()
        assert [await ticket.outcome for ticket in kept] == ["a", "b"]
        assert await room.enter(gate.work("d")).outcome == "d"

    play(scene, max_inside=2)


def test_a_newer_request_takes_the_place_of_the_one_that_waits() -> None:
    async def scene(room: WaitingRoom[str], gate: Gate) -> None:
        room.enter(gate.work("running"))
        older = room.enter(gate.work("older"), key="m-1", stale="stale")
        other = room.enter(gate.work("other"), key="m-2", stale="stale")
        newer = room.enter(gate.work("newer"), key="m-1", stale="stale")
        assert await older.outcome == "stale"
        gate.open()
        assert [await newer.outcome, await other.outcome] == ["newer", "other"]
        assert gate.ran == ["running", "newer", "other"]

    play(scene)


def test_taking_a_place_needs_no_room() -> None:
    async def scene(room: WaitingRoom[str], gate: Gate) -> None:
        room.enter(gate.work("running"))
        room.enter(gate.work("older"), key="m-1", stale="stale")
        newer = room.enter(gate.work("newer"), key="m-1", stale="stale")
        gate.open()
        assert await newer.outcome == "newer"

    play(scene, max_inside=2)


def test_one_session_is_worked_on_one_request_at_a_time() -> None:
    async def scene(room: WaitingRoom[str], gate: Gate) -> None:
        first = room.enter(gate.work("first"), key="m-1", stale="stale")
        second = room.enter(gate.work("second"), key="m-1", stale="stale")
        other = room.enter(gate.work("other"), key="m-2", stale="stale")
        await until(lambda: len(gate.ran) == 2)
        assert room.is_waiting(second)
        gate.open()
        assert [await ticket.outcome for ticket in (first, second, other)] == ["first", "second", "other"]
        assert sorted(gate.ran[:2]) == ["first", "other"]

    play(scene, num_workers=3)


def test_who_leaves_while_waiting_costs_no_work() -> None:
    async def scene(room: WaitingRoom[str], gate: Gate) -> None:
        running = room.enter(gate.work("running"))
        waiting = room.enter(gate.work("waiting"))
        await until(lambda: gate.ran == ["running"])
        assert room.leave(waiting)
        assert not room.leave(running)
        gate.open()
        assert await room.enter(gate.work("next")).outcome == "next"
        assert gate.ran == ["running", "next"]

    play(scene)


def test_what_work_raises_reaches_who_asked() -> None:
    def fail(_waited_ms: float) -> str:
        raise KeyError("lost")

    async def scene(room: WaitingRoom[str], gate: Gate) -> None:
        with pytest.raises(KeyError):
            await room.enter(fail).outcome

    play(scene)


def test_closing_lets_running_work_finish_and_sends_the_rest_away() -> None:
    async def scene(room: WaitingRoom[str], gate: Gate) -> None:
        running = room.enter(gate.work("running"))
        waiting = room.enter(gate.work("waiting"))
        closing = asyncio.create_task(room.close())
        await until(waiting.outcome.cancelled)
        gate.open()
        await closing
        assert running.outcome.result() == "running"

    play(scene)
