"""Late labels: taking accepted for right is biased, waiting and mending is not."""

from __future__ import annotations

from foretype.evals.late_labels import World, biases


def test_only_what_heeds_late_word_is_without_bias() -> None:
    at_once, waited, negatives, soft, mended = biases(World(), num_outcomes=200_000, seed=1)
    assert at_once.bias > 0.03 and waited.bias > 0.008 and negatives.bias < -0.05
    for fair in (soft, mended):
        assert abs(fair.bias) < 4 * fair.error + 0.001
    assert mended.error < soft.error
