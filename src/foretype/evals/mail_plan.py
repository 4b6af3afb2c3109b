"""What a training run on a mailbox is asked for, and what it gives.

Values only. It does not know how anything is trained or measured.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from foretype.corpus.own_mail import OwnMail
from foretype.evals.before_after import Row, Verdict, judge
from foretype.evals.own_fit import Fitted
from foretype.lm.mail_training import Facts
from foretype.runtime.model_dir import CARD_FILE


@dataclass(frozen=True, slots=True)
class Plan:
    """What is trained on, from what, and for how long."""

    mail: OwnMail
    base: Path  # a model directory; it stays as it is
    name: str  # of the model to be
    minutes: float
    remembers: bool  # the mail will also be in the writer's memory
    adapter: Path | None = None  # where the corrections are kept too, as peft saves them
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: rows as measured, the first being what was there before."""

    rows: tuple[Row, ...]
    verdict: Verdict  # on the last row against the one before it
    training: Facts
    fitted: Fitted | None

    @property
    def helped(self) -> bool:
        """Whether the trained model saves more keys than what was there before."""
        return self.verdict.helped

    @property
    def memory_helped(self) -> bool:
        """Whether remembering the mail saves more keys."""
        return len(self.rows) > 2 and judge(self.rows[0].results, self.rows[1].results).helped


def fingerprint(plan: Plan) -> str:
    """Tells two plans apart: the mail, the model they begin with, and every option."""
    found = hashlib.sha256((plan.base / CARD_FILE).read_bytes())
    for part in (plan.mail.learn, plan.mail.tune, plan.mail.judge):
        for document in part:
            found.update(
                repr((document.text, document.subject, document.previous, document.sent_at)).encode()
            )
        found.update(b"|")
    options = (plan.name, plan.minutes, plan.remembers, plan.seed, plan.adapter and str(plan.adapter))
    found.update(repr(options).encode())
    return found.hexdigest()
