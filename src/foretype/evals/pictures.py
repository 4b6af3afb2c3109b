"""The pictures of a replay: savings over messages and along them, answer times, trust in what was shown.

It does not know the page around them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from foretype.evals.replay import STAGE_NAMES, Ask, Replayed, Stage
from foretype.evals.svg import Axis, Plot, Point, thinned
from foretype.evals.writer import Writer

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
STRETCH_CHARS = 20  # about three words: shorter stretches of a message are too noisy to draw
NUM_BINS = 10  # of confidence
MAX_RADIUS = 13.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A plot with the words around it; `legend` names the series from 1 on."""

    title: str
    says: str
    svg: str
    legend: tuple[str, ...] = ()


def pictures(results: Sequence[Replayed]) -> list[Picture]:
    """All pictures that the results can fill."""
    asks = [ask for result in results for ask in result.asks]
    found = [_by_message(results), _along(results), _times(asks)]
    confident = [ask for ask in asks if ask.num_words and ask.confidence is not None]
    if confident:
        found += [_trust(confident), _dial(confident, len(asks))]
    return found


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _share_axis(label: str) -> Axis:
    return Axis(label, 0.0, 1.0, SHARES, _percent)


def _by_message(results: Sequence[Replayed]) -> Picture:
    series = {writer: sorted(result.ksr(writer) for result in results) for writer in Writer}
    plot = Plot(
        _share_axis("messages, least saved first"), _share_axis("saved"), label="Keys saved by message"
    )
    for number, writer in enumerate((Writer.WORD, Writer.FULL), 1):
        values = series[writer]
        plot.line([(i / max(1, len(values) - 1), value) for i, value in enumerate(values)], series=number)
    return Picture(
        "Keys saved, message by message",
        "Every message as a point of a rising line: how even is the help?",
        str(plot),
        ("taking words", "all or nothing"),
    )


def _along(results: Sequence[Replayed]) -> Picture:
    saved, chars = _saved_along(results)
    end = len(saved) * STRETCH_CHARS
    marks = tuple(float(mark) for mark in range(0, end + 1, max(STRETCH_CHARS, end // 5 // 10 * 10)))
    plot = Plot(
        Axis("characters from the start", 0.0, float(end), marks), _share_axis("saved"), label="Savings along"
    )
    bars = [
        (i * STRETCH_CHARS, (i + 1) * STRETCH_CHARS, saved[i] / chars[i])
        for i in range(len(saved))
        if chars[i]
    ]
    plot.bars(bars, series=1)
    return Picture(
        "Keys saved along a message",
        "Greetings and first words against the middle: what does a start cost?",
        str(plot),
    )


def _saved_along(results: Iterable[Replayed]) -> tuple[list[float], list[int]]:
    """Characters saved and characters written in each stretch, taking words."""
    results = list(results)
    num_stretches = -(-max(result.num_chars for result in results) // STRETCH_CHARS)
    saved, chars = [0.0] * num_stretches, [0] * num_stretches
    for result in results:
        for move in result.moves[Writer.WORD]:
            for position in range(move.position, move.position + move.chars):
                saved[position // STRETCH_CHARS] += 1 - move.keys / move.chars
                chars[position // STRETCH_CHARS] += 1
    return saved, chars


def _times(asks: Sequence[Ask]) -> Picture:
    axis = Axis("milliseconds", 0.1, 1000.0, (0.1, 1, 10, 100, 1000), is_log=True)
    plot = Plot(axis, _share_axis("answered"), label="Share of keys answered within a time, by stage")
    for number, stage in enumerate(Stage, 1):
        ranked = sorted(ask.elapsed_ms for ask in asks if ask.stage is stage)
        points: list[Point] = [(ms, (i + 1) / len(ranked)) for i, ms in enumerate(ranked)]
        plot.line(thinned(points, axis), series=number)
    return Picture(
        "Answered within",
        "Share of keys that had their answer by then. People pause 100 to 200 ms between keys.",
        str(plot),
        tuple(STAGE_NAMES[stage] for stage in Stage),
    )


def _trust(confident: Sequence[Ask]) -> Picture:
    plot = Plot(
        _share_axis("confidence said"),
        _share_axis("right"),
        label="Confidence against how often it was right",
    )
    plot.line([(0, 0), (1, 1)], series=0, is_dashed=True)
    starts = [ask for ask in confident if ask.stage is not Stage.IN_WORD]
    plot.dots(_bins(starts or confident), series=1)
    return Picture(
        "Can its confidence be believed?",
        "On the dashed line a suggestion that says 60 % is right 6 times of 10. Counted where words begin; "
        "what was right is often taken a key earlier, so the upper end lies below the line.",
        str(plot),
    )


def _bins(confident: Sequence[Ask]) -> list[tuple[float, float, float]]:
    """Mean confidence, share right and dot size of each tenth that holds something."""
    bins: list[list[Ask]] = [[] for _ in range(NUM_BINS)]
    for ask in confident:
        bins[min(NUM_BINS - 1, int((ask.confidence or 0.0) * NUM_BINS))].append(ask)
    most = max(len(found) for found in bins)
    return [
        (
            sum(ask.confidence or 0.0 for ask in found) / len(found),
            sum(ask.is_right for ask in found) / len(found),
            max(2.5, MAX_RADIUS * (len(found) / most) ** 0.5),
        )
        for found in bins
        if found
    ]


def _dial(confident: Sequence[Ask], num_asks: int) -> Picture:
    ranked = sorted(confident, key=lambda ask: ask.confidence or 0.0, reverse=True)
    points: list[Point] = []
    num_right = 0
    for count, ask in enumerate(ranked, 1):
        num_right += ask.is_right
        points.append((count / num_asks, num_right / count))
    axis = _share_axis("of all keys something is shown")
    plot = Plot(axis, _share_axis("right"), label="Share right against share shown")
    settled = points[min(len(points) - 1, len(points) // 50) :]  # the first few are noise
    plot.line(thinned(settled, axis), series=1)
    return Picture(
        "If it showed less",
        "Keeping only the most confident suggestions: how often would they be right? "
        "The right end is what was shown.",
        str(plot),
    )
