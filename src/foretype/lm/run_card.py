"""What a run was: command, commit, versions, options, data, curve, figures, machine; for programs and for people.

It does not know where the facts come from.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from foretype.corpus.files import written_whole
from foretype.lm.curve import Point

PACKAGES = ("foretype", "torch", "lightning-fabric", "lightning", "tokenizers", "numpy")
LOOKS_BACK = 20  # points, at most, whose mean is the first and the last loss


def write_card(card: Mapping[str, Any], folder: Path) -> None:
    """Write run.json and run.md. Raises InputError when the disk is full."""
    for name, text in (("run.json", json.dumps(card, indent=2) + "\n"), ("run.md", as_page(card))):
        with written_whole(folder / name) as file:
            file.write(text.encode())


def as_page(card: Mapping[str, Any]) -> str:
    """The card as Markdown: a heading a part, a row a fact.

    >>> print(as_page({"command": "foretype train a.toml", "curve": {"last_loss": 2.5}}))
    # A training run
    <BLANKLINE>
    | | |
    |---|---|
    | command | foretype train a.toml |
    <BLANKLINE>
    ## curve
    <BLANKLINE>
    | | |
    |---|---|
    | last_loss | 2.5 |
    <BLANKLINE>
    """
    plain = {name: value for name, value in card.items() if not isinstance(value, Mapping)}
    parts = ["# A training run", _table(plain)]
    for name, value in card.items():
        if isinstance(value, Mapping):
            parts += [f"## {name}", _table(value)]
    return "\n\n".join(parts) + "\n"


def curve_facts(points: Sequence[Point]) -> dict[str, float]:
    """Where a curve begins and ends, in means over some points; nothing for an empty one."""
    if not points:
        return {}
    several = max(1, min(LOOKS_BACK, len(points) // 5))
    first, last = points[:several], points[-several:]
    return {
        "points": len(points),
        "first_loss": round(sum(point.loss for point in first) / len(first), 4),
        "last_loss": round(sum(point.loss for point in last) / len(last), 4),
        "largest_gradient_norm": round(max(point.gradient_norm for point in points), 3),
    } | _valid_facts(points)


def _valid_facts(points: Sequence[Point]) -> dict[str, float]:
    """The last and the lowest loss on held-out texts, and the step of the lowest; nothing where none was judged."""
    judged = [(point.valid_loss, point.step) for point in points if point.valid_loss is not None]
    if not judged:
        return {}
    best, step = min(judged)
    return {
        "last_valid_loss": round(judged[-1][0], 4),
        "best_valid_loss": round(best, 4),
        "best_valid_step": step,
    }


def commit(folder: Path) -> str | None:
    """The commit that is checked out around `folder`, with a + for changes; None where there is no git."""
    asked = ("rev-parse", "--short=12", "HEAD"), ("status", "--porcelain", "--untracked-files=no")
    answers = []
    for words in asked:
        try:
            done = subprocess.run(
                ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=10, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return None
        answers.append(done.stdout.strip())
    return answers[0] + ("+" if answers[1] else "")


def _table(facts: Mapping[str, Any]) -> str:
    rows = [f"| {name} | {_cell(value)} |" for name, value in facts.items()]
    return "\n".join(["| | |", "|---|---|", *rows])


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.replace("|", "\\|").replace("\n", " ")
