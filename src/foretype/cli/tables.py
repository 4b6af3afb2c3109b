"""Replay's figures as a table for a terminal.

It does not know how a figure was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from foretype.evals.metrics import Estimate, Split, Summary, Times
from foretype.evals.replay import STAGE_NAMES


def replay_table(summary: Summary, *, title: str) -> Table:
    """Everything about one replay, in sections."""
    table = Table(title=title, caption=f"{summary.system}; {_size(summary)}", box=SIMPLE, show_header=False)
    table.add_column(style="dim")
    table.add_column()
    table.add_column(justify="right", style="bold")
    table.add_column(style="dim")
    for section in (_saved(summary), _shown(summary), _times(summary.times), _steps(summary)):
        for row in section:
            table.add_row(*row)
        table.add_section()
    return table


def interval(estimate: Estimate) -> str:
    """An estimate's 95 % interval, such as "0.412 to 0.463"."""
    return f"{estimate.low:.3f} to {estimate.high:.3f}"


def _size(summary: Summary) -> str:
    return f"{summary.messages} messages, {summary.chars} characters, {summary.asks} questions"


def _saved(summary: Summary) -> Iterator[tuple[str, ...]]:
    yield "keys saved", "taking words", f"{summary.ksr_word.value:.3f}", interval(summary.ksr_word)
    yield "", "taking all or nothing", f"{summary.ksr_full.value:.3f}", interval(summary.ksr_full)
    yield "", "keys a character", f"{summary.keys_per_char:.3f}", "taking words"
    if summary.seen and summary.unseen:
        yield "", "in words the author knows", *_split(summary.seen, summary)
        yield "", "in words new to the author", *_split(summary.unseen, summary)


def _split(split: Split, summary: Summary) -> tuple[str, str]:
    return f"{split.ksr:.3f}", f"{split.chars / summary.chars:.0%} of the text"


def _shown(summary: Summary) -> Iterator[tuple[str, ...]]:
    yield "shown", "after a key", f"{summary.shown:.1%}", ""
    yield "", "all of it right", f"{summary.right_when_shown:.1%}", "of what was shown"
    yield "", "not one word right", f"{summary.wrong_show:.1%}", "of all keys"
    for words, exact in summary.exact_match.items():
        yield "", f"{words} word{'s' * (words > 1)}: all right", f"{exact.share:.1%}", f"of {exact.count}"
    for reason, share in summary.silences.items():
        yield "", f"silent: {reason}", f"{share:.1%}", ""


def _times(times: Mapping[str, Times]) -> Iterator[tuple[str, ...]]:
    yield "ms", "", "p50", "p90      p99"
    for stage, found in times.items():
        yield "", STAGE_NAMES[stage], f"{found.p50:.2f}", f"{found.p90:<8.2f} {found.p99:.2f}"


def _steps(summary: Summary) -> Iterator[tuple[str | Text, ...]]:
    if summary.lm_steps_per_request is None or summary.lm_steps_per_key is None:
        return
    yield "LM steps", "a question", f"{summary.lm_steps_per_request:.2f}", ""
    yield "", "a key pressed", f"{summary.lm_steps_per_key:.2f}", "taking words"
