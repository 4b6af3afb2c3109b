"""Experiments and who is in them: users fall into a layer's thousand slots by a salted hash, each experiment takes some.

A user is in the same arm of an experiment as long as it runs. Experiments of one layer share nobody, layers are drawn
independently. It does not know what arms do, nor how they fare.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from foretype.errors import InputError

NUM_SLOTS = 1_000  # a tenth of a percent of the users each
CONTROL = "control"
MAX_DELAY_MS = 2_000
MAX_ARMS = 8
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


@dataclass(frozen=True, slots=True)
class Treatment:
    """What an arm changes; None leaves it as it is."""

    ranker: str | None = None  # a version's name
    coverage: float | None = None  # the dial, a share of keys
    delay_ms: int | None = None  # before clients show anything
    adapter: str | None = None  # the language model's


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the ways that are compared. The first arm of an experiment is its control."""

    name: str
    treatment: Treatment


@dataclass(frozen=True, slots=True)
class Experiment:
    """What is compared, for whom. Slots are those of its layer; arms share them out evenly, one by one."""

    name: str
    layer: str
    arms: tuple[Arm, ...]
    slots: tuple[int, int]  # from, up to
    salt: str  # of the hash, so that another installation's users fall otherwise
    started_s: float
    stopped_s: float | None = None
    stopped_why: str = ""
    stopped_arms: tuple[str, ...] = ()  # by a guardrail: their users are as without the experiment

    @property
    def is_running(self) -> bool:
        return self.stopped_s is None

    def arm_of(self, user: str) -> Arm | None:
        """The arm that a user is in; None for whoever is in none."""
        slot = slot_of(user, layer=self.layer, salt=self.salt)
        if not self.slots[0] <= slot < self.slots[1]:
            return None
        within = digest_of(user, f"{self.salt}/{self.layer}/{self.name}")
        return self.arms[within % len(self.arms)]


def slot_of(user: str, *, layer: str, salt: str) -> int:
    """A user's slot in a layer, 0 to 999.

    >>> slot_of("ann", layer="ranker", salt="s") == slot_of("ann", layer="ranker", salt="s")
    True
    """
    return digest_of(user, f"{salt}/{layer}") % NUM_SLOTS


def digest_of(user: str, salt: str) -> int:
    """64 bits of a user under a salt."""
    key = hashlib.blake2b(salt.encode(), digest_size=32).digest()
    return int.from_bytes(
        hashlib.blake2b(user.encode("utf-8", "replace"), digest_size=8, key=key).digest(), "big"
    )


def free_slots(running: Sequence[Experiment], *, layer: str, percent: float) -> tuple[int, int]:
    """The first free run of slots of a layer. Raises InputError for a share that is none, or not free."""
    if not 0.1 <= percent <= 100:
        raise InputError(f"percent: found {percent:g}, wanted 0.1 to 100 of the users")
    wanted = round(percent * NUM_SLOTS / 100)
    taken = sorted(each.slots for each in running if each.layer == layer and each.is_running)
    start = 0
    for first, last in taken:
        if first - start >= wanted:
            break
        start = max(start, last)
    if start + wanted > NUM_SLOTS:
        free = (NUM_SLOTS - sum(last - first for first, last in taken)) / 10
        raise InputError(
            f"layer {layer!r}: found {free:g} % of the users free, wanted {percent:g} in one piece; take less, stop "
            "another experiment, or name another layer"
        )
    return start, start + wanted


def checked_arms(arms: Sequence[Arm]) -> tuple[Arm, ...]:
    """The arms with a control before them. Raises InputError for arms that cannot be compared."""
    every = (Arm(CONTROL, Treatment()), *arms)
    names = [arm.name for arm in every]
    if not 2 <= len(every) <= MAX_ARMS or len(set(names)) < len(names):
        raise InputError(
            f"arms: found {', '.join(names)}, wanted 1 to {MAX_ARMS - 1} besides control, each of its own name"
        )
    for arm in arms:
        checked_name(arm.name, "arm")
        _check(arm)
    return every


def checked_name(name: str, what: str) -> str:
    """A name that can stand in a command, a log and a table. Raises InputError.

    >>> checked_name("bolder", "experiment")
    'bolder'
    """
    if not NAME.fullmatch(name):
        raise InputError(f"{what} {name[:60]!r}: wanted a name of up to 60 letters, digits and ._-")
    return name


def _check(arm: Arm) -> None:
    given = arm.treatment
    if given == Treatment():
        raise InputError(
            f"arm {arm.name!r}: found nothing changed, wanted a ranker, coverage, delay or adapter"
        )
    if given.coverage is not None and not 0 < given.coverage <= 1:
        raise InputError(f"arm {arm.name!r}: found coverage {given.coverage:g}, wanted above 0 and up to 1")
    if given.delay_ms is not None and not 1 <= given.delay_ms <= MAX_DELAY_MS:
        raise InputError(
            f"arm {arm.name!r}: found a delay of {given.delay_ms} ms, wanted 1 to {MAX_DELAY_MS}"
        )
