"""What preference tuning brought, as a table for a terminal and as facts for a JSON line.

It does not know how it was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE
from rich.table import Table

from foretype.evals.metrics import Estimate, Summary, rounded, savings_gained, summarise
from foretype.evals.writer import Writer

if TYPE_CHECKING:
    from foretype.evals.preference_job import Outcome
    from foretype.evals.preference_trial import Trial


def outcome_table(outcome: Outcome) -> Table:
    """A row for the model as it was and for each recipe."""
    messages = len(outcome.plain.all)
    title = f"{outcome.num_pairs:,} pairs of {outcome.num_messages:,} messages; judged by {messages} others"
    table = Table(title=title, box=SIMPLE)
    for name in ("", "keys saved", "gained", "95 %", "right when shown", "bits/char"):
        table.add_column(name, justify="right" if name else "left", no_wrap=name == "95 %")
    for trial in (outcome.plain, *outcome.trials.values()):
        summary = trial.summary()
        gain = None if trial is outcome.plain else trial.gain_over(outcome.plain)
        table.add_row(
            trial.name,
            f"{summary.ksr_word.value:.3f}",
            *_gained(gain),
            f"{summary.right_when_shown:.3f}",
            f"{_mean_bits(trial):.3f}",
        )
    return table


def outcome_facts(outcome: Outcome) -> Mapping[str, Any]:
    """All figures, flat enough for one JSON line."""
    trials = {name: _facts(trial, outcome.plain) for name, trial in outcome.trials.items()}
    for name, tuned in outcome.tuned.items():
        trials[name] |= {
            "steps": tuned.steps,
            "seconds": tuned.seconds,
            "tune_before": asdict(tuned.before),
            "tune_after": asdict(tuned.after),
        }
    found = {
        "messages": outcome.num_messages,
        "pairs": outcome.num_pairs,
        "plain": _facts(outcome.plain, None),
        "trials": trials,
        "best": outcome.best.name,
        "helped": outcome.helped,
    }
    return {name: rounded(value) for name, value in found.items()}


def _gained(gain: Estimate | None) -> tuple[str, str]:
    if gain is None:
        return "", ""
    return f"{gain.value:+.3f}", f"{gain.low:+.3f} to {gain.high:+.3f}"


def _mean_bits(trial: Trial) -> float:
    """Bits per character, every set counting alike."""
    return sum(found.bits_per_char.value for found in trial.bits.values()) / len(trial.bits)


def _facts(trial: Trial, plain: Trial | None) -> dict[str, Any]:
    found = _saved(trial.summary())
    if plain is not None:
        found |= {
            "gained": asdict(trial.gain_over(plain)),
            "gained_full": asdict(trial.gain_over(plain, Writer.FULL)),
        }
    return found | {"sets": {name: _set_facts(trial, plain, name) for name in trial.replayed}}


def _set_facts(trial: Trial, plain: Trial | None, name: str) -> dict[str, Any]:
    results = trial.replayed[name]
    found = _saved(summarise(trial.name, results))
    found |= {"messages": len(results), "bits_per_char": asdict(trial.bits[name].bits_per_char)}
    if plain is not None:
        found["gained"] = asdict(savings_gained(results, plain.replayed[name], Writer.WORD))
    return found


def _saved(summary: Summary) -> dict[str, Any]:
    return {
        "ksr_word": summary.ksr_word.value,
        "ksr_full": summary.ksr_full.value,
        "shown": summary.shown,
        "right_when_shown": summary.right_when_shown,
        "wrong_show": summary.wrong_show,
    }
