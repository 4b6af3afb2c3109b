"""The questions: what each asks of a day, its possible answers, and how much noise every answer gets.

A device answers one question a season and one report a day (device.py). The numbers here are version 1 of the plan: both
ends must agree on them, so they are no settings, and a change makes version 2.

It does not know a device's counts, nor the aggregator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from foretype.privacy.ldp.noise import KeepChance, epsilon_of, keep_for, kept_share, second_keep
from foretype.privacy.ldp.sketch import NUM_ROWS, WIDTH

VERSION = 1
REPORT_EPSILON = 1.0  # what one report may give away: odds change by a factor of e at most
SEASON_EPSILON = 2.0  # what all reports of a season together may give away
SEASON_DAYS = 28  # whole weeks: each weekday weighs the same
NONE = "none"  # nothing was shown that day


@dataclass(frozen=True)
class Choice:
    """A question with few possible answers: one symbol, drawn once for the season and once for each report."""

    name: str
    asks: str
    values: tuple[str, ...]

    num_rows = 1

    @property
    def size(self) -> int:
        return len(self.values)

    @property
    def num_cells(self) -> int:
        return self.size

    @cached_property
    def season_keep(self) -> KeepChance:
        return keep_for(SEASON_EPSILON, self.size)

    @cached_property
    def report_keep(self) -> KeepChance:
        return second_keep(self.season_keep, REPORT_EPSILON, self.size)

    @property
    def kept(self) -> float:
        """The share of reports that still hold the true answer untouched."""
        return kept_share(self.season_keep, self.report_keep)

    @property
    def report_epsilon(self) -> float:
        return epsilon_of(self.season_keep, self.report_keep, size=self.size)

    @property
    def season_epsilon(self) -> float:
        return epsilon_of(self.season_keep, size=self.size)


@dataclass(frozen=True)
class Sketch:
    """A question with any answers: one bit of a row, every bit of the row drawn. Two answers differ in two bits."""

    name: str
    asks: str

    num_rows = NUM_ROWS
    size = 2  # of a bit's alphabet

    @property
    def num_cells(self) -> int:
        return NUM_ROWS * WIDTH

    @cached_property
    def season_keep(self) -> KeepChance:
        return keep_for(SEASON_EPSILON / 2, 2)

    @cached_property
    def report_keep(self) -> KeepChance:
        return second_keep(self.season_keep, REPORT_EPSILON / 2, 2)

    @property
    def kept(self) -> float:
        """The share of bits that no draw has touched."""
        return kept_share(self.season_keep, self.report_keep)

    @property
    def report_epsilon(self) -> float:
        return 2 * epsilon_of(self.season_keep, self.report_keep, size=2)

    @property
    def season_epsilon(self) -> float:
        return 2 * epsilon_of(self.season_keep, size=2)


Statistic = Choice | Sketch

_DRAWN = "a random suggestion of the day: "
STATISTICS: tuple[Statistic, ...] = (
    Choice("taken", "was any suggestion taken that day", ("no", "yes")),
    Choice("shown", "how many suggestions were shown that day", ("0", "1-9", "10-49", "50-199", "200+")),
    Choice(
        "share", "how many of the day's suggestions were taken", (NONE, "0%", "under 10%", "10-29%", "30%+")
    ),
    Choice(
        "outcome",
        _DRAWN + "what became of it",
        (NONE, "accepted", "partly", "typed", "rejected", "ignored"),
    ),
    Choice("kind", _DRAWN + "what was being written", (NONE, "email", "chat", "note")),
    Choice(
        "hour", _DRAWN + "the hour", (NONE, "0-3", "4-7", "8-11", "12-15", "16-19", "20-23")
    ),
    Choice("length", _DRAWN + "its words", (NONE, "1", "2", "3-4", "5+")),
    Choice("client", _DRAWN + "where it was shown", (NONE, "server", "browser", "editor")),
    Sketch("locale", _DRAWN + "the language and region"),
)  # fmt: skip
BY_NAME: Mapping[str, Statistic] = MappingProxyType({each.name: each for each in STATISTICS})
