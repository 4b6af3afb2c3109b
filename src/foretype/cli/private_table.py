"""An aggregator's estimates as a table for a terminal. It does not know how they were found."""

from __future__ import annotations

from rich.box import SIMPLE
from rich.table import Table

from foretype.privacy.ldp.estimates import Estimate
from foretype.privacy.ldp.summary import Question, Summary


def shares_table(found: Summary) -> Table:
    """Every question with its shares, and of locales those that are clearly there."""
    table = Table(box=SIMPLE, show_header=False)
    for style, justify in (("dim", "left"), ("", "left"), ("bold", "right"), ("dim", "left")):
        table.add_column(style=style, justify=justify)  # type: ignore[arg-type]
    if found.taken_of_shown is not None:
        table.add_row("of those shown", "taken", *_figures(found.taken_of_shown))
        table.add_section()
    for question in found.questions:
        _add_question(table, question)
    return table


def _add_question(table: Table, question: Question) -> None:
    shown = question.answers
    if question.statistic == "locale":  # of so many, only those that are clearly there
        shown = tuple(each for each in shown if each.low > 0)
    plural = "" if question.reports == 1 else "s"
    table.add_row(
        question.statistic, f"{question.reports:,} report{plural}", "", "" if shown else "nothing clear yet"
    )
    for each in shown:
        table.add_row("", each.value, *_figures(each))
    table.add_section()


def _figures(estimate: Estimate) -> tuple[str, str]:
    share = min(1.0, max(0.0, estimate.share))
    return f"{share:.1%}", f"{estimate.low:.1%} to {estimate.high:.1%}"
