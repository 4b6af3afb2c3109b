"""The model directory that training leaves, and putting it where `foretype serve` finds it.

It does not know how the network was trained, nor whether it is worth keeping.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from foretype.lm.lora import merged
from foretype.lm.mail_training import Trained
from foretype.runtime.adapter_shelf import BASE_FILE
from foretype.runtime.adding import store_checkpoint
from foretype.runtime.checkpoint import Checkpoint, expected_shapes
from foretype.runtime.layout import Precision
from foretype.runtime.model_dir import ModelCard, StoredFile, read_card, write_model_dir
from foretype.runtime.quantize import Matrix, Quantized, quantize
from foretype.runtime.whole_folder import whole_folder

# Rounding merged weights a second time must not cost what training gained. SmolLM2-135M after one mailbox, nats a token off
# the float network: 4 bits 0.22, rows of 8 bits 0.20, blocks of 8 bits 0.02 (docs/howto/train-on-my-mail.md).
PRECISION = Precision(8)
BLOCK = 64  # divides the widths of our networks


def store_trained(
    checkpoint: Checkpoint,
    trained: Trained,
    target: Path,
    *,
    base: Path,
    advance: Callable[[float], None] = lambda share: None,
) -> None:
    """Export the checkpoint with what was learned into `target`. Raises ModelError when the export is off."""
    card = read_card(base)
    digest = hashlib.sha256(repr((card.base_sha256, trained.facts)).encode()).hexdigest()
    found = merged(checkpoint, trained.learner)
    weights = {name: found.weight(name) for name, _ in expected_shapes(found.architecture)}
    store_checkpoint(
        replace(found, weight=weights.__getitem__),
        target,
        digest=digest,
        precision=PRECISION,
        data_card=f"{card.data_card} Then fine-tuned on one writer's mail: {trained.facts.tokens:,} tokens.",
        rounded={name: _blocks(matrix) for name, matrix in weights.items() if "_proj." in name},
        progress=lambda _, share: advance(share),
    )


def save_adapter(trained: Trained, folder: Path, *, base: Path) -> None:
    """The corrections alone as peft keeps them, for `foretype adapter add` beside the very weights of `base`."""
    with whole_folder(folder) as building:
        trained.learner.save(building)
        told = json.dumps({"sha256": read_card(base).base_sha256})
        (building / BASE_FILE).write_text(told + "\n", encoding="utf-8")


def copy_model(source: Path, target: Path) -> None:
    """The same model under another name."""
    card = read_card(source)

    def fill(folder: Path) -> None:
        for name in card.files:
            shutil.copyfile(source / name, folder / name)

    def describe(files: Mapping[str, StoredFile]) -> ModelCard:
        return replace(card, name=target.name, files=files)

    write_model_dir(target, fill, describe=describe)


def install(model: Path, target: Path) -> None:
    """Put the directory, strengths included, in the place of `target`: whole, or not at all."""
    with whole_folder(target) as building:
        for file in model.iterdir():
            shutil.copyfile(file, building / file.name)


def _blocks(matrix: Matrix) -> Quantized:
    return quantize(matrix, bits=8, block_size=BLOCK, symmetric=True)
