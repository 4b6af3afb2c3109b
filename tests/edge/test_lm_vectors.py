"""The vectors that the browser's language model is held to are what the server says today."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from edge.lm_vectors import FOLDER, MODEL, answer_cases, token_cases
from foretype.runtime.onnx_model import OnnxModel, open_model

WITHIN = 0.25  # nats, of a likely token: processors round activations to eight bits each in their own way


@pytest.fixture(scope="module")
def model() -> Iterator[OnnxModel]:
    opened = open_model(MODEL)
    yield opened
    opened.close()


def stored(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def test_texts_have_the_tokens_that_are_stored(model: OnnxModel) -> None:
    assert token_cases(model) == stored("lm_tokens")


def test_questions_have_the_answers_that_are_stored(model: OnnxModel) -> None:
    now, then = answer_cases(model), stored("lm_answers")
    asked_now, asked_then = ([asked for case in cases for asked in case["asked"]] for cases in (now, then))
    assert [asked["tokens"] for asked in asked_now] == [asked["tokens"] for asked in asked_then]
    for one, other in zip(asked_now, asked_then, strict=True):
        assert np.allclose(
            np.array(one["log_probs"])[:, :3], np.array(other["log_probs"])[:, :3], atol=WITHIN
        )
