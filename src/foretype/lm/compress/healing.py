"""A cut network trained a little by the one it was cut from: the teacher reads once, each student learns for minutes.

It does not know why a network was cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from foretype.lm.compress.opinions import write_opinions
from foretype.lm.compress.shapes import shape_name
from foretype.lm.compress.taught import Taught, TaughtRows
from foretype.lm.compress.texts import Text, as_examples
from foretype.lm.gpt import Gpt
from foretype.lm.objective import Learner
from foretype.lm.trainer import Trainer, TrainOptions, default_fabric

ROW_TOKENS = 512
ROWS = 4  # a batch of some 2,000 tokens: a CPU's step takes a second with 30M parameters
LEARNING_RATE = 3e-4
TEACHER_SHARE = 0.8
TEXTS_A_MINUTE = 150  # that a 30M network trains on at a CPU, 100 tokens each


class Healer:
    """Callable on one cut network after another; opinions and runs lie in `folder`."""

    def __init__(
        self, teacher: Gpt, tokenizer_json: bytes, texts: Sequence[Text], folder: Path, *, seconds: float
    ) -> None:
        self._teacher, self._tokenizer_json = teacher, tokenizer_json
        self._examples = as_examples(texts, tokenizer_json)
        self._folder = folder
        self._seconds = seconds

    def __call__(self, gpt: Gpt) -> None:
        """Train the network in place, for as long as was allowed. A shape that was healed before is taken from there."""
        opinions = write_opinions(
            self._teacher, self._tokenizer_json, self._examples, self._folder / "opinions"
        )
        rows = TaughtRows(self._examples, opinions, rows=ROWS, length=self._length(), seed=0)
        options = TrainOptions(max_seconds=self._seconds, learning_rate=LEARNING_RATE, weight_decay=0.0)
        run = self._folder / f"healed-{shape_name(gpt.arch)}"
        trainer = Trainer(options, run, fabric=default_fabric(accelerator="cpu"))
        trainer.fit(Learner(gpt.requires_grad_(True), Taught(TEACHER_SHARE)), rows)

    def _length(self) -> int:
        return max(ROW_TOKENS, int(self._examples.lengths.max()))
