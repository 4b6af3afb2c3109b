"""What alarms: each rule's figures out of one minute's reading, and the number from which on somebody is told.

It does not know how a reading is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from foretype.monitor.alarms import Figures, Rule, Severity
from foretype.monitor.psi import DRIFTED

ACCEPTANCE = "acceptance-drop"
ACCEPTANCE_MINUTES = 2  # two readings agree: one alone raised twice as many null weeks

MAX_ERROR_SHARE = 0.02
MIN_ERRORS = 5  # fewer in ten minutes are chance
MIN_ANSWERS = 50  # for a percentile
MAX_BEHIND_S = 600.0  # as a rule it is one minute: ten restarts of a learner, or of Redis


@dataclass(frozen=True, slots=True)
class Reading:
    """What one minute's look gave; None for what could not be told."""

    acceptance_score: float
    acceptance: float
    acceptance_usual: float
    calibration_score: float
    calibration_error: float
    feature_psi: float
    p90_ms: float | None  # over five minutes
    num_timed: int
    errors: int  # over ten minutes
    answers: int
    store_failures: int  # over five minutes
    free_disk_mb: float | None
    is_model_missing: bool
    learning_behind_s: float | None = None  # None: this server learns alone


def make_rules(*, latency_budget_ms: float, min_free_disk_mb: float) -> tuple[Rule[Reading], ...]:
    """All rules, with the limits that are settings."""
    return (*_of_suggestions(), *_of_service(), *_of_limits(latency_budget_ms, min_free_disk_mb))


def _of_suggestions() -> tuple[Rule[Reading], ...]:
    return (
        Rule(
            ACCEPTANCE,
            Severity.CRITICAL,
            "Fewer suggestions are taken than is usual at this hour",
            lambda seen: Figures(
                seen.acceptance_score, seen.acceptance, seen.acceptance_usual, "share taken"
            ),
            raise_minutes=ACCEPTANCE_MINUTES,
            resolve_below=0.5,
        ),
        Rule(
            "calibration-drift",
            Severity.WARNING,
            "Suggestions are right less, or more, often than their confidence says",
            lambda seen: Figures(
                seen.calibration_score, seen.calibration_error, 0.1, "expected calibration error"
            ),
            raise_minutes=10,
            resolve_minutes=30,
        ),
        Rule(
            "feature-drift",
            Severity.WARNING,
            "What is asked, or suggested, does not look as it did",
            lambda seen: Figures(
                seen.feature_psi / DRIFTED, seen.feature_psi, DRIFTED, "population stability index"
            ),
            raise_minutes=60,
            resolve_minutes=60,
        ),
    )


def _of_service() -> tuple[Rule[Reading], ...]:
    return (
        Rule("errors", Severity.CRITICAL, "Requests fail by our own fault", _errors, raise_minutes=2),
        Rule(
            "store-failures",
            Severity.CRITICAL,
            "The personal store or the journal could not read or keep something",
            lambda seen: Figures(
                float(seen.store_failures), float(seen.store_failures), 0.0, "failures in 5 minutes"
            ),
        ),
        Rule(
            "model-missing",
            Severity.CRITICAL,
            "No model is open, or not the one that the settings name",
            lambda seen: Figures(
                float(seen.is_model_missing), float(seen.is_model_missing), 0.0, "models missing"
            ),
            raise_minutes=2,
            resolve_minutes=1,
        ),
        Rule(
            "learning-behind",
            Severity.WARNING,
            "Nothing is heard from those who learn together: Redis, or the learner, is away",
            _behind,
            resolve_minutes=1,
        ),
    )


def _of_limits(latency_budget_ms: float, min_free_disk_mb: float) -> tuple[Rule[Reading], ...]:
    return (
        Rule(
            "slow-answers",
            Severity.CRITICAL,
            "One answer in ten comes later than the budget",
            lambda seen: _latency(seen, latency_budget_ms),
            raise_minutes=5,
        ),
        Rule(
            "disk-low",
            Severity.WARNING,
            "The disk of the data folder is nearly full",
            lambda seen: _disk(seen, min_free_disk_mb),
            raise_minutes=2,
            resolve_below=0.9,
        ),
    )


def _latency(seen: Reading, budget_ms: float) -> Figures:
    if not budget_ms or seen.p90_ms is None or seen.num_timed < MIN_ANSWERS:
        return Figures(0.0, 0.0, budget_ms, "ms")
    return Figures(seen.p90_ms / budget_ms, seen.p90_ms, budget_ms, "ms")


def _errors(seen: Reading) -> Figures:
    share = seen.errors / max(seen.answers + seen.errors, 1)
    return Figures(
        min(share / MAX_ERROR_SHARE, seen.errors / MIN_ERRORS), share, MAX_ERROR_SHARE, "share of requests"
    )


def _behind(seen: Reading) -> Figures:
    behind_s = seen.learning_behind_s or 0.0
    return Figures(behind_s / MAX_BEHIND_S, behind_s, MAX_BEHIND_S, "seconds")


def _disk(seen: Reading, min_free_mb: float) -> Figures:
    if seen.free_disk_mb is None:
        return Figures(0.0, 0.0, min_free_mb, "MB free")
    return Figures(min_free_mb / max(seen.free_disk_mb, 1e-3), seen.free_disk_mb, min_free_mb, "MB free")
