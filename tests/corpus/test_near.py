"""Near-duplicates: the banded search against comparing every pair."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from foretype.corpus.documents import Document
from foretype.corpus.doubles import Marks, find_doubles, read_marks
from foretype.corpus.near import MIN_WORDS, near_duplicates, signatures, word_runs

pytest.importorskip("rensa")


def likeness(one: str, other: str) -> float:
    """The share of all word runs that two texts have in common."""
    first, second = set(word_runs(one)), set(word_runs(other))
    return len(first & second) / len(first | second)


def texts(seed: int) -> list[str]:
    """Texts of which some are others with a few words changed."""
    random.seed(seed)
    words = [f"w{number}" for number in range(300)]
    made: list[str] = []
    for _ in range(150):
        text = random.choice(made).split() if made and random.random() < 0.5 else random.choices(words, k=60)
        for _ in range(random.choice((0, 1, 3, 10, 30))):
            text[random.randrange(len(text))] = random.choice(words)
        made.append(" ".join(text))
    return made


@pytest.mark.parametrize("seed", range(5))
def test_bands_find_what_comparing_every_pair_finds(seed: int) -> None:
    made = texts(seed)
    found = near_duplicates(*signatures(made), min_likeness=0.8)
    for at, text in enumerate(made):
        best = max((likeness(text, earlier) for earlier in made[:at]), default=0.0)
        if found[at]:
            assert best > 0.6  # 64 hashes estimate 0.8 within 0.15, three deviations
        if best == 1.0:
            assert found[at]
    assert found.sum() > 20


def test_short_texts_are_never_near_duplicates() -> None:
    short = ["Thanks, see you then"] * 3 + [" ".join(["word"] * (MIN_WORDS - 1))] * 2
    found, is_long = signatures(short)
    assert not is_long.any() and not near_duplicates(found, is_long, min_likeness=0.1).any()


def test_the_first_of_a_kind_stays() -> None:
    text = " ".join(f"w{number}" for number in range(MIN_WORDS))
    assert near_duplicates(*signatures([text, "x", text, text]), min_likeness=0.8).tolist() == [
        False,
        False,
        True,
        True,
    ]


def test_copies_are_told_from_people_who_write_the_same(tmp_path: Path) -> None:
    documents = [
        Document("ann", "Thanks"),
        Document("bob", "Thanks"),
        Document("ann", "Thanks"),
        Document("ann", "Thanks", sent_at="2001"),
    ]
    for number, some in enumerate((documents[:2], documents[2:])):
        marks = Marks(is_near=False)
        marks.add(some)
        marks.write(tmp_path / f"{number}.npz")
    found = read_marks([tmp_path / "0.npz", tmp_path / "1.npz"])
    is_copy, is_near = find_doubles(found, min_likeness=None)
    assert (is_copy.tolist(), found.lengths) == ([False, False, True, False], (2, 2))
    assert not np.any(is_near)
