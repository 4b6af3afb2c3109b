"""A replay on one page.

It holds figures, counts and pictures, and does not know a word that was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path

from foretype.evals.machine import Machine
from foretype.evals.metrics import Estimate, Summary
from foretype.evals.page import card, make_page, meter, write_page
from foretype.evals.pictures import Picture, pictures
from foretype.evals.replay import STAGE_NAMES, Replayed


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page tells."""

    title: str
    summary: Summary
    results: tuple[Replayed, ...]
    machine: Machine


def write_report(path: Path, report: Report, *, today: date | None = None) -> None:
    """Write the page. Raises InputError when the file cannot be written."""
    write_page(path, report_page(report, today=today or date.today()))


def report_page(report: Report, *, today: date) -> str:
    """The page as HTML."""
    summary = report.summary
    return make_page(
        "report",
        title=f"foretype replay: {summary.system}",
        system=escape(summary.system),
        says=escape(report.title),
        cards="\n".join(_cards(summary)),
        pictures="\n".join(_figure(picture) for picture in pictures(report.results)),
        meters="\n".join(_meters(summary)),
        times="\n".join(_time_rows(summary)),
        footnote=escape(f"{_size(summary)}. {report.machine}. {today.isoformat()}."),
    )


def _size(summary: Summary) -> str:
    return f"{summary.messages} messages, {summary.chars:,} characters, {summary.asks:,} questions"


def _cards(summary: Summary) -> Iterator[str]:
    every = summary.times["all"]
    yield card("keys saved", f"{summary.ksr_word.value:.1%}", f"taking words; {_interval(summary.ksr_word)}")
    yield card(
        "all or nothing", f"{summary.ksr_full.value:.1%}", f"keys saved; {_interval(summary.ksr_full)}"
    )
    yield card(
        "right when shown", f"{summary.right_when_shown:.1%}", f"shown after {summary.shown:.0%} of keys"
    )
    yield card("milliseconds", f"{every.p50:.1f}", f"median; p90 {every.p90:.1f}, p99 {every.p99:.1f}")
    if summary.lm_steps_per_key is not None:
        yield card(
            "LM steps a key",
            f"{summary.lm_steps_per_key:.2f}",
            f"{summary.lm_steps_per_request:.2f} a question",
        )


def _interval(estimate: Estimate) -> str:
    return f"95 %: {estimate.low:.1%} to {estimate.high:.1%}"


def _figure(picture: Picture) -> str:
    legend = "".join(f'<li class="s{n}">{escape(name)}</li>' for n, name in enumerate(picture.legend, 1))
    keys = f'<ul class="legend">{legend}</ul>' if legend else ""
    words = f"<h2>{escape(picture.title)}</h2><p>{escape(picture.says)}</p>"
    return f"<figure><figcaption>{words}{keys}</figcaption>{picture.svg}</figure>"


def _meters(summary: Summary) -> Iterator[str]:
    if summary.seen and summary.unseen:
        parts = {"the author knows": summary.seen, "new to the author": summary.unseen}
        yield _group(
            "Keys saved in words",
            [(name, part.ksr, f"{part.chars / summary.chars:.0%} of text") for name, part in parts.items()],
        )
    exact = summary.exact_match.items()
    yield _group(
        "All right, by words shown",
        [(f"{n} word{'s' * (n > 1)}", found.share, f"of {found.count:,}") for n, found in exact],
    )
    yield _group(
        "Silent, and why", [(reason, share, "of keys") for reason, share in summary.silences.items()]
    )


def _group(title: str, rows: list[tuple[str, float, str]]) -> str:
    lines = "".join(meter(name, share, note) for name, share, note in rows)
    table = f"<h2>{escape(title)}</h2><table>{lines}</table>"
    return f"<section>{table}</section>" if lines else ""


def _time_rows(summary: Summary) -> Iterator[str]:
    for stage, times in summary.times.items():
        cells = "".join(f"<td>{ms:.2f}</td>" for ms in (times.p50, times.p90, times.p99, times.worst))
        yield f'<tr><th scope="row">{STAGE_NAMES.get(stage, stage)}</th><td>{times.count:,}</td>{cells}</tr>'
