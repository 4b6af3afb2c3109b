"""A data card: what a corpus is, where it came from, what was left out and why; as JSON, as Markdown, with plots.

It holds counts and no word of any text, and nobody's name. It does not know whether the licence that it is
told is true.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from foretype.corpus.files import written_whole
from foretype.corpus.parts import Heard, Runner
from foretype.corpus.plots import draw_card
from foretype.corpus.steps import read_steps
from foretype.corpus.tally import TOP, tally_corpus
from foretype.errors import InputError

Card = dict[str, Any]


def write_card(
    paths: Sequence[Path],
    folder: Path,
    *,
    licence: str | None,
    plots: bool,
    run: Runner,
    heard: Heard = lambda stage, share: None,
) -> Card:
    """Write card.json, card.md and, with `plots`, SVG pictures into `folder`; the card.

    Raises InputError for an empty corpus and where the folder takes no files.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made ({error.strerror}); name another folder") from error
    counts = tally_corpus(paths, folder / "card.json", run=run, heard=heard)
    card = {
        "files": [{"name": path.name, "bytes": path.stat().st_size} for path in paths],
        "licence": licence or "not stated",
        **counts,
        "steps": read_steps(paths),
    }
    heard("drawing", 0)
    pictures = draw_card(card, folder) if plots else {}
    _write(folder / "card.json", json.dumps(card, indent=1, ensure_ascii=False))
    _write(folder / "card.md", "\n".join(_markdown(card, pictures)) + "\n")
    return card


def _write(path: Path, text: str) -> None:
    with written_whole(path) as file:
        file.write(text.encode("utf-8", "replace"))


def _markdown(card: Card, pictures: Mapping[str, str]) -> Iterator[str]:
    yield f"# Data card: {', '.join(file['name'] for file in card['files'])}"
    yield ""
    yield from _table(("", ""), _overview(card))
    for name in ("kinds", "languages", "sources"):
        yield from ("", f"## {name.capitalize()}", "")
        yield from _table((name.removesuffix("s"), "documents"), _ranked(card[name]))
    if card["steps"]:
        yield from ("", "## How it was made", "")
        yield from _table(
            ("step", "read", "kept", "left out, and why", "masked"), map(_step_row, card["steps"])
        )
    for file, says in pictures.items():
        yield from ("", f"![{says}]({file})")


def _overview(card: Card) -> Iterator[tuple[str, str]]:
    documents = card["documents"]
    yield "licence", card["licence"]
    yield "documents", f"{documents:,}"
    yield "authors", f"{card['authors']:,}; the {TOP} most frequent wrote {card['top_authors_share']:.1%}"
    yield "words", f"{card['words']:,}"
    yield "characters", f"{card['characters']:,}"
    yield "dates", f"{card['first'] or 'none'} to {card['last'] or 'none'}; {card['undated']:,} without"
    yield "answers to something known", f"{card['answers'] / documents:.1%}"
    yield "with a greeting", f"{card['with_greeting'] / documents:.1%}"
    yield "with a closing", f"{card['with_closing'] / documents:.1%}"


def _ranked(counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield name, f"{count:,}"


def _step_row(step: Mapping[str, Any]) -> tuple[str, ...]:
    counted = (f"{step[name]:,}" if name in step else "" for name in ("read", "kept"))
    name = f"{step['command']} {step['side']}" if "side" in step else str(step["command"])
    return (name, *counted, _listed(step.get("dropped", {})), _listed(step.get("masked", {})))


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name.strip('<>')}" for name, count in counts.items())


def _table(head: Sequence[str], rows: Iterator[tuple[str, ...]] | map[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"
