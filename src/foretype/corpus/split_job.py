"""A corpus file parted into one to train on and one to validate on, by author or by time.

By author nobody's texts are on both sides; by time the later ones of each author are held out, or all from a
day on. What a held-out text answers may still stand among the texts to train on. It does not know what is
trained.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from foretype.corpus.documents import Document
from foretype.corpus.files import written_whole
from foretype.corpus.parts import Facts, Heard, Runner, meter, refused, resumable, run_parts
from foretype.corpus.row_parts import (
    RowPart,
    check_name,
    cut_rows,
    join,
    part_documents,
    round_of,
    row_plan,
    write_rows,
)
from foretype.corpus.spans import Span
from foretype.corpus.splits import VALID_ONE_IN, is_valid
from foretype.corpus.steps import Step, write_steps
from foretype.errors import InputError


class By(StrEnum):
    """What decides on which side a text is."""

    AUTHOR = "author"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class SplitOptions:
    """One author in `one_in`, or of each author the last one in `one_in`; or, with `since`, all from then on."""

    by: By = By.AUTHOR
    one_in: int = VALID_ONE_IN
    since: str | None = None  # ISO 8601


def split_corpus(
    paths: Sequence[Path],
    out: Path,
    *,
    options: SplitOptions,
    run: Runner,
    heard: Heard = lambda stage, share: None,
) -> list[Step]:
    """Write NAME-train and NAME-valid beside `out` NAME, and tell what went where.

    Texts without a date are trained on when time decides. After a kill the same call goes on where it
    stopped. Raises InputError for an empty corpus and where one side would be empty.
    """
    check_name(out)
    with resumable(out, row_plan(paths, asdict(options))) as folder:
        spans = cut_rows(paths, folder)
        rule = folder / "rule.json"
        if not rule.exists():
            _write_json(rule, _rule(spans, folder, options, run=run, heard=heard))
        suffix = f".jsonl{'.xz' if out.suffix == '.xz' else ''}"
        steps = []
        sides = {side: round_of(side, spans, folder, suffix=suffix) for side in ("train", "valid")}
        for side, parts in sides.items():
            facts = run_parts(side_part, parts, run=run, finished=meter(f"writing {side}", parts, heard))
            steps.append(_step(side, paths, sum(fact["kept"] for fact in facts), options))
        _refuse_empty(steps, folder)
        for step, parts in zip(steps, sides.values(), strict=True):
            target = side_path(out, step["side"])
            join([part.out for part in parts], target)
            write_steps(target, inputs=paths, step=step)
    return steps


def side_path(out: Path, side: str) -> Path:
    """Where a side is written.

    >>> side_path(Path("mail.jsonl.xz"), "valid").name
    'mail-valid.jsonl.xz'
    """
    stem, suffixes = out.name.split(".jsonl", 1)
    return out.with_name(f"{stem}-{side}.jsonl{suffixes}")


def dates_part(part: RowPart) -> Facts:
    """Facts: for each author the times of their texts, in seconds since 1970."""
    times: dict[str, list[float]] = {}
    for document in part_documents(part):
        if (at := _seconds(document.sent_at)) is not None:
            times.setdefault(document.holder, []).append(at)
    return times


def side_part(part: RowPart) -> Facts:
    """Write a part's documents that belong to the side which the round is named for."""
    rule = part.folder / "rule.json"
    is_held_out = _held_out(rule, rule.stat().st_mtime_ns)
    wanted = part.round == "valid"
    kept = write_rows(part.out, (found for found in part_documents(part) if is_held_out(found) == wanted))
    return {"kept": kept}


def _rule(
    spans: Sequence[Span], folder: Path, options: SplitOptions, *, run: Runner, heard: Heard
) -> dict[str, Any]:
    """What decides, as JSON: {"one_in"}, {"since"} or {"cuts": seconds by author}."""
    if options.by is By.AUTHOR:
        return {"one_in": options.one_in}
    if options.since is not None:
        return {"since": _since(options.since)}
    parts = round_of("dates", spans, folder)
    facts = run_parts(dates_part, parts, run=run, finished=meter("reading dates", parts, heard))
    times: dict[str, list[float]] = {}
    for fact in facts:
        for holder, some in fact.items():
            times.setdefault(holder, []).extend(some)
    return {"cuts": {holder: cut for holder, some in times.items() if (cut := _cut(some, options.one_in))}}


def _cut(times: list[float], one_in: int) -> float | None:
    """When the last one in `one_in` of these begins; None where they are too few."""
    held_out = len(times) // one_in
    return sorted(times)[-held_out] if held_out else None


@lru_cache(maxsize=1)
def _held_out(path: Path, changed_ns: int) -> Callable[[Document], bool]:
    """What tells whether a document is held out; read once a process, and anew when the file has `changed_ns`."""
    rule = json.loads(path.read_text(encoding="utf-8"))
    if "one_in" in rule:
        return lambda document: is_valid(document.holder, one_in=rule["one_in"])

    def is_late(document: Document) -> bool:
        at = _seconds(document.sent_at)
        cut = rule["since"] if "since" in rule else rule["cuts"].get(document.holder)
        return at is not None and cut is not None and at >= cut

    return is_late


def _seconds(date: str | None) -> float | None:
    """Seconds since 1970; a date without a time zone is taken as UTC."""
    try:
        found = None if date is None else datetime.fromisoformat(date)
    except ValueError:
        return None
    if found is None:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _since(date: str) -> float:
    found = _seconds(date)
    if found is None:
        raise InputError(f"--since: found {date!r}, wanted a date such as 2001-10-01; mend it")
    return found


def _step(side: str, paths: Sequence[Path], kept: int, options: SplitOptions) -> Step:
    inputs = [path.name for path in paths]
    return {"command": "split", "side": side, "inputs": inputs, "options": asdict(options), "kept": kept}


def _refuse_empty(steps: Sequence[Step], folder: Path) -> None:
    empty = [step["side"] for step in steps if not step["kept"]]
    if len(empty) == len(steps):
        raise refused(folder, "found no documents to split; name a corpus file with rows in it")
    if empty:
        raise refused(
            folder,
            f"nothing would be left to {empty[0]}: too few authors or dates; choose another --by, --one-in or --since",
        )


def _write_json(path: Path, value: dict[str, Any]) -> None:
    with written_whole(path) as file:
        file.write(json.dumps(value).encode())
