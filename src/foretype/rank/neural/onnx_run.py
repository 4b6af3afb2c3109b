"""A rank network's ONNX file, run as a decision would run it: one thread, all proposals of one key at once.

It does not know torch.
"""

from __future__ import annotations

import time

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray

from foretype.rank.bundle import INPUT

STATE = "state"  # name of the input for the language model's
NUM_ROWS = 8  # proposals of a key: three paths of two or three beginnings
NUM_DECISIONS = 2000
WARM_UP = 50


class RankSession:
    """A session of its own, on one thread."""

    def __init__(self, network: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        self._reads_state = STATE in [each.name for each in self._session.get_inputs()]

    def log_odds(
        self, features: NDArray[np.float32], state: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Of the proposals of one key, shape (rows,); `state` is the key's, shape (hidden,)."""
        inputs = {INPUT: features}
        if self._reads_state:
            assert state is not None, "this network reads the language model's state"
            inputs[STATE] = state[None]
        found: NDArray[np.float32] = self._session.run(None, inputs)[0][:, 0]
        return found


def decision_ms(network: bytes, features: NDArray[np.float32], state: NDArray[np.float32]) -> float:
    """Milliseconds of one decision, the median of many."""
    session = RankSession(network)
    elapsed = []
    for _ in range(WARM_UP + NUM_DECISIONS):
        began = time.perf_counter()
        session.log_odds(features, state)
        elapsed.append(time.perf_counter() - began)
    return float(np.median(elapsed[WARM_UP:])) * 1000
