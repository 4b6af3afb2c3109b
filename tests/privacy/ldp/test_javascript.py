"""The browser's twin: its own claims under node, and the same reports as Python's from the same random words."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from foretype.privacy.ldp.day import Seen, count_all
from foretype.privacy.ldp.device import answer, enrol
from foretype.privacy.ldp.noise import ONE
from foretype.privacy.ldp.plan import STATISTICS, Choice
from foretype.privacy.ldp.sketch import position

HERE = Path(__file__).parent
NUM_SCENES = 60
NUM_WORDS = 700  # a sketch takes 512 for a season and its first report, 260 for the next
LOCALES = ("en-US", "zh-Hant-TW", "de_AT.UTF-8", "nö text", "")


@pytest.fixture(scope="module")
def node() -> str:
    path = shutil.which("node")
    if path is None:
        pytest.skip("node is not installed: apt-get install nodejs")
    return path


def test_the_browsers_module_keeps_its_claims(node: str) -> None:
    command = [node, "--test", str(HERE / "private-counts.test.mjs")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def scenes() -> Iterator[tuple[list[int], list[Seen], int]]:
    generator = np.random.default_rng(11)
    outcomes = ("accepted", "partly", "typed", "rejected", "ignored")
    for number in range(NUM_SCENES):
        words = [int(word) for word in generator.integers(0, ONE, 2 * NUM_WORDS)]
        seen = [
            Seen(
                outcome=outcomes[int(generator.integers(5))],
                kind="chat",
                hour=int(generator.integers(24)),
                num_words=int(generator.integers(7)),
                locale=LOCALES[int(generator.integers(len(LOCALES)))],
                client="browser",
            )
            for _ in range(number % 12)
        ]
        yield words, seen, 20_000 + number


def here(words: list[int], seen: list[Seen], today: int) -> dict[str, Any]:
    rest = list(words)
    day = count_all(seen, words=lambda: rest.pop(0))
    new = enrol(today, words=lambda: rest.pop(0))
    ledger, first = answer(new, new.begins_day, yesterday=lambda: day, words=lambda: rest.pop(0))
    again, second = answer(ledger, new.begins_day + 1, yesterday=lambda: day, words=lambda: rest.pop(0))
    assert again.season is not None
    return {
        "reports": msgspec.to_builtins([first, second]),
        "permanent": list(again.season.permanent),
        "unused": len(rest),
    }


def there(seen: Seen) -> dict[str, Any]:
    fields = msgspec.to_builtins(seen)
    return {"words" if name == "num_words" else name: value for name, value in fields.items()}


def test_the_same_words_give_the_same_report_in_both_languages(node: str) -> None:
    played = list(scenes())
    asked = {
        "scenes": [
            {"words": words, "seen": [there(each) for each in seen], "today": today}
            for words, seen, today in played
        ],
        "values": LOCALES,
    }
    run = subprocess.run(
        [node, str(HERE / "parity.mjs")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    answered = json.loads(run.stdout)
    assert answered["played"] == [here(*scene) for scene in played]
    assert answered["positions"] == [[position(row, value) for row in (0, 5, 15)] for value in LOCALES]
    assert answered["plan"] == [plan_of(each) for each in STATISTICS]
    assert {report["statistic"] for scene in answered["played"] for report in scene["reports"]} == {
        each.name for each in STATISTICS
    }


def plan_of(statistic: Any) -> dict[str, Any]:
    return {
        "name": statistic.name,
        "values": list(statistic.values) if isinstance(statistic, Choice) else None,
        "size": statistic.size,
        "rows": statistic.num_rows,
        "season": statistic.season_keep,
        "report": statistic.report_keep,
    }
