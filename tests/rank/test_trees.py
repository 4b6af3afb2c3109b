"""Trees as one ONNX node: every comparison comes out as in the booster, on both sides of a threshold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.rank.bundle import OnnxScorer
from foretype.rank.schema import FEATURES
from foretype.rank.training import IDENTITY
from foretype.rank.trees import TreeOptions, fit_trees, float32_below, trees_to_onnx
from ranking import MadeBooster, made_rows


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def test_the_network_says_what_the_booster_says(seed: int) -> None:
    booster = MadeBooster(seed=seed)
    features = np.random.default_rng(seed).normal(size=(40, len(FEATURES))).astype(np.float32)
    scorer = OnnxScorer(trees_to_onnx(booster, num_features=len(FEATURES)), IDENTITY)
    np.testing.assert_allclose(scorer.raw_logits(features), booster.predict(features), atol=1e-5)


def test_a_feature_that_equals_a_threshold_goes_left() -> None:
    booster = MadeBooster(num_trees=0)
    for at, threshold in enumerate((0.1, 0.1 + 1e-12, float(np.float32(0.1)), -2.5)):
        leaves = {"left_child": {"leaf_value": 1.0}, "right_child": {"leaf_value": -1.0}}
        booster.trees.append({"threshold": threshold, "split_feature": at, **leaves})
    network = OnnxScorer(trees_to_onnx(booster, num_features=len(FEATURES)), IDENTITY)
    rows = np.zeros((3, len(FEATURES)), np.float32)
    rows[0, :4] = np.float32(0.1)
    rows[1, :4] = np.nextafter(np.float32(0.1), np.float32(1))
    rows[2, :4] = -2.5
    np.testing.assert_allclose(network.raw_logits(rows), booster.predict(rows))


@given(st.floats(-1e30, 1e30))
def test_the_lowered_threshold_parts_float32_as_the_threshold_does(threshold: float) -> None:
    lowered = np.float32(float32_below(threshold))
    for value in (lowered, np.nextafter(lowered, np.float32(np.inf)), np.float32(threshold)):
        assert (float(value) <= threshold) == (value <= lowered)


@pytest.mark.train
def test_lightgbm_and_the_network_agree_and_hidden_columns_are_never_asked() -> None:
    pytest.importorskip("lightgbm")
    rows = made_rows()
    used = list(range(0, len(FEATURES), 2))
    booster = fit_trees(rows.features, rows.is_right, used=used, options=TreeOptions(num_trees=20))
    network = OnnxScorer(trees_to_onnx(booster, num_features=len(FEATURES)), IDENTITY)
    expected = booster.predict(rows.features, raw_score=True)
    np.testing.assert_allclose(network.raw_logits(rows.features), expected, atol=1e-4)
    changed = rows.features.copy()
    changed[:, 1::2] += 100
    assert np.array_equal(network.raw_logits(changed), network.raw_logits(rows.features))
