"""The writer's policy, against examples by hand and against a slow twin that tries every length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.evals.writer import Usable, Writer, usable, write
from letters import BODIES

TEXTS = st.text(alphabet="ab c,\n'", max_size=12)


def slow_usable(suggestion: str, rest: str) -> Usable:
    """Tries every prefix of the suggestion that ends a word of it, longest last."""

    def holds(part: str) -> bool:
        after = rest[len(part) : len(part) + 1]
        return rest.startswith(part) and not (after.isalnum() and part[-1].isalnum())

    solid = suggestion.rstrip()
    parts = [
        solid[:n]
        for n in range(1, len(solid) + 1)
        if (solid + " ")[n].isspace() and not solid[n - 1].isspace()
    ]
    held = [part for part in parts if holds(part)]
    chars, words = (len(held[-1]), parts.index(held[-1]) + 1) if held else (0, 0)
    is_right = bool(solid) and holds(solid)
    if is_right and len(suggestion) > len(solid) and rest[len(solid) :].startswith(suggestion[len(solid)]):
        chars += 1
    return Usable(is_right, chars, words)


@given(TEXTS, TEXTS)
def test_usable_is_what_trying_every_word_end_finds(suggestion: str, rest: str) -> None:
    assert usable(suggestion, rest) == slow_usable(suggestion, rest)


@given(TEXTS, st.integers(0, 12))
def test_a_suggestion_of_the_rest_itself_is_right(rest: str, extra: int) -> None:
    assert usable(rest, rest + " b" * extra).is_right == bool(rest.strip())


@pytest.mark.parametrize(
    ("suggestion", "rest", "expected"),
    [
        ("", "anything", Usable(False, 0, 0)),
        (" ", " x", Usable(False, 0, 0)),
        ("port", "port", Usable(True, 4, 1)),
        ("port ", "port.", Usable(True, 4, 1)),
        ("port ", "port today", Usable(True, 5, 1)),
        ("port today", "port tomorrow", Usable(False, 4, 1)),
        (" you", " you,", Usable(True, 4, 1)),
        ("re", "report", Usable(False, 0, 0)),
    ],
)
def test_usable_by_hand(suggestion: str, rest: str, expected: Usable) -> None:
    assert usable(suggestion, rest) == expected


def test_the_full_writer_takes_nothing_that_is_partly_wrong() -> None:
    moves = list(write("report today", Writer.FULL, lambda n: usable("report tomorrow", "report today"[n:])))
    assert sum(move.keys for move in moves) == len("report today")


def test_the_word_writer_pays_a_key_a_word() -> None:
    moves = list(write("report today", Writer.WORD, lambda n: usable("report tomorrow", "report today"[n:])))
    assert (moves[0].chars, moves[0].keys) == (6, 1)


@pytest.mark.parametrize("writer", Writer)
def test_the_moves_spell_the_message(writer: Writer) -> None:
    body = BODIES[0]
    moves = list(write(body, writer, lambda n: usable(body[n : n + 5], body[n:])))
    assert "".join(body[move.position : move.position + move.chars] for move in moves) == body


def test_an_oracle_leaves_the_full_writer_one_key() -> None:
    body = BODIES[1]
    assert len(list(write(body, Writer.FULL, lambda n: usable(body[n:], body[n:])))) == 1
