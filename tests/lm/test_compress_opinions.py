"""Distillation from disk: the student hears what the teacher thought, token by token, and an interruption costs one part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import tiny_llama
from foretype.errors import ModelError

pytestmark = pytest.mark.train
torch = pytest.importorskip("torch")

if TYPE_CHECKING:
    from foretype.lm.examples import Examples
    from foretype.lm.gpt import Gpt

SIZE = 264


def tiny(folder: Path, **changes: Any) -> tuple[Gpt, bytes]:
    from foretype.lm.checkpoint_folder import load_gpt

    shape = tiny_llama.config(**changes)
    return load_gpt(tiny_llama.write_folder(folder / "tiny", shape, tiny_llama.weights(shape)))


def texts(tokenizer_json: bytes, *, count: int = 30) -> Examples:
    from foretype.lm.compress.texts import Text, as_examples

    random = np.random.default_rng(1)
    chosen = [
        Text(tuple(random.integers(2, SIZE, size=random.integers(4, 20)).tolist()), at % 3, 9, None)
        for at in range(count)
    ]
    return as_examples(chosen, tokenizer_json)


def test_each_learned_token_has_the_teachers_opinion_of_it(tmp_path: Path) -> None:
    from foretype.lm.compress.opinions import write_opinions
    from foretype.lm.compress.taught import TaughtRows

    teacher, tokenizer_json = tiny(tmp_path)
    examples = texts(tokenizer_json)
    opinions = write_opinions(teacher, tokenizer_json, examples, tmp_path / "opinions", top_k=SIZE)
    rows = TaughtRows(examples, opinions, rows=2, length=40, seed=3)
    for taught in (next(rows), next(rows)):
        batch = taught.batch
        logits = teacher(batch.ids, batch.documents).flatten(0, 1)[batch.places]
        found = torch.zeros_like(logits).scatter(1, taught.best_ids, taught.best_log_probs)
        torch.testing.assert_close(found, logits.log_softmax(-1), atol=2e-2, rtol=2e-3)


def test_with_all_tokens_known_the_loss_is_distillation_in_full(tmp_path: Path) -> None:
    from foretype.lm.compress.opinions import write_opinions
    from foretype.lm.compress.taught import Taught, TaughtRows
    from foretype.lm.objective import Distil

    teacher, tokenizer_json = tiny(tmp_path / "teacher")
    student, _ = tiny(tmp_path / "student", intermediate_size=64)
    examples = texts(tokenizer_json)
    opinions = write_opinions(teacher, tokenizer_json, examples, tmp_path / "opinions", top_k=SIZE)
    taught = next(TaughtRows(examples, opinions, rows=2, length=40, seed=3))
    for share in (0.0, 0.4, 1.0):
        found, wanted = Taught(share)(student, taught), Distil(teacher, share)(student, taught.batch)
        assert found.num_targets == wanted.num_targets
        torch.testing.assert_close(found.mean, wanted.mean, atol=5e-3, rtol=0.0)


def test_a_student_comes_nearer_to_its_teacher(tmp_path: Path) -> None:
    from foretype.lm.compress.opinions import write_opinions
    from foretype.lm.compress.taught import Taught, TaughtRows
    from foretype.lm.objective import Learner
    from foretype.lm.trainer import Trainer, TrainOptions, default_fabric

    teacher, tokenizer_json = tiny(tmp_path / "teacher")
    student, _ = tiny(tmp_path / "student", num_hidden_layers=1)
    examples = texts(tokenizer_json)
    opinions = write_opinions(teacher, tokenizer_json, examples, tmp_path / "opinions")
    rows = TaughtRows(examples, opinions, rows=4, length=60, seed=3)
    taught = next(rows)
    first, floor = (float(Taught(1.0)(network, taught).mean.detach()) for network in (student, teacher))
    options = TrainOptions(max_steps=80, learning_rate=5e-3, point_every_steps=5)
    trainer = Trainer(options, tmp_path / "run", fabric=default_fabric(accelerator="cpu"))
    summary = trainer.fit(Learner(student, Taught(1.0)), rows)
    assert summary.loss - floor < 0.7 * (first - floor)


def test_an_interrupted_teacher_goes_on_with_the_part_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from foretype.lm.compress import opinions as module

    monkeypatch.setattr(module, "PART_EXAMPLES", 10)
    teacher, tokenizer_json = tiny(tmp_path)
    examples, folder = texts(tokenizer_json), tmp_path / "opinions"
    whole = module.write_opinions(teacher, tokenizer_json, examples, folder)
    (folder / "part-00001.npz").unlink()
    kept = (folder / "part-00000.npz").stat().st_mtime_ns
    with pytest.raises(ModelError, match="write the missing ones"):
        module.open_opinions(folder, examples)
    again = module.write_opinions(teacher, tokenizer_json, examples, folder)
    np.testing.assert_array_equal(again.ids, whole.ids)
    assert (folder / "part-00000.npz").stat().st_mtime_ns == kept


def test_a_teacher_of_another_tokenizer_is_refused(tmp_path: Path) -> None:
    from foretype.lm.compress.opinions import write_opinions

    teacher, tokenizer_json = tiny(tmp_path)
    examples = texts(tokenizer_json)
    with pytest.raises(ModelError, match=r"teacher: found the tokenizer .*, wanted .*, the examples' own"):
        write_opinions(teacher, tokenizer_json + b" ", examples, tmp_path / "opinions")
    assert not (tmp_path / "opinions").exists()


def test_a_vocabulary_that_does_not_fit_the_teacher_is_refused(tmp_path: Path) -> None:
    from foretype.lm.compress.opinions import write_opinions

    small, tokenizer_json = tiny(tmp_path, vocab_size=200)
    with pytest.raises(ModelError, match="wanted below 200, its vocabulary"):
        write_opinions(small, tokenizer_json, texts(tokenizer_json), tmp_path / "opinions")


def test_opinions_of_another_teacher_or_other_texts_are_not_mixed_in(tmp_path: Path) -> None:
    from foretype.lm.compress.opinions import write_opinions

    teacher, tokenizer_json = tiny(tmp_path)
    examples, folder = texts(tokenizer_json), tmp_path / "opinions"
    write_opinions(teacher, tokenizer_json, examples, folder)
    with pytest.raises(ModelError, match="examples_sha256"):
        write_opinions(teacher, tokenizer_json, texts(tokenizer_json, count=9), folder)
    teacher.model.norm.weight.data += 1
    with pytest.raises(ModelError, match=r"teacher_sha256.*name an empty folder"):
        write_opinions(teacher, tokenizer_json, examples, folder)


def test_a_teacher_that_gives_no_numbers_is_refused(tmp_path: Path) -> None:
    from foretype.lm.compress.opinions import write_opinions

    teacher, tokenizer_json = tiny(tmp_path)
    teacher.model.norm.weight.data[0] = torch.nan
    with pytest.raises(ModelError, match="gives no numbers"):
        write_opinions(teacher, tokenizer_json, texts(tokenizer_json), tmp_path / "opinions")
    assert list((tmp_path / "opinions").glob("part-*")) == []
