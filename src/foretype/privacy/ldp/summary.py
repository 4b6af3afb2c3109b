"""All questions of some days at once: what a table, JSON or a panel shows.

It does not know where sums come from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from foretype.privacy.ldp.estimates import Estimate, Sums, acceptance, choice_shares
from foretype.privacy.ldp.plan import (
    BY_NAME,
    REPORT_EPSILON,
    SEASON_EPSILON,
    STATISTICS,
    VERSION,
    Choice,
    Statistic,
)
from foretype.privacy.ldp.sketched import sketch_shares


class Question(msgspec.Struct, frozen=True):
    """One question, how many reports answered it, and the share of devices with each answer."""

    statistic: str
    asks: str
    reports: int
    answers: tuple[Estimate, ...]


class Summary(msgspec.Struct, frozen=True):
    """Days from the first to the last that have reports; null where there are none."""

    version: int
    report_epsilon: float
    season_epsilon: float
    since: str | None
    until: str | None
    taken_of_shown: Estimate | None
    questions: tuple[Question, ...]


def summary(load: Callable[[Statistic], Sequence[Sums]], *, locales: Sequence[str]) -> Summary:
    """Everything that the sums of `load` tell; `locales` are those to look for in the sketch."""
    loaded = {each.name: load(each) for each in STATISTICS}
    days = sorted({sums.day for each in loaded.values() for sums in each})
    return Summary(
        version=VERSION,
        report_epsilon=REPORT_EPSILON,
        season_epsilon=SEASON_EPSILON,
        since=days[0] if days else None,
        until=days[-1] if days else None,
        taken_of_shown=acceptance(loaded["outcome"]),
        questions=tuple(_question(BY_NAME[name], sums, locales) for name, sums in loaded.items()),
    )


def _question(statistic: Statistic, days: Sequence[Sums], locales: Sequence[str]) -> Question:
    found = (
        choice_shares(statistic, days)
        if isinstance(statistic, Choice)
        else sketch_shares(statistic, days, locales)
    )
    return Question(statistic.name, statistic.asks, sum(sums.num_reports for sums in days), tuple(found))
