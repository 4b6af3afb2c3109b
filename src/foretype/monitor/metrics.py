"""What the service counts, for Prometheus to read.

No label ever holds a user's name or text: kinds, locales from a list, reasons, outcomes, rules and names of models are all
there is. It does not know where the numbers are kept over time, nor when they are alarming.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from foretype.compose.request import Answer, Context, OutcomeKind, Silence
from foretype.monitor.facts import Shown, Writing, keys_saved
from foretype.monitor.latency import BUCKETS_S

CONTENT_TYPE = CONTENT_TYPE_LATEST
WHERE = ("kind", "locale")


class Metrics:
    """One service's counters, in a registry of their own; safe from any thread.

    >>> metrics = Metrics()
    >>> metrics.superseded()
    >>> b"foretype_requests_superseded_total 1.0" in metrics.page()
    True
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # memory and processor time, where the system tells them
        self._latency = Histogram(
            "foretype_suggestion_latency_seconds",
            "From a request's arrival to its answer, waiting included",
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self._begun: set[Writing] = set()  # of at most three kinds times the locales on the list
        self._add_suggestions()
        self._add_requests()
        self._users = self._gauge("foretype_users", "Users of whom something is kept")
        self._model = self._gauge("foretype_model_info", "The open model", "model")
        self._versions = self._gauge(
            "foretype_version_info", "Versions of parts: package, ranker, experiment", "part", "version"
        )
        self._name_every_label()

    def answered(self, answer: Answer, *, elapsed_s: float, context: Context | None = None) -> None:
        """Count one answered request, as a rule one key."""
        where = Writing.of(context or Context())
        self._latency.observe(elapsed_s)
        self._answers(where.kind, where.locale).inc()
        self._lm_steps.inc(answer.lm_steps)
        if not answer.lm_steps:
            self._without_lm_step.inc()
        if answer.suggestions:
            self._shown(where.kind, where.locale).inc()
            self._begin_outcomes(where)
        elif answer.silence is not None:
            self._silences(answer.silence.value).inc()

    def outcome(self, outcome: OutcomeKind, shown: Shown, *, characters: int) -> None:
        """Count what became of a suggestion."""
        where = shown.writing
        self._outcomes(outcome.value, where.kind, where.locale).inc()
        self._keys_saved(where.kind, where.locale).inc(keys_saved(outcome, shown, characters=characters))

    def superseded(self) -> None:
        self._superseded.inc()

    def refused(self) -> None:
        self._refused.inc()

    def abandoned(self) -> None:
        self._abandoned.inc()

    def failed(self, fault: str) -> None:
        """A request failed by our own fault: "internal" or "store"."""
        self._failures(fault).inc()

    def learned(self, num_words: int) -> None:
        self._learned.inc(num_words)

    def model_opened(self, model: str) -> None:
        self._model.labels(model).set(1)

    def runs(self, part: str, version: str) -> None:
        """From now on this version of a part answers; the one before it is dropped."""
        self._versions.remove_by_labels({"part": part})
        self._versions.labels(part, version).set(1)

    def page(self, *, num_users: int = 0) -> bytes:
        """All of it in Prometheus' text format."""
        self._users.set(num_users)
        return generate_latest(self.registry)

    def _begin_outcomes(self, where: Writing) -> None:
        """Show all outcomes as zero before the first: a series that begins at 1 hides that event from a rate."""
        if where in self._begun:
            return
        self._begun.add(where)
        for outcome in OutcomeKind:
            self._outcomes(outcome.value, where.kind, where.locale)

    def _add_suggestions(self) -> None:
        self._answers = self._counters("foretype_answers", "Answered requests, as a rule one a key", *WHERE)
        self._shown = self._counters("foretype_suggestions_shown", "Answers with something to show", *WHERE)
        self._silences = self._counters("foretype_silences", "Answers with nothing to show", "reason")
        self._outcomes = self._counters(
            "foretype_outcomes", "What became of suggestions", "outcome", *WHERE
        )  # right when shown: accepted and typed, of all
        self._keys_saved = self._counters(
            "foretype_keys_saved", "Characters taken, less the key that took them", *WHERE
        )
        self._lm_steps = self._counter("foretype_lm_steps", "Calls of the language model waited for")
        self._without_lm_step = self._counter(
            "foretype_answers_without_lm_step", "Answers from what was known already, or from counts alone"
        )
        self._learned = self._counter("foretype_learned_tokens", "Words learned")

    def _add_requests(self) -> None:
        self._superseded = self._counter(
            "foretype_requests_superseded", "Waiting requests that a newer key of their session replaced"
        )
        self._refused = self._counter(
            "foretype_requests_refused", "Requests answered 429: the queue was full"
        )
        self._abandoned = self._counter(
            "foretype_requests_abandoned", "Waiting requests whose client went away"
        )
        self._failures = self._counters(
            "foretype_requests_failed", "Requests that failed by our own fault", "fault"
        )

    def _counter(self, name: str, help_text: str) -> Counter:
        return Counter(name, help_text, registry=self.registry)

    def _counters(self, name: str, help_text: str, *labels: str) -> Callable[..., Counter]:
        """The counter of some labels' values; there are few, and a key looks up four."""
        return cache(Counter(name, help_text, labels, registry=self.registry).labels)

    def _gauge(self, name: str, help_text: str, *labels: str) -> Gauge:
        return Gauge(name, help_text, labels, registry=self.registry)

    def _name_every_label(self) -> None:
        """Show each reason, outcome and fault from the start, so that rates over them are defined."""
        self._begin_outcomes(Writing.of(Context()))
        for reason in Silence:
            self._silences(reason.value)
        for fault in ("internal", "store"):
            self._failures(fault)
