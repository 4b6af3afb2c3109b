"""The largest numbers are chosen alike everywhere. It does not know what they measure."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from foretype.ngram.largest import largest

codes = st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), max_size=60)


@given(values=codes, limit=st.integers(1, 20))
def test_the_largest_are_those_that_sorting_puts_first_and_equals_keep_their_order(
    values: list[float], limit: int
) -> None:
    falling = sorted(range(len(values)), key=lambda at: -values[at])
    found = largest(np.array(values, np.float32), limit)
    assert found.tolist() == sorted(falling[:limit])
