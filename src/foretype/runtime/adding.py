"""From a checkpoint to a stored model: read, export, compare with the float network, put in place.

It does not know where progress is shown.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from foretype.errors import ModelError
from foretype.runtime.catalog import Catalog
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.containers import checkpoint_sha256, read_checkpoint
from foretype.runtime.engine import Cache, Engine, chain_pass
from foretype.runtime.export import NOTHING, export_onnx
from foretype.runtime.layout import Bits, Precision
from foretype.runtime.model_dir import TOKENIZER_FILE, ModelCard, StoredFile, verify, write_model_dir
from foretype.runtime.packaged import KNOWN, obtain
from foretype.runtime.quantize import Quantized
from foretype.runtime.reference import reference_log_probs
from foretype.runtime.vocabulary import Vocabulary
from foretype.text.prompt import context_tokens

Progress: TypeAlias = Callable[[str, float], None]  # what is being done, and the share of it that is done

PROMPT = "Hi Susan,\n\nThanks for sending the report. I will look at it on Monday and"
# Mean nats a token by which the stored network may differ from the float one. SmolLM2-135M: 0.000, 0.054 and
# 0.374.
MAX_DIVERGENCE: Mapping[Bits, float] = {32: 1e-3, 8: 0.15, 4: 0.6}
UNKNOWN_DATA = "unknown: the checkpoint does not say what it was trained on"


def add_model(
    catalog: Catalog,
    source: str,
    *,
    name: str | None,
    bits: Bits,
    progress: Progress,
    table_bits: Literal[4, 8] = 8,
    block_size: int = 32,
) -> ModelCard:
    """Store the model that `source` names: one of packaged.KNOWN, a safetensors folder or a GGUF file.

    `table_bits` and `block_size` are those of Precision, for 4 bits. Raises ModelError or InputError, and then the catalog
    is as it was.
    """
    with tempfile.TemporaryDirectory(prefix="foretype-") as scratch:
        known = KNOWN.get(source)
        path = Path(source).expanduser()
        if known is not None and not path.exists():
            progress("fetching", 0.0)
            path = obtain(known, Path(scratch))
        checkpoint = read_checkpoint(path)
        target = catalog.path(name or (source if known else tidy(checkpoint.name)))
        data_card = known.data_card if known else checkpoint.data_card or UNKNOWN_DATA
        digest = checkpoint_sha256(path)
        return store_checkpoint(
            checkpoint,
            target,
            digest=digest,
            precision=Precision(bits, block_size, table_bits),
            data_card=data_card,
            progress=progress,
        )


def divergence(checkpoint: Checkpoint, folder: Path) -> float:
    """Mean Kullback-Leibler divergence, nats, of the exported network from the float one over PROMPT."""
    vocabulary = Vocabulary(
        checkpoint.tokenizer_json, num_tokens=checkpoint.architecture.vocab_size, where=checkpoint.name
    )
    before: Sequence[int] = checkpoint.prelude
    if checkpoint.markers is not None:
        before = context_tokens(vocabulary.encode, checkpoint.markers, kind="email")
    tokens = [*before, *vocabulary.encode(PROMPT)]
    wanted = reference_log_probs(checkpoint, tokens)[1:]
    engine = Engine(folder, checkpoint.architecture)
    cache = Cache(engine, capacity=len(tokens))
    engine.run(cache, chain_pass(tokens[:1], num_past=0, wanted=[]))
    rows = list(range(len(tokens) - 1))
    found = engine.run(cache, chain_pass(tokens[1:], num_past=1, wanted=rows))
    return float(np.mean(np.sum(np.exp(wanted) * (wanted - found), axis=1)))


def store_checkpoint(
    checkpoint: Checkpoint,
    target: Path,
    *,
    digest: str,
    precision: Precision,
    data_card: str,
    rounded: Mapping[str, Quantized] = NOTHING,
    progress: Progress,
) -> ModelCard:
    """Export the checkpoint into the model directory `target`; `digest` is the checkpoint's SHA-256.

    `rounded` holds matrices as codes already, see export_onnx. Raises ModelError when the export is too far off the float
    network; `target` is then as it was.
    """

    def fill(folder: Path) -> None:
        export_onnx(
            checkpoint,
            folder,
            precision=precision,
            rounded=rounded,
            progress=lambda share: progress("exporting", share),
        )
        (folder / TOKENIZER_FILE).write_bytes(checkpoint.tokenizer_json)
        progress("checking", 0.0)
        _check(checkpoint, folder, precision)

    def describe(files: Mapping[str, StoredFile]) -> ModelCard:
        return ModelCard(
            name=target.name,
            architecture=checkpoint.architecture,
            precision=precision,
            prelude=checkpoint.prelude,
            markers=checkpoint.markers,
            checkpoint_sha256=digest,
            tokenizer_sha256=hashlib.sha256(checkpoint.tokenizer_json).hexdigest(),
            licence=checkpoint.licence,
            data_card=data_card,
            files=files,
        )

    card = write_model_dir(target, fill, describe=describe)
    progress("checking", 0.7)
    verify(target)
    progress("checking", 1.0)
    return card


def _check(checkpoint: Checkpoint, folder: Path, precision: Precision) -> None:
    found, bound = divergence(checkpoint, folder), MAX_DIVERGENCE[precision.bits]
    if not found <= bound:  # so that NaN fails too
        more = "use more bits" if precision.bits < 32 else "the checkpoint may be damaged"
        raise ModelError(
            f"{checkpoint.name}: the exported network is {found:.4f} nats a token off the float one, "
            f"wanted at most {bound}; {more}"
        )


def tidy(name: str) -> str:
    """A file's name as a name for the shelf.

    >>> tidy("SmolLM2-135M-Instruct.Q4_1")
    'smollm2-135m-instruct.q4_1'
    """
    return "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in name.lower()).strip(
        "._-"
    )
