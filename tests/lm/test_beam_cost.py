"""Every network's search is timed for every length, by the clock that was handed in."""

from __future__ import annotations

from itertools import count

import pytest

pytest.importorskip("torch")

from experiment_world import mails, vocabulary
from foretype.lm.beam_cost import LENGTHS, search_seconds
from foretype.lm.contextual import Kind, Shape
from foretype.lm.windows import Way

pytestmark = pytest.mark.train


@pytest.mark.parametrize("kind", ["lstm", "transformer"])
def test_a_search_of_every_length_and_a_step_are_timed(kind: Kind) -> None:
    ticks = count()
    found = search_seconds(
        Shape(kind, width=8, inner=12, num_layers=1, num_heads=1),
        Way.SEQUENCE,
        vocabulary=vocabulary(),
        mails=mails(),
        num_places=2,
        clock=lambda: float(next(ticks)),
    )
    assert found == {"step": 1 / 20, **{str(length): 0.5 for length in LENGTHS}}
