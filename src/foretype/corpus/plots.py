"""The pictures of a data card, as SVG files: months, languages, lengths, authors, what was left out.

Drawn by matplotlib, of the train extra. It does not know where the numbers come from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from foretype.corpus.files import written_whole
from foretype.corpus.steps import total
from foretype.errors import ConfigError

SIZE_INCHES = (7.0, 2.8)
MAX_BARS = 12  # of languages and reasons; the rest is small
INK = "#3b6ea5"

Drawer = Callable[
    [Any, Mapping[str, Any]], bool
]  # draws on matplotlib's axes; False where there is nothing to draw


def draw_card(card: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Draw a card's pictures into `folder`. Returns what each file shows, by its name.

    Raises ConfigError where matplotlib is not installed.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ConfigError(
            "plots: the package matplotlib is not installed; install foretype[train], or use --no-plots"
        ) from error
    drawn = {}
    with rc_context({"svg.hashsalt": "card", "font.size": 9}):  # the same card gives the same bytes
        for name, (says, draw) in PICTURES.items():
            figure = Figure(SIZE_INCHES, layout="constrained")
            if draw(figure.add_subplot(), card):
                with written_whole(folder / f"{name}.svg") as file:
                    figure.savefig(file, format="svg", metadata={"Date": None})
                drawn[f"{name}.svg"] = says
    return drawn


def _months(axes: Any, card: Mapping[str, Any]) -> bool:
    months = card["months"]
    axes.bar(range(len(months)), months.values(), color=INK, width=1.0)
    step = max(len(months) // 8, 1)
    axes.set_xticks(range(0, len(months), step), list(months)[::step])
    axes.set_ylabel("documents")
    return bool(months)


def _languages(axes: Any, card: Mapping[str, Any]) -> bool:
    return _bars(axes, card["languages"])


def _left_out(axes: Any, card: Mapping[str, Any]) -> bool:
    return _bars(axes, total(step.get("dropped", {}) for step in card["steps"]))


def _lengths(axes: Any, card: Mapping[str, Any]) -> bool:
    lengths = card["lengths"]
    axes.bar(range(len(lengths)), lengths.values(), color=INK)
    axes.set_xticks(range(len(lengths)), list(lengths))
    axes.set_xlabel("characters")
    axes.set_ylabel("documents")
    return True


def _authors(axes: Any, card: Mapping[str, Any]) -> bool:
    by_rank = card["documents_by_rank"]
    axes.loglog([int(rank) for rank in by_rank], list(by_rank.values()), "o-", color=INK)
    axes.set_xlabel("author's rank")
    axes.set_ylabel("documents")
    return len(by_rank) > 1


def _bars(axes: Any, counts: Mapping[str, int]) -> bool:
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_BARS]
    axes.barh([name for name, _ in most], [count for _, count in most], color=INK)
    axes.invert_yaxis()
    axes.set_xscale("symlog")
    axes.set_xlabel("documents")
    return bool(most)


PICTURES: Mapping[str, tuple[str, Drawer]] = {
    "months": ("Documents by month", _months),
    "languages": ("Documents by language", _languages),
    "lengths": ("Documents by length in characters", _lengths),
    "authors": ("Documents by author, from the most frequent on", _authors),
    "left-out": ("What was left out, by reason", _left_out),
}
