"""From a mailbox to a model that knows its writer: measure, train, store, fit, measure again, keep or leave.

Every stage is kept when it is done (stages.py), and the whole stays within a budget of time. What serves is replaced at
the very end, at once, and only by what saves more keys. It does not know how progress is shown. Needs the train extra.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from foretype.assemble import installed_strengths, open_background, open_lm
from foretype.compose.strengths import save_strengths
from foretype.config import Settings
from foretype.corpus.own_mail import without_secrets
from foretype.errors import ConfigError, StoreError
from foretype.evals.before_after import Row, judge, measure
from foretype.evals.mail_plan import Outcome, Plan, fingerprint
from foretype.evals.own_fit import Fitted, fit_own
from foretype.evals.own_model import copy_model, install, save_adapter, store_trained
from foretype.evals.stages import Stages
from foretype.lm.mail_training import Facts, train_on_mail
from foretype.runtime.stored_weights import read_model_dir

TYPING_SHARE = 0.1  # of the budget: for each time that messages are typed
FIT_SHARE = 0.06
STORE_SHARE = 0.05
LEAST_TRAINING_SHARE = 0.1  # with less, the budget is too small for this machine
SLOWER = 1.25  # the same messages, typed again with a memory and other numbers, may take so much longer
NUM_READ = (10, 150)  # messages that the model reads to learn its share
STRENGTHS_FILE = "strengths.json"


class Teller(Protocol):
    """Whoever shows how far it is."""

    def begin(self, stage: str) -> None:
        """A stage begins."""
        ...

    def advance(self, share: float, note: str = "") -> None:
        """So much of the stage is done, 0 to 1."""
        ...


class MailRun:
    """One run in one folder. Started again with the same plan it goes on behind the last finished stage."""

    def __init__(self, plan: Plan, settings: Settings, folder: Path, teller: Teller) -> None:
        self._plan = plan
        self._settings = settings
        self._teller = teller
        self._stages = Stages(folder, fingerprint(plan))
        self._model = folder / "models" / plan.name
        self._checkpoint = read_model_dir(plan.base)

    @property
    def resumed(self) -> bool:
        """Whether an earlier start got somewhere."""
        return self._stages.resumed

    def run(self) -> Outcome:
        """Do what is left to do. Raises ConfigError when the budget is too small, StoreError when the disk is full, and
        what its parts raise; what is done is kept.
        """
        with _disk_told(self._stages.folder):
            return self._run()

    def install(self, target: Path) -> None:
        """Put the model that was made in the place of `target`: at once, whole. Raises StoreError."""
        with _disk_told(target):
            install(self._model, target)

    def clear(self) -> None:
        """Forget the run: it is finished."""
        self._stages.clear()

    def _run(self) -> Outcome:
        rows = [self._measured("before", self._settings, remembers=False)]
        if self._plan.remembers:
            rows.append(self._measured("memory", self._settings, remembers=True, like=rows[0]))
        seconds = self._stages.done("budget", float, lambda: self._training_seconds(rows))
        training = self._stages.done("network", Facts, lambda: self._trained(seconds))
        fitted = self._stages.done("strengths", Fitted | None, lambda: self._fitted(rows[0]))
        made = replace(self._settings, cache_dir=self._stages.folder, model=self._plan.name, adapter=None)
        rows.append(self._measured("trained", made, remembers=self._plan.remembers, like=rows[0]))
        verdict = judge(rows[-2].results, rows[-1].results)
        return Outcome(tuple(rows), verdict, training, fitted)

    def _measured(self, name: str, settings: Settings, *, remembers: bool, like: Row | None = None) -> Row:
        """Type the messages: those that `like` typed, or as many as there is time for."""

        def typed() -> Row:
            self._teller.begin(f"typing your last messages ({name})")
            return measure(
                name,
                settings,
                self._plan.mail,
                remembers=remembers,
                typed=None if like is None else [result.id for result in like.results],
                max_typing_s=None if like else TYPING_SHARE * self._budget_s,
                advance=self._teller.advance,
            )

        return self._stages.done(name, Row, typed)

    def _training_seconds(self, rows: list[Row]) -> float:
        """What is left of the budget when everything else has its share."""
        again = SLOWER * max(row.typing_s + row.scoring_s for row in rows)
        left = self._budget_s * (1 - FIT_SHARE - STORE_SHARE) - self._stages.spent_s - again
        if left < LEAST_TRAINING_SHARE * self._budget_s:
            raise ConfigError(
                f"--minutes {self._plan.minutes:g}: found {max(left, 0):.0f} s left to train, since measuring takes "
                f"{again:.1f} s each time; wanted at least {LEAST_TRAINING_SHARE:.0%} of the budget, give more minutes"
            )
        return left

    def _trained(self, seconds: float) -> Facts:
        """Train, and store what came of it."""
        plan = self._plan
        self._teller.begin("training")
        trained = train_on_mail(
            self._checkpoint,
            [without_secrets(document) for document in plan.mail.learn],
            [without_secrets(document) for document in plan.mail.tune],
            self._stages.folder / "network",
            seconds=seconds,
            seed=plan.seed,
            on_point=lambda point, share: self._teller.advance(share, f"loss {point.loss:.3f}"),
        )
        self._teller.begin("storing the network")
        if plan.adapter is not None:
            save_adapter(trained, plan.adapter, base=plan.base)
        if trained.facts.strength == 0:
            copy_model(plan.base, self._model)
        else:
            store_trained(
                self._checkpoint, trained, self._model, base=plan.base, advance=self._teller.advance
            )
        return trained.facts

    def _fitted(self, before: Row) -> Fitted | None:
        """Learn the strengths that go with the model, and put them beside it."""
        self._teller.begin("weighing voices")
        a_message = before.scoring_s / max(1, before.foresight.messages)
        least, most = NUM_READ
        num_read = min(most, max(least, int(FIT_SHARE * self._budget_s / max(a_message, 1e-3) / 2)))
        with closing(open_lm(self._model)) as lm:
            fitted = fit_own(
                self._plan.mail,
                open_background(),
                lm,
                installed_strengths(self._plan.base),
                remembers=self._plan.remembers,
                num_read=num_read,
            )
        if fitted is not None:
            card = {"messages": len(self._plan.mail.tune), "words": fitted.num_words}
            save_strengths(self._model / STRENGTHS_FILE, fitted.strengths, card=card)
        return fitted

    @property
    def _budget_s(self) -> float:
        return self._plan.minutes * 60


@contextmanager
def _disk_told(where: Path) -> Iterator[None]:
    """A disk that is full, or may not be written, as an error that says how to go on."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{error.filename or where}: cannot be written ({error.strerror or error}); "
            "free some space and run the same command, it goes on from there"
        ) from error
