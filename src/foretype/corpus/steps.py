"""What was done to a corpus, step by step, in a file beside it: the part of a data card that texts cannot tell.

`mail.jsonl.xz` has `mail.steps.json`. A step names files without their folders and never a text. It does not
know what a step means.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from foretype.corpus.files import written_whole
from foretype.errors import InputError

Step = dict[str, Any]  # command, options, inputs, read, kept, dropped (count by reason), and what is its own


def steps_path(corpus: Path) -> Path:
    """Where the steps of a corpus file stand.

    >>> steps_path(Path("mail.jsonl.xz")).name
    'mail.steps.json'
    """
    return corpus.with_name(corpus.name.removesuffix(".xz").removesuffix(".jsonl") + ".steps.json")


def read_steps(corpora: Iterable[Path]) -> list[Step]:
    """The steps of these files, none for a file that nothing is known of; a step that two share stands once.

    Raises InputError for a file of steps that cannot be read.
    """
    steps: list[Step] = []
    for path in map(steps_path, corpora):
        try:
            found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        except (OSError, ValueError) as error:
            raise InputError(
                f"{path}: no list of steps ({error}); delete the file or make the corpus anew"
            ) from error
        steps += [step for step in found if step not in steps]
    return steps


def write_steps(corpus: Path, *, inputs: Sequence[Path], step: Step) -> None:
    """Write the steps of `corpus`: those of its inputs, and the one that made it."""
    with written_whole(steps_path(corpus)) as file:
        file.write(json.dumps([*read_steps(inputs), step], indent=1, ensure_ascii=False).encode())


def total(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    """Sums by name, names sorted.

    >>> total([{"b": 1}, {"a": 2, "b": 3}])
    {'a': 2, 'b': 4}
    """
    sums: dict[str, int] = {}
    for some in counts:
        for name, count in some.items():
            sums[name] = sums.get(name, 0) + count
    return dict(sorted(sums.items()))
