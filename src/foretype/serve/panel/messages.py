"""The shapes of the panel's replies: counts, shares, times and names of parts. None has a place for a text.

It does not know where the numbers come from.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from foretype.rank.counts import Bin, Group
from foretype.serve.messages import Time
from foretype.serve.panel.choices import Choices
from foretype.serve.panel.totals import Total

MAX_DAYS = 366


class WeeksQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """How many days to tell of, today included."""

    days: Annotated[int, Meta(ge=1, le=MAX_DAYS)] = 28


class StretchReply(Struct, frozen=True):
    """Answers of a minute or a day. Percentiles are null where there was no answer."""

    answers: int
    shown: int
    lm_steps: int
    without_lm_step: int
    p50_ms: float | None
    p90_ms: float | None
    p99_ms: float | None


class MinuteReply(Struct, frozen=True):
    at: Time
    counts: StretchReply


class DayReply(Struct, frozen=True):
    day: date
    counts: StretchReply


class LiveReply(Struct, frozen=True):
    """How the service stands now. Counts are since its start, `hour` and `minutes` of the last sixty minutes."""

    at: Time
    uptime_s: float
    ready: bool
    version: str
    model: str | None
    versions: dict[str, str]  # of parts that have one: ranker, experiment
    users: int
    memory_bytes: int | None
    by_writing: tuple[Total, ...]
    silences: dict[str, int]
    failures: dict[str, int]
    lm_steps: int
    answers_without_lm_step: int
    learned_words: int
    refused: int
    superseded: int
    abandoned: int
    hour: StretchReply
    minutes: tuple[MinuteReply, ...]


class WeeksReply(Struct, frozen=True):
    """What became of suggestions, from the journal; `answered`: all answers day by day, shown or silent.

    `kept_days` is how long outcomes are kept, 0 where none are: then only `answered` tells something.
    """

    since: Time
    kept_days: int
    answered: tuple[DayReply, ...]
    days: tuple[Group, ...]
    hours: tuple[Group, ...]
    kinds: tuple[Group, ...]
    locales: tuple[Group, ...]
    models: tuple[Group, ...]
    lengths: tuple[Group, ...]
    calibration: tuple[Bin, ...]
    calibration_error: float


class ChoicesReply(Struct, frozen=True):
    """What is chosen, and whether what decides has a coverage dial."""

    choices: Choices
    has_dial: bool
