"""A ranker on disk: a folder of ranker.json and ranker.onnx, written whole or not at all, checked when it is opened.

ranker.json holds what the network cannot say: the features' schema, the calibration, the turns of the dial, what it was
trained on, and histograms of its features, to see them drift. It does not know how a ranker is trained.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray

from foretype.errors import ModelError
from foretype.rank.calibration import Calibration, sigmoid
from foretype.rank.dial import Dial, Turn
from foretype.rank.ranker import Ranker
from foretype.rank.schema import FEATURES, SCHEMA
from foretype.runtime.whole_folder import whole_folder

FORMAT = "foretype-ranker"
FORMAT_VERSION = 1
CARD_FILE, NETWORK_FILE = "ranker.json", "ranker.onnx"
INPUT = "features"  # of the network


@dataclass(frozen=True, slots=True)
class Bundle:
    """All of a ranker that is kept."""

    version: str  # differs wherever answers may
    network: bytes  # ONNX: features (n, F) to raw logits (n, 1)
    calibration: Calibration
    turns: tuple[Turn, ...]
    coverage: float  # the dial's own setting
    card: Mapping[str, Any]  # what it was trained on, and its figures
    reference: Mapping[str, Any] | None = None  # histograms of the features, as monitor/psi.py reads them


class OnnxScorer:
    """Satisfies Scorer: an ONNX network and its calibration, on one thread."""

    def __init__(self, network: bytes, calibration: Calibration) -> None:
        """Raises ModelError for bytes that are no network over the features."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own exceptions have no common, public base
            raise ModelError(f"ranker: not a network that onnxruntime reads ({error})") from error
        width = self._session.get_inputs()[0].shape[-1]
        if width != len(FEATURES):
            raise ModelError(
                f"ranker: found a network over {width} features, wanted {len(FEATURES)}; train it again"
            )
        self._calibration = calibration

    def raw_logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the network says, before calibration; shape (n,)."""
        raw: NDArray[np.float32] = self._session.run(None, {INPUT: features})[0]
        return raw.reshape(-1)

    def score_many(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        return sigmoid(self._calibration.logits(self.raw_logits(features)))


def save_bundle(folder: Path, bundle: Bundle) -> None:
    """Write the folder, in place of one that is there. Raises StoreError when the disk is full."""
    card = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "version": bundle.version,
        "schema": SCHEMA,
        "sha256": hashlib.sha256(bundle.network).hexdigest(),
        "coverage": bundle.coverage,
        "turns": [asdict(turn) for turn in bundle.turns],
        "calibration": asdict(bundle.calibration),
        "card": bundle.card,
        "reference": bundle.reference,
    }
    with whole_folder(folder) as building:
        (building / NETWORK_FILE).write_bytes(bundle.network)
        (building / CARD_FILE).write_text(json.dumps(card) + "\n", encoding="utf-8")


def load_bundle(folder: Path) -> Bundle:
    """Read and check a folder. Raises ModelError, which says what is wrong and what to do."""
    try:
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        network = (folder / NETWORK_FILE).read_bytes()
        _check(folder, card, network)
        calibration = Calibration(*(tuple(card["calibration"][name]) for name in ("raw", "calibrated")))
        turns = tuple(Turn(**turn) for turn in card["turns"])
        return Bundle(
            card["version"],
            network,
            calibration,
            turns,
            card["coverage"],
            card["card"],
            card["reference"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = (
            f"{CARD_FILE} or {NETWORK_FILE}: {error.strerror}" if isinstance(error, OSError) else repr(error)
        )
        raise ModelError(
            f"{folder}: no whole ranker ({why}); train it again with `foretype rank train`, or name another folder"
        ) from error


def open_ranker(folder: Path, *, coverage: float | None = None) -> Ranker:
    """The ranker in a folder, at its own coverage or another. Raises ModelError and InputError."""
    bundle = load_bundle(folder)
    scorer = OnnxScorer(bundle.network, bundle.calibration)
    own = bundle.coverage if coverage is None else coverage
    return Ranker(
        scorer, Dial(bundle.turns), coverage=own, version=bundle.version, reference=bundle.reference
    )


def _check(folder: Path, card: Mapping[str, Any], network: bytes) -> None:
    for name, wanted in (("format", FORMAT), ("format_version", FORMAT_VERSION), ("schema", SCHEMA)):
        if card[name] != wanted:
            raise ModelError(
                f"{folder / CARD_FILE}: found {name} {card[name]!r}, wanted {wanted!r}; "
                "train it again with `foretype rank train`"
            )
    if hashlib.sha256(network).hexdigest() != card["sha256"]:
        raise ModelError(
            f"{folder / NETWORK_FILE}: damaged, its checksum is another; train it again or restore it"
        )
