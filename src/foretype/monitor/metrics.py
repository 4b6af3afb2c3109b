"""What the service counts, for Prometheus to read.

No label ever holds a user's name or text: reasons, outcomes and the model's name are all there is. It does
not know where the numbers are kept over time, nor when they are alarming.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from foretype.compose.request import Answer, OutcomeKind, Silence

CONTENT_TYPE = CONTENT_TYPE_LATEST
LATENCY_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.15, 0.25)
# 30, 60 and 100 ms stand on a boundary of their own: the goal on two cores, Gmail's p90, and the eye's limit


class Metrics:
    """One service's counters, in a registry of their own; safe from any thread.

    >>> metrics = Metrics()
    >>> metrics.superseded()
    >>> b"foretype_requests_superseded_total 1.0" in metrics.page()
    True
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._latency = Histogram(
            "foretype_suggestion_latency_seconds",
            "From a request's arrival to its answer, waiting included",
            buckets=LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        self._shown = self._counter("foretype_suggestions_shown", "Answers with something to show")
        self._silences = self._counter("foretype_silences", "Answers with nothing to show", "reason")
        self._outcomes = self._counter("foretype_outcomes", "What became of suggestions", "outcome")
        self._superseded = self._counter(
            "foretype_requests_superseded", "Waiting requests that a newer key of their session replaced"
        )
        self._refused = self._counter(
            "foretype_requests_refused", "Requests answered 429: the queue was full"
        )
        self._abandoned = self._counter(
            "foretype_requests_abandoned", "Waiting requests whose client went away"
        )
        self._lm_steps = self._counter("foretype_lm_steps", "Calls of the language model waited for")
        self._learned = self._counter("foretype_learned_tokens", "Words learned")
        self._users = Gauge("foretype_users", "Users of whom something is kept", registry=self.registry)
        self._model = Gauge("foretype_model_info", "The open model", ["model"], registry=self.registry)
        self._name_every_label()

    def answered(self, answer: Answer, *, elapsed_s: float) -> None:
        """Count one answered request."""
        self._latency.observe(elapsed_s)
        self._lm_steps.inc(answer.lm_steps)
        if answer.suggestions:
            self._shown.inc()
        elif answer.silence is not None:
            self._silences.labels(answer.silence.value).inc()

    def outcome(self, outcome: OutcomeKind) -> None:
        self._outcomes.labels(outcome.value).inc()

    def superseded(self) -> None:
        self._superseded.inc()

    def refused(self) -> None:
        self._refused.inc()

    def abandoned(self) -> None:
        self._abandoned.inc()

    def learned(self, num_words: int) -> None:
        self._learned.inc(num_words)

    def model_opened(self, model: str) -> None:
        self._model.labels(model).set(1)

    def page(self, *, num_users: int = 0) -> bytes:
        """All of it in Prometheus' text format."""
        self._users.set(num_users)
        return generate_latest(self.registry)

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(name, help_text, labels, registry=self.registry)

    def _name_every_label(self) -> None:
        """Show each reason and outcome from the start, so that rates over them are defined."""
        for reason in Silence:
            self._silences.labels(reason.value)
        for outcome in OutcomeKind:
            self._outcomes.labels(outcome.value)
