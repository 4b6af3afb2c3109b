"""Putting the watch together: settings in; a watch, its book, its courier and whoever administers them out.

The only place that knows every part of this room. It does not know a server.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from foretype.config import Settings
from foretype.monitor.adwin import open_streams
from foretype.monitor.metrics import Metrics
from foretype.monitor.rules import make_rules
from foretype.monitor.standing import Surroundings
from foretype.monitor.watch import Watch
from foretype.monitor.watchman import Watchman
from foretype.monitor.webhooks.addresses import Reach
from foretype.monitor.webhooks.book import Book
from foretype.monitor.webhooks.courier import Courier
from foretype.monitor.webhooks.desk import Desk
from foretype.monitor.webhooks.sending import Sender


@dataclass(frozen=True, slots=True)
class Station:
    """What stands on the data folder: the book, and who works with it."""

    book: Book
    courier: Courier
    desk: Desk

    def close(self) -> None:
        self.book.close()


def make_watch(
    settings: Settings,
    metrics: Metrics,
    *,
    is_model_missing: Callable[[], bool],
    is_journal_failing: Callable[[], bool],
    learning_behind_s: Callable[[], float | None] = lambda: None,
) -> Watch:
    """The watch of a service with these settings; nothing is opened, and it has no clock of its own."""
    rules = make_rules(
        latency_budget_ms=settings.latency_budget_ms, min_free_disk_mb=settings.min_free_disk_mb
    )
    around = Surroundings(
        lambda: free_disk_mb(settings.data_dir), is_model_missing, is_journal_failing, learning_behind_s
    )
    return Watch(metrics, rules, around=around, new_id=_new_id, open_streams=open_streams)


def open_station(settings: Settings, *, clock: Callable[[], float] = time.time) -> Station:
    """The book in the data folder, and webhooks that go where `settings.webhook_networks` allows.

    Raises StoreError for a folder or file that cannot be used, ConfigError for networks that are none.
    """
    reach = Reach(settings.webhook_networks)
    book = Book(settings.data_dir)
    courier = Courier(book, Sender(reach), clock=clock, random=Random())
    return Station(book, courier, Desk(book, courier, reach, clock=clock, new_id=_new_id))


def make_watchman(watch: Watch, station: Station, *, clock: Callable[[], float] = time.time) -> Watchman:
    """Not yet started."""
    return Watchman(watch, station.book, station.courier, clock=clock)


def free_disk_mb(folder: Path) -> float | None:
    """Free space where the folder is, or will be; None where the system does not tell."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), None)
    try:
        return None if there is None else shutil.disk_usage(there).free / 1e6
    except OSError:
        return None


def _new_id() -> str:
    return uuid.uuid4().hex[:16]
