"""The trade-off of a network's size, time and quality: many shapes judged roughly, the promising ones made and measured.

    search = Search(checkpoint, learn=texts, judge=others, folder=work)
    found = [search.measure(candidate) for candidate in promising(search.candidates(), target_mb=18, count=6)]

It does not know what a user wants of them: `choose` takes the best that fits.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from foretype.errors import InputError
from foretype.lm.checkpoint_folder import gpt_of
from foretype.lm.compress.rounding import round_network
from foretype.lm.compress.shapes import PRECISIONS, make_cutter, shape_name, smaller_shapes, stored_mb
from foretype.lm.compress.texts import Text, as_batches, bits_per_char
from foretype.lm.gpt import Gpt
from foretype.runtime.adding import Progress, store_checkpoint
from foretype.runtime.architecture import Architecture
from foretype.runtime.checkpoint import Checkpoint, layer_weight
from foretype.runtime.engine import Cache, Engine, chain_pass
from foretype.runtime.layout import Precision
from foretype.runtime.model_dir import ModelCard

# Bits per character that rounding adds, as a share: SmolLM2-135M's (docs/why/compression.md). Only to choose what is made.
ROUNDING_COST = {(8, 8): 0.010, (4, 8): 0.008, (4, 4): 0.018}
PAST_TOKENS = 57  # a short mail, as in benchmarks/bench_runtime.py
ROUNDS, ROUND_STEPS = (
    6,
    15,
)  # timed tokens; beside busy neighbours the median of all was three times that of a quiet round


@dataclass(frozen=True, slots=True)
class Candidate:
    """A shape at a precision: its size and quality as they can be foreseen."""

    arch: Architecture
    precision: Precision
    megabytes: float
    bits: float  # per character


@dataclass(frozen=True, slots=True)
class Measured:
    """A model that was made: `bits` per character of texts it never saw, `ms` a token on one thread."""

    arch: Architecture
    precision: Precision
    megabytes: float
    ms: float
    bits: float
    folder: Path


class Search:
    """One checkpoint, made smaller in many ways. What it makes lies in `folder`."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        *,
        learn: Sequence[Text],
        judge: Sequence[Text],
        folder: Path,
        heal: Callable[[Gpt], None] | None = None,
    ) -> None:
        """Activations are measured on `learn`, quality on `judge`; `heal` trains a cut network a little, in place."""
        self._checkpoint = checkpoint
        self._texts = as_batches(learn)
        self._judge = judge
        self._folder = folder
        self._heal = heal
        self._cutter = make_cutter(gpt_of(checkpoint), self._texts)

    def candidates(self, progress: Callable[[float], None] = lambda share: None) -> list[Candidate]:
        """Every smaller shape at every precision, judged as it is cut, without healing or rounding."""
        shapes = list(smaller_shapes(self._checkpoint.architecture))
        found = []
        for number, arch in enumerate(shapes):
            bits = bits_per_char(self._cutter.cut(arch), self._judge)
            found += [self._candidate(arch, precision, bits) for precision in PRECISIONS]
            progress((number + 1) / len(shapes))
        return found

    def measure(self, candidate: Candidate, progress: Progress = lambda stage, share: None) -> Measured:
        """Make the model: cut, healed, rounded, stored. Raises ModelError where the result is no sound model."""
        gpt = self._cutter.cut(candidate.arch)
        if self._heal is not None:
            progress("healing", 0.0)
            self._heal(gpt)
        checkpoint = _checkpoint_of(gpt, self._checkpoint)
        rounded = {}
        if candidate.precision.rounding == "compensated":
            rounded = round_network(
                gpt, self._texts, candidate.precision, progress=lambda share: progress("rounding", share)
            )
        folder = self._folder / _name(candidate)
        card = store_checkpoint(
            checkpoint,
            folder,
            digest=_digest(checkpoint),
            precision=candidate.precision,
            data_card=f"{checkpoint.data_card or 'unknown data'}; made smaller from {self._checkpoint.name}",
            rounded=rounded,
            progress=progress,
        )
        bits = bits_per_char(gpt, self._judge)
        return Measured(
            candidate.arch, candidate.precision, _megabytes(card), ms_per_token(folder, card), bits, folder
        )

    def _candidate(self, arch: Architecture, precision: Precision, bits: float) -> Candidate:
        size = stored_mb(arch, precision, tokenizer_bytes=len(self._checkpoint.tokenizer_json))
        cost = ROUNDING_COST[precision.bits, precision.table_bits]
        return Candidate(arch, precision, size, bits * (1.0 + cost))


