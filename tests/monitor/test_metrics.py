"""Claims about the counters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from foretype.compose.request import Answer, Context, Kind, OutcomeKind, Silence, Suggestion
from foretype.monitor.facts import Shown, Writing
from foretype.monitor.labels import LOCALES, OTHER, locale_label
from foretype.monitor.metrics import Metrics

SHOWN = Answer("a1", (Suggestion("onward ", 0.5, 1),), "m", 1.0, lm_steps=2)
WHERE = 'kind="email",locale="en-US"'


def lines(metrics: Metrics) -> list[str]:
    return metrics.page(num_users=3).decode().splitlines()


def test_answers_are_counted_by_what_they_showed() -> None:
    metrics = Metrics()
    metrics.answered(SHOWN, elapsed_s=0.003)
    metrics.answered(Answer("a2", (), "m", 1.0, Silence.UNSURE), elapsed_s=0.3)
    page = lines(metrics)
    assert f"foretype_answers_total{{{WHERE}}} 2.0" in page
    assert f"foretype_suggestions_shown_total{{{WHERE}}} 1.0" in page
    assert 'foretype_silences_total{reason="unsure"} 1.0' in page
    assert "foretype_lm_steps_total 2.0" in page
    assert "foretype_answers_without_lm_step_total 1.0" in page
    assert 'foretype_suggestion_latency_seconds_bucket{le="0.001"} 0.0' in page
    assert 'foretype_suggestion_latency_seconds_bucket{le="0.25"} 1.0' in page
    assert "foretype_suggestion_latency_seconds_count 2.0" in page


def test_everything_else_is_counted_too() -> None:
    metrics = Metrics()
    metrics.outcome(OutcomeKind.ACCEPTED, Shown(Writing.of(Context()), 0.5, 12), characters=12)
    metrics.superseded()
    metrics.refused()
    metrics.abandoned()
    metrics.failed("store")
    metrics.learned(5)
    metrics.model_opened("background")
    page = lines(metrics)
    for line in (
        f'foretype_outcomes_total{{{WHERE},outcome="accepted"}} 1.0',
        "foretype_requests_superseded_total 1.0",
        "foretype_requests_refused_total 1.0",
        "foretype_requests_abandoned_total 1.0",
        'foretype_requests_failed_total{fault="store"} 1.0',
        "foretype_learned_tokens_total 5.0",
        'foretype_model_info{model="background"} 1.0',
        "foretype_users 3.0",
    ):
        assert line in page


def test_keys_saved_are_characters_taken_less_the_key_that_took_them() -> None:
    metrics, shown = Metrics(), Shown(Writing("chat", "de"), 0.5, 12)
    metrics.outcome(OutcomeKind.ACCEPTED, shown, characters=12)
    metrics.outcome(OutcomeKind.PARTLY, shown, characters=5)
    metrics.outcome(OutcomeKind.TYPED, shown, characters=12)
    metrics.outcome(OutcomeKind.PARTLY, shown, characters=10**9)  # no client takes more than was shown
    assert 'foretype_keys_saved_total{kind="chat",locale="de"} 26.0' in lines(metrics)


def test_every_reason_outcome_and_fault_is_there_from_the_start() -> None:
    page = "\n".join(lines(Metrics()))
    assert all(f'reason="{reason}"' in page for reason in Silence)
    assert all(f'outcome="{outcome}"' in page for outcome in OutcomeKind)
    assert 'fault="internal"' in page


def test_an_outcome_of_a_new_kind_starts_from_zero() -> None:
    metrics = Metrics()
    metrics.answered(SHOWN, elapsed_s=0.1, context=Context(kind=Kind.CHAT, locale="de-DE"))
    assert 'foretype_outcomes_total{kind="chat",locale="de-DE",outcome="accepted"} 0.0' in lines(metrics)


def test_a_version_replaces_the_one_before_it() -> None:
    metrics = Metrics()
    metrics.runs("ranker", "1")
    metrics.runs("ranker", "2")
    versions = [line for line in lines(metrics) if line.startswith("foretype_version_info")]
    assert versions == ['foretype_version_info{part="ranker",version="2"} 1.0']


def test_two_services_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.superseded()
    assert "foretype_requests_superseded_total 0.0" in lines(other)


@given(st.text())
def test_a_locale_is_a_label_of_the_list_whatever_a_client_sends(locale: str) -> None:
    assert locale_label(locale) in LOCALES | {OTHER}
