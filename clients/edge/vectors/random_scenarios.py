"""Scenarios drawn at random from any texts, in the form of scenarios.json: for comparisons that are too large to keep.

A third of the texts get letters that few people type. What is drawn holds those texts, so it stays where it is written. It
does not know what is said to them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from foretype.corpus.documents import read_documents

NUM_READ = 20_000  # of the file
MIN_CHARS, MAX_CHARS = 80, 1500  # of a text that is drawn
LENGTHS = (120, 300, 700)  # letters of it that are typed
ODD = (
    *(
        "😀",
        "\u00a0",
        "’",
        "é",
        "ß",
        "\u2028",
        "\r\n",
        "\t",
        "İ",
        "ﬁ",
        "⁀",
        "\x1c",
        "<email>",
        "12345",
        "“",
        "--",
    ),
    *("𐐀", "ΑΣ", "\ufeff"),
)


def random_scenarios(path: Path, *, num: int, seed: int) -> list[dict[str, Any]]:
    """So many scenarios from the texts of a .jsonl or .jsonl.xz file."""
    texts = [document.text for document in islice(read_documents(path), NUM_READ)]
    texts = [text for text in texts if MIN_CHARS < len(text) < MAX_CHARS]
    draw = random.Random(seed)
    return [_scenario(str(number), texts, draw) for number in range(num)]


def _scenario(name: str, texts: Sequence[str], draw: random.Random) -> dict[str, Any]:
    text = draw.choice(texts)[: draw.choice(LENGTHS)]
    found: dict[str, Any] = {
        "name": name,
        "text": _odd(text, draw) if draw.random() < 1 / 3 else text,
        "decider": draw.choice(("gate", "ranker")),
        "every": draw.choice((1, 2, 3, 5)),
        "session": draw.random() < 0.6,
        "takes": draw.random() < 0.4,
        "n": draw.choice((1, 1, 1, 3)),
    }
    return found | _around(text, texts, draw)


def _odd(text: str, draw: random.Random) -> str:
    for _ in range(6):
        at = draw.randrange(len(text))
        text = text[:at] + draw.choice(ODD) + text[at:]
    return text


def _around(text: str, texts: Sequence[str], draw: random.Random) -> dict[str, Any]:
    """Some of what a request or a composer may have besides, each now and then."""
    words = text.split()
    context = {
        "kind": draw.choice(("email", "chat", "note")),
        "subject": draw.choice(texts)[:50],
        "previous": draw.choice(texts),
        "to": ["ann@example.org"] * draw.randrange(3),
    }
    chances: list[tuple[float, dict[str, Any]]] = [
        (0.4, {"user": "u1", "sent": draw.sample(texts, draw.choice((1, 5, 25)))}),
        (0.15, {"tenant": draw.sample(texts, 5)}),
        (0.4, {"context": context}),
        (0.2, {"suffix": draw.choice((" and more", "\n\nbye", ", ok", "(x)"))}),
        (0.3, {"coverage": draw.choice((0.1, 0.4, 0.7, 1.0))}),
        (0.25, {"lm": draw.choice(("markers", "words"))}),
        (0.2, {"blocked": draw.sample(words, min(3, len(words)))}),
        (0.3, {"rejects": [3, 9]}),
    ]
    return {name: value for chance, each in chances if draw.random() < chance for name, value in each.items()}
