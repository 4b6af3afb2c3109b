"""The watch: notes what the service does, looks at it once a minute, and says what became alarming. Read this file first.

    answers, outcomes, failures -> the minute's counts
    each minute -> acceptance, calibration, features, latency, errors, disk -> reading -> rules -> notices

Counts and shares only: it does not know a text, a user, the clock, or who is told.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from foretype.compose.outcomes import Ended
from foretype.compose.request import Answer, Context
from foretype.monitor.acceptance import MINUTE_S, WINDOWS_MIN, AcceptanceTest
from foretype.monitor.alarms import Alarms, Notice, Rule, Turn
from foretype.monitor.calibration import Calibration
from foretype.monitor.facts import FEATURES, RIGHT, TAKEN, features_of, shown_of
from foretype.monitor.gauges import Gauges
from foretype.monitor.metrics import Metrics
from foretype.monitor.minute import LastHour, Minute
from foretype.monitor.psi import Drift, FeatureWatch
from foretype.monitor.ranker_features import RankerFeatures
from foretype.monitor.rules import ACCEPTANCE, Reading
from foretype.monitor.standing import Changes, Standing, Surroundings

UNDECIDED = 0.75  # a score between the two marks: too few outcomes neither raise nor mend
MAX_GAP_MIN = 1440  # minutes asleep that are filled in; after a longer sleep all windows are empty anyway


class Watch:
    """One service's watch; safe from any thread."""

    def __init__(
        self,
        metrics: Metrics,
        rules: tuple[Rule[Reading], ...],
        *,
        around: Surroundings,
        new_id: Callable[[], str],
        open_streams: Callable[[], Mapping[str, Changes]] = dict,
    ) -> None:
        """`open_streams` gives detectors for "acceptance" and "calibration", or none; called in the first minute."""
        self._metrics = metrics
        self._around = around
        self._open_streams = open_streams
        self._streams: Mapping[str, Changes] = {}
        self._gauges = Gauges(metrics.registry, [rule.name for rule in rules])
        self._alarms = Alarms(rules, new_id=new_id)
        self._acceptance = AcceptanceTest()
        self._window: int | None = None  # that raised the acceptance alarm, while it fires
        self._calibration = Calibration()
        self._features = FeatureWatch(FEATURES)
        self._ranker: RankerFeatures | None = None
        self._hour = LastHour()
        self._minute = Minute()
        self._minute_s: float | None = None
        self._reading: Reading | None = None
        self._lock = threading.Lock()  # of the minute that runs: held for microseconds
        self._judging = threading.Lock()  # of all else

    def answered(self, answer: Answer, *, context: Context, elapsed_s: float) -> None:
        """Note an answer on its way out."""
        self._metrics.answered(answer, elapsed_s=elapsed_s, context=context)
        with self._lock:
            self._minute.waited(elapsed_s)
            if answer.suggestions:
                self._minute.features.append(features_of(answer, answer.suggestions[0]))

    def ended(self, ended: Ended) -> None:
        """Note what became of a suggestion. Called on the way of a keystroke: it waits for nothing."""
        shown = shown_of(ended)
        self._metrics.outcome(ended.outcome, shown, characters=ended.characters)
        with self._lock:
            self._minute.outcomes += 1
            self._minute.taken += ended.outcome in TAKEN
            self._minute.rights.append((shown.confidence, ended.outcome in RIGHT))
            if self._ranker is not None:
                self._ranker.note(ended)

    def compare_with(self, reference: Mapping[str, Any] | None) -> None:
        """From now on tell how a ranker's features differ from what was kept beside it (`ranker_reference`); None: no more.

        They alarm nobody: whoever writes chats only differs from rows of mail, lists and chat from the first hour on.
        Raises InputError for a reference of other features.
        """
        ranker = None if reference is None else RankerFeatures(reference)
        with self._judging, self._lock:
            self._ranker = ranker

    def failed(self, *, is_store: bool) -> None:
        """Note a request that failed by our own fault."""
        self._metrics.failed("store" if is_store else "internal")
        with self._lock:
            self._minute.errors += 1
            self._minute.store_failures += is_store

    def turn_minute(self, now_s: float) -> list[Notice]:
        """The minute is over: look at it. Notices of what changed; none within the same minute."""
        at_s = now_s // MINUTE_S * MINUTE_S
        with self._judging:
            if self._minute_s is not None and at_s <= self._minute_s:
                return []
            with self._lock:
                minute, self._minute = self._minute, Minute()
            if self._minute_s is None:
                self._streams = self._open_streams()
            self._count(minute, at_s)
            self._minute_s = at_s
            self._reading = self._read()
            notices = self._alarms.judge(self._reading, at_s=now_s)
            self._mind_acceptance(notices)
            firing = [alarm.rule for alarm in self._alarms.firing]
            self._gauges.show(self._reading, firing=firing, drift=self._feature_states())
        return notices

    def standing(self) -> Standing:
        """How things stand, as of the last minute."""
        with self._judging:
            return Standing(
                self._alarms.firing,
                self._reading,
                self._acceptance.is_armed,
                tuple(self._feature_states()),
                tuple(self._calibration.bins()),
                {name: (each.num_changes, each.changed_s) for name, each in self._streams.items()},
            )

    def saved(self) -> dict[str, Any]:
        """What the next start needs, as JSON: what is usual, the features' reference, alarms that fire."""
        with self._judging:
            return {
                "acceptance": self._acceptance.saved(),
                "features": self._features.saved(),
                "alarms": self._alarms.saved(),
            }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go on from what `saved` gave. Raises InputError for anything else, and begins anew then."""
        acceptance = AcceptanceTest.restored(saved.get("acceptance", {}))
        features = FeatureWatch.restored(saved.get("features", {}))
        with self._judging:
            self._alarms.restore(saved.get("alarms", []))
            self._acceptance, self._features = acceptance, features
            self._window = 0 if self._alarms.is_firing(ACCEPTANCE) else None

    def _count(self, minute: Minute, at_s: float) -> None:
        """Put a minute, and those slept through before it, where each is judged."""
        began_s = at_s - MINUTE_S
        if self._minute_s is not None:
            for slept in range(min(round((began_s - self._minute_s) / MINUTE_S), MAX_GAP_MIN), 0, -1):
                self._acceptance.learn_one(began_s - slept * MINUTE_S, taken=0, shown=0)
                self._hour.append(Minute())
        self._feed_streams(minute, at_s)
        self._acceptance.learn_one(began_s, taken=minute.taken, shown=minute.outcomes)
        if minute.rights:
            confidences, rights = zip(*minute.rights, strict=True)
            self._calibration.learn_many(np.array(confidences), np.array(rights))
        self._features.learn_many(began_s, np.array(minute.features).reshape(-1, len(FEATURES.names)))
        if self._ranker is not None:
            self._ranker.turn_minute(began_s)
        self._hour.append(minute)

    def _feature_states(self) -> list[Drift]:
        ranker = [] if self._ranker is None else self._ranker.states()
        return [*self._features.states(), *ranker]

    def _feed_streams(self, minute: Minute, at_s: float) -> None:
        """Residuals, so that the day's own rhythm is no change."""
        usual = float(self._acceptance.usual.at(at_s).rate)
        hits = [1.0] * minute.taken + [0.0] * (minute.outcomes - minute.taken)
        streams = {
            "acceptance": [hit - usual for hit in hits] if self._acceptance.is_armed else [],
            "calibration": [float(is_right) - confidence for confidence, is_right in minute.rights],
        }
        for name, detector in self._streams.items():
            self._gauges.changed(name, detector.learn_many(streams[name], at_s=at_s))

    def _read(self) -> Reading:
        window = self._worst_window() if self._window is None else self._window
        share, usual = self._acceptance.rates(window)
        p90_s = self._hour.latency_s(0.9, minutes=5)
        return Reading(
            acceptance_score=self._acceptance_score(),
            acceptance=float(share),
            acceptance_usual=float(usual),
            calibration_score=self._calibration.score(),
            calibration_error=self._calibration.ece(),
            feature_psi=max((state.psi or 0.0 for state in self._features.states()), default=0.0),
            p90_ms=None if p90_s is None else p90_s * 1000,
            num_timed=self._hour.total("answers", minutes=5),
            errors=self._hour.total("errors", minutes=10),
            answers=self._hour.total("answers", minutes=10),
            store_failures=self._hour.total("store_failures", minutes=5) + self._around.is_journal_failing(),
            free_disk_mb=self._around.free_disk_mb(),
            is_model_missing=self._around.is_model_missing(),
            learning_behind_s=self._around.learning_behind_s(),
        )

    def _acceptance_score(self) -> float:
        if self._window is None:
            return float(self._acceptance.score())
        if not self._acceptance.can_tell(self._window):  # at night, or after a restart
            return UNDECIDED
        return float(self._acceptance.score_of(self._window))  # what raised it has to mend

    def _worst_window(self) -> int:
        return max(range(len(WINDOWS_MIN)), key=lambda which: float(self._acceptance.score_of(which)))

    def _mind_acceptance(self, notices: list[Notice]) -> None:
        """Keep to the window that raised the alarm; when it is over, forget the minutes that were bad."""
        turns = [notice.turn for notice in notices if notice.alarm.rule == ACCEPTANCE]
        if Turn.RAISED in turns:
            self._window = self._worst_window()
        elif Turn.RESOLVED in turns:
            self._window = None
            self._acceptance.begin_anew()
