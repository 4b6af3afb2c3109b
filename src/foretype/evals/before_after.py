"""What training brought: the same held-out messages typed with each stage of it, side by side.

It does not know how anything was trained, nor how it is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from foretype.assemble import model_path, open_composer, open_lm
from foretype.config import Settings
from foretype.corpus.own_mail import OwnMail
from foretype.errors import InputError
from foretype.evals.bits import Foresight, foresee, sample
from foretype.evals.doors import ComposerDoor
from foretype.evals.messages import Message
from foretype.evals.metrics import Estimate, savings_gained
from foretype.evals.own_messages import choose, replay_messages
from foretype.evals.replay import Limits, Replayed, replay
from foretype.evals.writer import Writer

NUM_TYPED = 120  # messages, as in the published figures; their beginnings of 200 characters
NUM_SCORED = 60  # messages read for bits per character
PATIENCE_MS = 5_000.0  # for an answer: what else the machine does must not decide which model is better
SCORED_CHARS = 400  # of each: somewhat more than is typed


@dataclass(frozen=True, slots=True)
class Row:
    """One stage, measured."""

    name: str
    results: tuple[Replayed, ...]
    foresight: Foresight
    typing_s: float  # what the measurement took
    scoring_s: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the last row saves more keys than the one it would replace."""

    gain: Estimate  # of ksr_word
    gain_full: Estimate
    num_messages: int

    @property
    def helped(self) -> bool:
        return self.gain.value > 0

    @property
    def is_sure(self) -> bool:
        """Another draw of such messages would hardly tell otherwise."""
        return self.gain.low > 0 or self.gain.high < 0


def measure(
    name: str,
    settings: Settings,
    mail: OwnMail,
    *,
    remembers: bool,
    typed: Sequence[str] | None = None,
    max_typing_s: float | None = None,
    advance: Callable[[float], None] = lambda share: None,
    clock: Callable[[], float] = time.perf_counter,
) -> Row:
    """Type and score the mail that is judged by, with the model of `settings`; nothing on this machine is changed.

    `remembers`: the writer's memory holds all that was written before each message. `typed` are the messages, None: as
    many as `max_typing_s` allows. `advance` hears the share that is done. Raises InputError when there is none to type.
    """
    began = clock()
    chosen = choose(mail, limit=NUM_TYPED) if typed is None else typed
    messages = replay_messages(mail, set(chosen))
    limits = Limits(len(chosen), seconds=max_typing_s)
    results = _typed(settings, messages, limits, remembers=remembers, advance=advance)
    typed_at = clock()
    path = model_path(settings)
    assert path is not None, "the caller asks for a model before it measures one"
    with closing(open_lm(path)) as lm:
        foresight = foresee(sample(mail.judge, limit=NUM_SCORED, max_chars=SCORED_CHARS), lm)
    return Row(name, results, foresight, typing_s=typed_at - began, scoring_s=clock() - typed_at)


def judge(before: Sequence[Replayed], after: Sequence[Replayed]) -> Verdict:
    """What the second saves more than the first, on the messages that both typed."""
    return Verdict(
        gain=savings_gained(after, before, Writer.WORD),
        gain_full=savings_gained(after, before, Writer.FULL),
        num_messages=min(len(before), len(after)),
    )


def _typed(
    settings: Settings,
    messages: Sequence[Message],
    limits: Limits,
    *,
    remembers: bool,
    advance: Callable[[float], None],
) -> tuple[Replayed, ...]:
    results: list[Replayed] = []
    with TemporaryDirectory(prefix="foretype-eval-") as folder:
        composer = open_composer(replace(settings, data_dir=Path(folder), tenant=None, outcome_days=0))
        with closing(ComposerDoor(composer, deadline_ms=PATIENCE_MS)) as door:
            for result in replay(door, messages, limits=limits, learn=remembers):
                results.append(result)
                advance(len(results) / limits.messages)
    if not results:
        raise InputError(
            f"found no message of at least {limits.min_chars} characters to judge by, wanted some; name more mail"
        )
    return tuple(results)
