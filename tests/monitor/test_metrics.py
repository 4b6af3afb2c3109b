"""Claims about the counters."""

from __future__ import annotations

from foretype.compose.request import Answer, OutcomeKind, Silence, Suggestion
from foretype.monitor.metrics import Metrics

SHOWN = Answer("a1", (Suggestion("onward ", 0.5, 1),), "m", 1.0, lm_steps=2)


def lines(metrics: Metrics) -> list[str]:
    return metrics.page(num_users=3).decode().splitlines()


def test_answers_are_counted_by_what_they_showed() -> None:
    metrics = Metrics()
    metrics.answered(SHOWN, elapsed_s=0.003)
    metrics.answered(Answer("a2", (), "m", 1.0, Silence.UNSURE), elapsed_s=0.3)
    page = lines(metrics)
    assert "foretype_suggestions_shown_total 1.0" in page
    assert 'foretype_silences_total{reason="unsure"} 1.0' in page
    assert "foretype_lm_steps_total 2.0" in page
    assert 'foretype_suggestion_latency_seconds_bucket{le="0.001"} 0.0' in page
    assert 'foretype_suggestion_latency_seconds_bucket{le="0.25"} 1.0' in page
    assert "foretype_suggestion_latency_seconds_count 2.0" in page


def test_everything_else_is_counted_too() -> None:
    metrics = Metrics()
    metrics.outcome(OutcomeKind.ACCEPTED)
    metrics.superseded()
    metrics.refused()
    metrics.abandoned()
    metrics.learned(5)
    metrics.model_opened("background")
    page = lines(metrics)
    for line in (
        'foretype_outcomes_total{outcome="accepted"} 1.0',
        "foretype_requests_superseded_total 1.0",
        "foretype_requests_refused_total 1.0",
        "foretype_requests_abandoned_total 1.0",
        "foretype_learned_tokens_total 5.0",
        'foretype_model_info{model="background"} 1.0',
        "foretype_users 3.0",
    ):
        assert line in page


def test_every_reason_and_outcome_is_there_from_the_start() -> None:
    page = "\n".join(lines(Metrics()))
    assert all(f'reason="{reason}"' in page for reason in Silence)
    assert all(f'outcome="{outcome}"' in page for outcome in OutcomeKind)


def test_two_services_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.superseded()
    assert "foretype_requests_superseded_total 0.0" in lines(other)
