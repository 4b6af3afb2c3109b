"""A desk, a courier and a receiver, with a clock that the test moves."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from foretype.monitor.webhooks.addresses import Reach
from foretype.monitor.webhooks.book import Book
from foretype.monitor.webhooks.courier import Courier
from foretype.monitor.webhooks.desk import Desk
from foretype.monitor.webhooks.events import Event
from foretype.monitor.webhooks.sending import Sender
from receiver import Receiver, receiving

NOW_S = 1_800_000_000.0
LOOPBACK = ("127.0.0.0/8",)


@dataclass
class Clock:
    now_s: float = NOW_S

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Office:
    """Everything around one book."""

    folder: Path
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        numbers = itertools.count(1)
        reach = Reach(LOOPBACK)
        self.book = Book(self.folder)
        self.courier = Courier(self.book, Sender(reach, timeout_s=5.0), clock=self.clock, random=Random(1))
        self.desk = Desk(
            self.book, self.courier, reach, clock=self.clock, new_id=lambda: f"{next(numbers):04}"
        )

    def raised(self, id: str = "a1-raised") -> Event:
        return Event(id, "alarm.raised", self.clock.now_s, {"rule": "errors", "found": 0.1})

    def record(self, *events: Event) -> None:
        self.book.record(events, now_s=self.clock.now_s)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.book.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running
