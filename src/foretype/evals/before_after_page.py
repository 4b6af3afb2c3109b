"""Before and after training on one page, in the looks of a replay's report.

It holds figures and does not know a word that was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import escape
from pathlib import Path

from foretype.evals.before_after import Row, Verdict
from foretype.evals.machine import Machine
from foretype.evals.metrics import Estimate, Summary, summarise
from foretype.evals.page import card, make_page, meter, write_page

ROW_NAMES = {"before": "as it was", "memory": "mail remembered", "trained": "trained"}


def verdict_line(verdict: Verdict) -> str:
    """Whether it helped, in a sentence.

    >>> verdict_line(Verdict(Estimate(0.02, -0.01, 0.05), Estimate(0, 0, 0), 40))
    'It helped: 2.0 more keys of a hundred saved on 40 messages (-1.0 to 5.0, so it may be chance).'
    """
    gain = verdict.gain
    word = "more" if gain.value > 0 else "fewer"
    said = "It helped" if verdict.helped else "It did not help"
    doubt = "" if verdict.is_sure else ", so it may be chance"
    return (
        f"{said}: {abs(gain.value) * 100:.1f} {word} keys of a hundred saved on {verdict.num_messages} messages "
        f"({gain.low * 100:.1f} to {gain.high * 100:.1f}{doubt})."
    )


def write_comparison(
    path: Path,
    rows: tuple[Row, ...],
    verdict: Verdict,
    *,
    name: str,
    span: str,
    machine: Machine,
    today: date | None = None,
) -> None:
    """Write the page. Raises InputError when the file cannot be written."""
    footnote = f"Judged by {span}. {machine}. {(today or date.today()).isoformat()}."
    write_page(path, comparison_page(rows, verdict, name=name, footnote=footnote))


def comparison_page(rows: tuple[Row, ...], verdict: Verdict, *, name: str, footnote: str) -> str:
    """The page as HTML."""
    summaries = [summarise(row.name, row.results) for row in rows]
    first, last = summaries[0].ksr_word.value, summaries[-1].ksr_word.value
    return make_page(
        "before_after",
        title=f"foretype train: {name}",
        headline=f'{last:.1%} of keys saved <span class="grey">{first:.1%} before</span>',
        verdict=escape(verdict_line(verdict)),
        cards="\n".join(_cards(rows, summaries)),
        rows="\n".join(_row(row, summary) for row, summary in zip(rows, summaries, strict=True)),
        meters=_meters(summaries),
        footnote=escape(footnote),
    )


def _cards(rows: tuple[Row, ...], summaries: list[Summary]) -> Iterator[str]:
    first, last = summaries[0], summaries[-1]
    bits = [row.foresight.bits_per_char.value for row in (rows[0], rows[-1])]
    yield card("keys saved", f"{last.ksr_word.value:.1%}", f"before: {first.ksr_word.value:.1%}")
    yield card("all or nothing", f"{last.ksr_full.value:.1%}", f"before: {first.ksr_full.value:.1%}")
    yield card("right when shown", f"{last.right_when_shown:.1%}", f"before: {first.right_when_shown:.1%}")
    yield card("bits per character", f"{bits[1]:.3f}", f"before: {bits[0]:.3f}")


def _row(row: Row, summary: Summary) -> str:
    cells = (
        f"{summary.ksr_word.value:.3f}",
        _interval(summary.ksr_word),
        f"{summary.ksr_full.value:.3f}",
        f"{row.foresight.bits_per_char.value:.3f}",
        _interval(row.foresight.bits_per_char),
        f"{summary.times['all'].p90:.1f}",
    )
    inside = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{escape(ROW_NAMES[row.name])}</th>{inside}</tr>'


def _interval(estimate: Estimate) -> str:
    return f"{estimate.low:.3f} to {estimate.high:.3f}"


def _meters(summaries: list[Summary]) -> str:
    lines = "".join(meter(ROW_NAMES[summary.system], summary.ksr_word.value) for summary in summaries)
    return f"<section><h2>Keys saved</h2><table>{lines}</table></section>"
