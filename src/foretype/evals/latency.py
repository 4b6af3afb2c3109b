"""Times under load: several writers typing at once, at the pace of people.

A key's time runs from the moment it was due, not from the moment we got round to sending it: when the
system falls behind, the keys that queue up are counted in full. Every key is asked, none is left out.

It does not know whether a server answers or a composer in this process. In this process writers and
composer share one interpreter, so measure many writers with a server.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from foretype.errors import BusyError
from foretype.evals.doors import Door
from foretype.evals.messages import Message
from foretype.evals.metrics import Times, percentiles
from foretype.evals.replay import Stage, stage_of

UNEVEN = (0.4, 1.6)  # of the mean pause: people's pauses between keys scatter that widely
SEED = 5


@dataclass(frozen=True, slots=True)
class Load:
    """How many type, how fast and how long."""

    writers: int = 1
    keys_per_second: float = 5.0
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class UnderLoad:
    """What became of the keys. `refused` were answered 429; no key is missing: keys = answered + refused."""

    system: str
    keys: int
    answered: int
    refused: int
    shown: int
    seconds: float
    times: Mapping[str, Times]  # of the answered, "all" and by stage
    silences: Mapping[str, int]


@dataclass(slots=True)
class _Log:
    """What one writer saw."""

    times_ms: list[tuple[Stage, float]] = field(default_factory=list)
    silences: list[str] = field(default_factory=list)
    refused: int = 0
    shown: int = 0
    failure: Exception | None = None


def under_load(
    open_door: Callable[[], Door], messages: Sequence[Message], *, load: Load, seed: int = SEED
) -> UnderLoad:
    """Let the writers type at doors of their own until the time is over.

    Raises what a door raised, once every writer has stopped.
    """
    logs = [_Log() for _ in range(load.writers)]
    doors = [open_door() for _ in logs]
    started = time.monotonic()
    threads = [
        threading.Thread(target=_write, args=(door, log, messages, load, random.Random(seed + number)))
        for number, (door, log) in enumerate(zip(doors, logs, strict=True))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failure = next((log.failure for log in logs if log.failure), None)
    if failure is not None:
        raise failure
    return _added_up(doors[0].name, logs, time.monotonic() - started)


def _write(door: Door, log: _Log, messages: Sequence[Message], load: Load, chance: random.Random) -> None:
    end = time.monotonic() + load.seconds
    try:
        for due, message, position in _keys(messages, load, chance):
            if due >= end:
                return
            time.sleep(max(0.0, due - time.monotonic()))
            _press(door, log, message, position, due)
    except Exception as error:  # handed to the thread that waits for us
        log.failure = error


def _keys(
    messages: Sequence[Message], load: Load, chance: random.Random
) -> Iterator[tuple[float, Message, int]]:
    """When each key is due, and where it falls: one message after the other, for ever."""
    due = time.monotonic() + chance.random() / load.keys_per_second
    while True:
        message = chance.choice(messages)
        own = replace(message, id=f"{message.id}-{chance.getrandbits(64):x}")  # a session of its own
        for position in range(len(own.body) + 1):
            yield due, own, position
            due += chance.uniform(*UNEVEN) / load.keys_per_second


def _press(door: Door, log: _Log, message: Message, position: int, due: float) -> None:
    try:
        shown = door.suggest(message.body[:position], message, user=None)
    except BusyError:
        log.refused += 1
        return
    log.times_ms.append((stage_of(message.body, position), (time.monotonic() - due) * 1e3))
    log.shown += bool(shown.text)
    if shown.silence:
        log.silences.append(shown.silence)


def _added_up(system: str, logs: Sequence[_Log], seconds: float) -> UnderLoad:
    pairs = [pair for log in logs for pair in log.times_ms]
    stages = {stage.value: percentiles(ms for found, ms in pairs if found is stage) for stage in Stage}
    silences = [reason for log in logs for reason in log.silences]
    refused = sum(log.refused for log in logs)
    return UnderLoad(
        system=system,
        keys=len(pairs) + refused,
        answered=len(pairs),
        refused=refused,
        shown=sum(log.shown for log in logs),
        seconds=seconds,
        times={"all": percentiles(ms for _, ms in pairs)}
        | {name: times for name, times in stages.items() if times.count},
        silences={reason: silences.count(reason) for reason in sorted(set(silences))},
    )
