"""Coverage is the same for every network, and ExactMatch agrees with counting phrase by phrase."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.errors import InputError
from foretype.evals.exact_match import LENGTHS, Places, exact_match, load_places, surest

PHRASES = st.lists(st.tuples(st.integers(-40, 0), st.integers(0, 6), st.booleans()), min_size=1, max_size=40)


def places(phrases: list[tuple[int, int, bool]]) -> Places:
    confidence, num_words, right = zip(*phrases, strict=True)
    said = np.array(num_words)
    return Places(np.array(confidence, np.float32), said, np.array(right) & (said > 0))


@given(PHRASES, st.sampled_from([0.1, 0.25, 0.5, 1.0]))
def test_shares_agree_with_counting_one_phrase_after_another(
    phrases: list[tuple[int, int, bool]], coverage: float
) -> None:
    tried = places(phrases)
    ranked = sorted((at for at, phrase in enumerate(phrases) if phrase[1]), key=lambda at: -phrases[at][0])
    shown = ranked[: round(coverage * len(phrases))]
    found = exact_match(tried, coverage=coverage)
    assert (found.overall.right, found.overall.shown) == (sum(phrases[at][2] for at in shown), len(shown))
    for length in LENGTHS:
        of_length = [at for at in shown if phrases[at][1] == length]
        share = found.by_length[length]
        assert (share.right, share.shown) == (sum(phrases[at][2] for at in of_length), len(of_length))


def test_a_place_without_a_phrase_is_never_shown_however_sure() -> None:
    tried = Places(np.array([0.0, -1.0], np.float32), np.array([0, 1]), np.array([False, True]))
    assert surest(tried, coverage=1.0).tolist() == [1]


@pytest.mark.parametrize("coverage", [0.0, -0.1, 1.1])
def test_a_coverage_that_is_no_share_is_refused(coverage: float) -> None:
    with pytest.raises(InputError, match="coverage"):
        surest(places([(-1, 1, True)]), coverage=coverage)


def test_what_a_run_wrote_is_read_by_row_and_split(tmp_path: Path) -> None:
    path = tmp_path / "table-tried.npz"
    arrays = {"confidence": [-1.0], "num_words": [2], "right": [True]}
    named: dict[str, Any] = {f"small lstm A|valid-new|{name}": value for name, value in arrays.items()}
    np.savez(path, **named)
    [(key, found)] = load_places(path).items()
    assert key == ("small lstm A", "valid-new")
    assert exact_match(found, coverage=1.0).words_per_place == 2.0


def test_a_file_that_holds_no_phrases_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table-tried.npz"
    path.write_bytes(b"no arrays")
    with pytest.raises(InputError, match="table-tried"):
        load_places(path)
