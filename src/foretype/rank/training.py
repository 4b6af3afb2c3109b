"""Training a ranker on rows of replayed keys: authors apart for the trees, for the calibration and for the dial.

It does not know where rows come from, nor where the ranker goes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foretype.errors import InputError
from foretype.rank.bundle import Bundle, OnnxScorer
from foretype.rank.calibration import Calibration, fit_calibration, sigmoid
from foretype.rank.choosing import best_of_each_key, fit_dial
from foretype.rank.rows import OutcomeRows
from foretype.rank.schema import FEATURES, NAMES
from foretype.rank.trees import TreeOptions, fit_trees, trees_to_onnx

KEPT_ASIDE = 5  # one author in five is for calibration and dial
MIN_AUTHORS, MIN_ROWS = 10, 5_000
TYPICAL_PRICE = 2.0  # keys, of a wrong look: where calibration is wanted
COVERAGE = 0.95  # as the fixed gate's: the most keys saved; the dial is there for whoever wants quiet
# Replayed rows say nothing of these: their values are constant there, or of the year the corpus was written in.
UNSEEN = (
    "locale",
    "latency",
    "weekday",
    "hour_sin",
    "hour_cos",
    "has_suffix",
    "message_rejected",
    "tenant_evidence",
    "tenant_memory",
    "tenant_share",
)
IDENTITY = Calibration((-30.0, 30.0), (-30.0, 30.0))


def train_ranker(
    rows: OutcomeRows,
    *,
    facts: Mapping[str, Any],
    options: TreeOptions | None = None,
    reference: Callable[[NDArray[np.float32]], Mapping[str, Any]] | None = None,
) -> Bundle:
    """A ranker of these rows. `facts` go into its card; `reference` makes histograms of features.

    Raises InputError when there are too few rows or authors to tell chance from habit.
    """
    aside = kept_aside(rows)
    learned, held_out = rows.chosen(~aside), rows.chosen(aside)
    used = [at for at, name in enumerate(NAMES) if name not in UNSEEN]
    booster = fit_trees(learned.features, learned.is_right, used=used, options=options)
    network = trees_to_onnx(booster, num_features=len(FEATURES))
    calibration = _calibrated(network, held_out)
    probs = OnnxScorer(network, calibration).score_many(held_out.features)
    card = {
        "rows": len(learned),
        "rows_held_out": len(held_out),
        "authors": len(np.unique(rows.author)),
        "features": [NAMES[at] for at in used],
        **facts,
    }
    return Bundle(
        version=hashlib.sha256(network).hexdigest()[:12],
        network=network,
        calibration=calibration,
        turns=fit_dial(held_out, probs).turns,
        coverage=COVERAGE,
        card=card,
        reference=None if reference is None else reference(learned.features[learned.by_gate]),
    )


def _calibrated(network: bytes, rows: OutcomeRows) -> Calibration:
    """Right on average for the best proposal of each key: the likeliest of several is less likely than it looks."""
    raw = OnnxScorer(network, IDENTITY).raw_logits(rows.features)
    first = fit_calibration(raw, rows.is_right)
    best = best_of_each_key(rows, sigmoid(first.logits(raw)), wrong_look=TYPICAL_PRICE).rows
    return fit_calibration(raw[best], rows.is_right[best])


def kept_aside(rows: OutcomeRows) -> NDArray[np.bool_]:
    """Rows of one author in five, the same ones whatever the others are. Raises InputError."""
    authors = np.unique(rows.author)
    if len(authors) < MIN_AUTHORS or len(rows) < MIN_ROWS:
        raise InputError(
            f"training rows: found {len(rows):,} of {len(authors)} authors, wanted {MIN_ROWS:,} of {MIN_AUTHORS}; "
            "make more with `foretype rank rows`"
        )
    aside = {author for author in authors.tolist() if _drawn(author) % KEPT_ASIDE == 0}
    return np.isin(rows.author, list(aside or {authors[0]}))


def _drawn(author: int) -> int:
    return int.from_bytes(hashlib.blake2b(str(author).encode(), digest_size=4).digest(), "big")
