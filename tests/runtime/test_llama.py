"""The llama.cpp backend under the same contract: a session's past changes no answer."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import tiny_llama
from foretype.errors import ConfigError, ModelError
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.llama import LlamaModel, open_gguf
from foretype.runtime.reference import reference_log_probs

LONG = [0, *(7 + 31 * index % 250 for index in range(150))]
TOLERANCE = 0.02  # llama.cpp keeps keys and values in half precision

MISSING = importlib.util.find_spec("llama_cpp") is None


def needs_llama(test: Callable[..., None]) -> Callable[..., None]:
    """A proof that wants the llama extra, which compiles for minutes."""
    skipped = pytest.mark.skipif(MISSING, reason="llama-cpp-python is not installed")
    marked: Callable[..., None] = pytest.mark.llama(skipped(test))
    return marked


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shape = tiny_llama.config()
    path = tmp_path_factory.mktemp("gguf") / "tiny.gguf"
    return tiny_llama.write_gguf(path, shape, tiny_llama.weights(shape))


@pytest.fixture
def model(gguf: Path) -> Iterator[LlamaModel]:
    opened = open_gguf(gguf, window=400, num_cells=512)
    yield opened
    opened.close()


def check(found: NDArray[np.float32], checkpoint: Checkpoint, tokens: Sequence[int]) -> None:
    np.testing.assert_allclose(found, reference_log_probs(checkpoint, tokens)[-len(found) :], atol=TOLERANCE)


@needs_llama
def test_typed_rewound_forked_and_evicted_sessions_equal_uncached_passes(
    model: LlamaModel, gguf: Path
) -> None:
    checkpoint = read_checkpoint(gguf)
    questions = [(LONG[:length], "typed") for length in range(2, 60, 9)]
    questions += [([*LONG[:31], 9, 9], "typed"), ([*LONG[:55], 5, 6], "forked"), (LONG, "long")]
    questions += [([0, session, *LONG[1:60]], f"s{session}") for session in range(2, 24)]
    for tokens, session in questions:
        check(model.submit(tokens, session=session, num_wanted=2).result(timeout=30), checkpoint, tokens)


@needs_llama
def test_questions_of_several_sessions_share_passes_and_stay_right(model: LlamaModel, gguf: Path) -> None:
    checkpoint = read_checkpoint(gguf)
    for length in (20, 21, 24):
        asked = [[0, session, *LONG[1:length]] for session in range(2, 6)]
        futures = [model.submit(tokens, session=str(tokens[1])) for tokens in asked]
        for tokens, future in zip(asked, futures, strict=True):
            check(future.result(timeout=30), checkpoint, tokens)
    model.release("2")
    check(model.submit(LONG[:9], session="2").result(timeout=30), checkpoint, LONG[:9])


@needs_llama
def test_words_and_prelude_are_those_of_our_own_reader(model: LlamaModel) -> None:
    ours = tiny_llama.tokenizer_json()
    from foretype.runtime.vocabulary import Vocabulary

    vocabulary = Vocabulary(ours, num_tokens=len(tiny_llama.vocabulary()), where="test")
    assert tuple(model.token_bytes) == vocabulary.token_bytes
    assert model.prelude == (0,)
    for text in ("the other thing", "naïve 東京 🙂", "<|endoftext|> in a mail"):
        assert model.encode(text) == vocabulary.encode(text)


@needs_llama
def test_a_file_that_is_no_gguf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"GGUF")
    with pytest.raises(ModelError, match="truncated"):
        open_gguf(tmp_path / "x.gguf")


def test_cells_below_one_window_are_refused(gguf: Path) -> None:
    with pytest.raises(ConfigError, match="cells"):
        open_gguf(gguf, window=400, num_cells=400)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such file"):
        open_gguf(tmp_path / "nothing.gguf")
