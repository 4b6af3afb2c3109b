"""What a teacher thinks of every learned token, on disk: its most likely next tokens and their probabilities.

A large teacher reads the examples once, and every student learns from what it wrote down. The folder holds a card and
numbered parts; what was interrupted goes on with the first part that is missing. It does not know students: taught.py does.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foretype.errors import ModelError, StoreError
from foretype.lm.examples import Examples
from foretype.lm.gpt import Gpt

FORMAT = "foretype-opinions-1"
CARD_FILE = "card.json"
PART_EXAMPLES = 1024  # in one file: half a minute of a 135M teacher on a core
TOP_K = 16  # hold 0.9 of SmolLM2's probability on mail; 64 bytes a token


@dataclass(frozen=True, slots=True)
class Opinions:
    """Row `first[e] + i` is about the i-th learned token of example e. Log probabilities are natural."""

    ids: NDArray[np.uint16]  # (learned tokens, k), most likely first
    log_probs: NDArray[np.float16]
    first: NDArray[np.int64]


def write_opinions(
    teacher: Gpt,
    tokenizer_json: bytes,
    examples: Examples,
    folder: Path,
    *,
    top_k: int = TOP_K,
    progress: Callable[[float], None] = lambda share: None,
) -> Opinions:
    """Ask the teacher about all examples, or about those that `folder` lacks.

    Raises ModelError for a teacher of another tokenizer, a vocabulary that does not hold the examples, a folder of other
    examples or another teacher, and for probabilities that are no numbers; StoreError when the disk is full.
    """
    _check_teacher(teacher, tokenizer_json, examples)
    card = {
        "format": FORMAT,
        "top_k": top_k,
        "teacher_sha256": _digest(value.detach().cpu().numpy() for value in teacher.state_dict().values()),
        "examples_sha256": _digest([np.asarray(examples.tokens), np.asarray(examples.starts)]),
    }
    _claim(folder, card)
    starts = range(0, len(examples), PART_EXAMPLES)
    for number, start in enumerate(starts):
        file = folder / f"part-{number:05d}.npz"
        if not file.exists():
            part = range(start, min(start + PART_EXAMPLES, len(examples)))
            _save(file, *_asked(teacher, examples, part, top_k=top_k))
        progress((number + 1) / len(starts))
    return open_opinions(folder, examples)


def open_opinions(folder: Path, examples: Examples) -> Opinions:
    """What was written about these examples. Raises ModelError when parts are missing, damaged or about others."""
    files = sorted(folder.glob("part-*.npz"))
    try:
        parts = [dict(np.load(file)) for file in files]
        ids, log_probs = (np.concatenate([part[key] for part in parts]) for key in ("ids", "log_probs"))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{folder}: opinions cannot be read ({error}); write them again") from error
    counts = learned_counts(examples)
    if len(ids) != counts.sum():
        raise ModelError(
            f"{folder}: found opinions on {len(ids):,} tokens, wanted {counts.sum():,}; write the missing ones"
        )
    return Opinions(ids, log_probs, np.cumsum(counts) - counts)


def learned_counts(examples: Examples) -> NDArray[np.int64]:
    """Learned tokens of each example: those behind its context, and never its first."""
    return np.maximum(examples.lengths - np.maximum(examples.num_context.astype(np.int64), 1), 0)


def _check_teacher(teacher: Gpt, tokenizer_json: bytes, examples: Examples) -> None:
    found, wanted = hashlib.sha256(tokenizer_json).hexdigest(), examples.card["tokenizer_sha256"]
    if found != wanted:
        raise ModelError(
            f"teacher: found the tokenizer {found[:12]}, wanted {wanted[:12]}, the examples' own; take a teacher of this "
            "tokenizer, or encode the examples with the teacher's"
        )
    largest = int(examples.tokens.max())
    if largest >= teacher.arch.vocab_size:
        raise ModelError(
            f"teacher: found token {largest} in the examples, wanted below {teacher.arch.vocab_size}, its vocabulary; "
            "the tokenizer does not fit this network"
        )


@torch.no_grad()
def _asked(
    teacher: Gpt, examples: Examples, part: range, *, top_k: int
) -> tuple[NDArray[np.uint16], NDArray[np.float16]]:
    teacher.eval()
    device = teacher.head.device
    ids, log_probs = [], []
    for number in part:
        tokens = torch.from_numpy(
            examples.tokens[examples.starts[number] : examples.starts[number + 1]].astype(np.int64)
        )
        first = max(int(examples.num_context[number]), 1)
        states = teacher.hidden(tokens[None, :-1].to(device))[0, first - 1 :]
        best = (states @ teacher.head.T).float().log_softmax(-1).topk(top_k)
        _check_finite(best.values, number)
        ids.append(best.indices.cpu().numpy().astype(np.uint16))
        log_probs.append(best.values.cpu().numpy().astype(np.float16))
    return np.concatenate(ids), np.concatenate(log_probs)


def _check_finite(values: Tensor, number: int) -> None:
    if not torch.isfinite(values).all():
        raise ModelError(
            f"teacher: example {number} gives no numbers (NaN), wanted probabilities; the checkpoint is damaged"
        )


def _claim(folder: Path, card: dict[str, Any]) -> None:
    """Begin the folder, or make sure that it is about the same."""
    file = folder / CARD_FILE
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
        return
    found = json.loads(file.read_text(encoding="utf-8"))
    for key, wanted in card.items():
        if found.get(key) != wanted:
            raise ModelError(
                f"{folder}: found opinions of {key} {str(found.get(key))[:12]}, wanted {str(wanted)[:12]}; "
                "name an empty folder"
            )


def _save(file: Path, ids: NDArray[np.uint16], log_probs: NDArray[np.float16]) -> None:
    partial = file.with_suffix(".partial")
    try:
        with partial.open("wb") as stream:
            np.savez(stream, ids=ids, log_probs=log_probs)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise StoreError(
            f"{file}: could not be written ({error.strerror}); free some space and run it again, it goes on here"
        ) from error


def _digest(arrays: Iterator[NDArray[Any]] | list[NDArray[Any]]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