def promising(candidates: Sequence[Candidate], *, target_mb: float, count: int) -> list[Candidate]:
    """Of those that no smaller one beats, the `count` - 1 largest that fit and the next larger one.

    Raises InputError when nothing fits.
    """
    found: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda each: (each.megabytes, each.bits)):
        if not found or candidate.bits < found[-1].bits:
            found.append(candidate)
    fitting = [candidate for candidate in found if candidate.megabytes <= target_mb]
    if not fitting:
        raise InputError(
            f"target: found {target_mb:g} MB, wanted at least {found[0].megabytes:.1f} MB, the smallest shape of "
            "this network; raise it or prune the vocabulary"
        )
    above = found[len(fitting) : len(fitting) + 1]
    return fitting[-max(1, count - len(above)) :] + above


def choose(measured: Sequence[Measured], *, target_mb: float, latency_ms: float) -> Measured:
    """The best that is small and fast enough. Raises InputError when none is."""
    fitting = [each for each in measured if each.megabytes <= target_mb and each.ms <= latency_ms]
    if fitting:
        return min(fitting, key=lambda each: each.bits)
    small = min(measured, key=lambda each: each.megabytes)
    fast = min(measured, key=lambda each: each.ms)
    raise InputError(
        f"target: found nothing of {target_mb:g} MB and {latency_ms:g} ms; the smallest takes {small.megabytes:.1f} MB, "
        f"the fastest {fast.ms:.2f} ms a token; allow more, or try more candidates"
    )


def ms_per_token(folder: Path, card: ModelCard) -> float:
    """Median time of one token behind PAST_TOKENS in the quietest of some rounds, milliseconds on one thread."""
    engine = Engine(folder, card.architecture)
    cache = Cache(engine, capacity=PAST_TOKENS + 1)
    tokens = [token % card.architecture.vocab_size for token in range(PAST_TOKENS)]
    engine.run(cache, chain_pass(tokens, num_past=0, wanted=[]))
    step = chain_pass(tokens[:1], num_past=PAST_TOKENS, wanted=[0])
    times = np.empty((ROUNDS, ROUND_STEPS))
    for number in np.ndindex(times.shape):
        began = time.perf_counter()
        engine.run(cache, step)
        times[number] = (time.perf_counter() - began) * 1e3
    return float(np.median(times, axis=1).min())


def _checkpoint_of(gpt: Gpt, like: Checkpoint) -> Checkpoint:
    """The network as it is now: later changes do not show."""
    weights = {name: value.detach().clone().numpy() for name, value in gpt.state_dict().items()}
    return replace(like, architecture=gpt.arch, weight=weights.__getitem__)


def _digest(checkpoint: Checkpoint) -> str:
    """Of the last matrix of attention and MLP in every layer: whatever is cut or trained changes one of them."""
    digest = hashlib.sha256(checkpoint.tokenizer_json)
    for layer in range(checkpoint.architecture.num_layers):
        for part in ("self_attn.o_proj", "mlp.down_proj"):
            digest.update(np.ascontiguousarray(checkpoint.weight(layer_weight(layer, part))).data)
    return digest.hexdigest()


def _name(candidate: Candidate) -> str:
    precision = candidate.precision
    return f"{shape_name(candidate.arch)}-{precision.bits}-{precision.table_bits}-bits"


def _megabytes(card: ModelCard) -> float:
    return sum(stored.num_bytes for stored in card.files.values()) / 1e6
