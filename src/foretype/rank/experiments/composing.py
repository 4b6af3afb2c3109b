"""A composer that gives users what their arms say besides a decider: an adapter, and a delay before clients show anything.

It does not know who is in which arm.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from foretype.compose.composer import Composer
from foretype.compose.request import Answer, Request
from foretype.errors import InputError
from foretype.rank.experiments.trials import Trials


class TrialComposer(Composer):
    """A Composer in every way; `trials` may change how a named user is answered."""

    def __init__(self, *arguments: Any, trials: Trials, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._trials = trials

    def answer(self, request: Request) -> Answer:
        """As Composer.answer. An arm's adapter that is not loaded is left out: nobody asked for it."""
        treatment = self._trials.treatment_of(request.user)
        if treatment.adapter is None or request.adapter is not None:
            answer = super().answer(request)
        else:
            answer = self._adapted(request, treatment.adapter)
        return answer if treatment.delay_ms is None else replace(answer, delay_ms=treatment.delay_ms)

    def _adapted(self, request: Request, adapter: str) -> Answer:
        try:
            return super().answer(replace(request, adapter=adapter))
        except InputError:
            return super().answer(request)
