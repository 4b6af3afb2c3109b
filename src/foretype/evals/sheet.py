"""One CSV row a message, for whoever wants to look at a replay with their own tools.

It holds counts and times, and does not know a word that was written.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from foretype.errors import InputError
from foretype.evals.metrics import percentiles
from foretype.evals.replay import Replayed
from foretype.evals.writer import Writer

COLUMNS = (
    "id",
    "chars",
    "keys_word",
    "keys_full",
    "ksr_word",
    "ksr_full",
    "asks",
    "shown",
    "right",
    "ms_p50",
    "ms_p90",
)


def write_csv(path: Path, results: Sequence[Replayed]) -> None:
    """Write the sheet. Raises InputError when the file cannot be written."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            sheet = csv.writer(file)
            sheet.writerow(COLUMNS)
            sheet.writerows(_row(result) for result in results)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}; name a file that can be written") from error


def _row(result: Replayed) -> tuple[object, ...]:
    times = percentiles(ask.elapsed_ms for ask in result.asks)
    return (
        result.id,
        result.num_chars,
        result.keys(Writer.WORD),
        result.keys(Writer.FULL),
        round(result.ksr(Writer.WORD), 4),
        round(result.ksr(Writer.FULL), 4),
        len(result.asks),
        sum(ask.num_words > 0 for ask in result.asks),
        sum(ask.is_right for ask in result.asks if ask.num_words),
        round(times.p50, 2),
        round(times.p90, 2),
    )
