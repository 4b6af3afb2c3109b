"""What training on a mailbox brought, as a table and as one JSON line. It does not know how it was found."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Table

from foretype.cli.tables import interval
from foretype.corpus.own_mail import OwnMail
from foretype.evals.before_after_page import ROW_NAMES
from foretype.evals.metrics import rounded, summarise
from foretype.personal.teaching import Taught

if TYPE_CHECKING:
    from foretype.evals.mail_plan import Outcome


def outcome_table(outcome: Outcome, mail: OwnMail) -> Table:
    """The rows, side by side."""
    table = Table(title=f"your own mail: {mail.span}", box=SIMPLE)
    for heading in ("", "keys saved", "95 %", "whole", "bits/char", "ms, p90"):
        table.add_column(heading, justify="right" if heading else "left")
    for row in outcome.rows:
        summary = summarise(row.name, row.results)
        table.add_row(
            ROW_NAMES[row.name],
            f"[bold]{summary.ksr_word.value:.3f}[/]",
            interval(summary.ksr_word),
            f"{summary.ksr_full.value:.3f}",
            f"{row.foresight.bits_per_char.value:.3f}",
            f"{summary.times['all'].p90:.1f}",
        )
    return table


def outcome_facts(name: str, outcome: Outcome, taught: Taught | None) -> object:
    """All figures, ready for one JSON line."""
    rows = {
        row.name: {
            "ksr_word": (summary := summarise(row.name, row.results)).ksr_word.value,
            "ksr_full": summary.ksr_full.value,
            "bits_per_char": row.foresight.bits_per_char.value,
            "messages": summary.messages,
            "seconds": row.typing_s + row.scoring_s,
        }
        for row in outcome.rows
    }
    facts = {"name": name, "helped": outcome.helped, "rows": rows}
    facts |= {"gain": asdict(outcome.verdict.gain), "training": asdict(outcome.training)}
    return rounded(facts | {"taught": taught and asdict(taught)})
