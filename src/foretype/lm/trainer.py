"""The training loop, on Lightning Fabric: devices, bf16, accumulation, clipping, schedule, checkpoints, exact resume.

    trainer = Trainer(options, folder)
    summary = trainer.fit(learner, stream)

A run is a folder: checkpoints/, curve.csv, run.json. Started again with the same options it goes on where it stopped, with
the same curve. It does not know what is learned (objective.py) nor from what (rows.py).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import torch
from torch import Tensor, nn

from foretype.errors import ConfigError, ModelError
from foretype.lm.checkpoints import load_checkpoint, newest_checkpoint, save_checkpoint
from foretype.lm.curve import Curve, Point
from foretype.lm.fabric import Fabric
from foretype.lm.outliers import OutlierRule
from foretype.lm.schedule import Schedule


class Stream(Protocol):
    """Batches without end, and where they stand."""

    def __next__(self) -> Any: ...

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How a network is trained. A run ends after `max_steps` or `max_seconds`, whichever comes first."""

    max_steps: int | None = None
    max_seconds: float | None = None
    learning_rate: float = 1e-3
    schedule: Schedule = field(default_factory=Schedule)
    accumulate: int = 1  # batches a step
    weight_decay: float = 0.1  # of matrices; gains have none
    betas: tuple[float, float] = (0.9, 0.95)
    clip_norm: float | None = 1.0
    skip_outliers: bool = False  # Smart Compose's rule, outliers.py
    checkpoint_every_s: float = 60.0
    point_every_steps: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        if self.max_steps is None and self.max_seconds is None:
            raise ConfigError("training: found no end, wanted max_steps or max_seconds; give one of them")


@dataclass
class _State:
    """What changes while a run goes on, weights and optimiser aside."""

    step: int = 0
    seconds: float = 0.0  # spent in steps, over all starts of this run
    tokens: int = 0
    rule: OutlierRule = field(default_factory=OutlierRule)


@dataclass(frozen=True, slots=True)
class Summary:
    """How a run ended."""

    steps: int
    seconds: float
    tokens: int  # learned ones
    loss: float  # mean nats a learned token over the last points


class Trainer:
    """One run in one folder."""

    def __init__(
        self,
        options: TrainOptions,
        folder: Path,
        *,
        fabric: Fabric | None = None,
        on_point: Callable[[Point], None] = lambda point: None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._options = options
        self._folder = folder
        self._fabric = fabric or default_fabric()
        self._on_point = on_point
        self._clock = clock
        self._state = _State()

    def fit(self, learner: nn.Module, stream: Stream) -> Summary:
        """Train until the end. Raises ModelError when the loss is no number, StoreError when the disk is full.

        The network is changed in place. What was reached stays in the newest checkpoint, whatever happens.
        """
        torch.manual_seed(self._options.seed)
        optimizer = make_optimizer(learner, self._options)
        wrapped, optimizer = self._fabric.setup(learner, optimizer)
        self._resume(learner, optimizer, stream)
        curve = Curve(self._folder / "curve.csv", after_step=self._state.step)
        saved_at = self._clock()
        while (progress := self._progress()) < 1.0:
            began = self._clock()
            self._step(wrapped, optimizer, stream, curve, progress=progress)
            self._state.seconds += self._clock() - began
            if self._clock() - saved_at >= self._options.checkpoint_every_s:
                self._save(learner, optimizer, stream)
                saved_at = self._clock()
        self._save(learner, optimizer, stream)
        return Summary(self._state.step, self._state.seconds, self._state.tokens, curve.recent_loss())

    def _progress(self) -> float:
        """Share of the run that is done."""
        options, state = self._options, self._state
        by_step = state.step / options.max_steps if options.max_steps else 0.0
        by_time = state.seconds / options.max_seconds if options.max_seconds else 0.0
        return self._agreed(max(by_step, by_time))

    def _agreed(self, progress: float) -> float:
        """The first process's clock counts for all: they must stop together."""
        if self._fabric.world_size == 1 or self._options.max_seconds is None:
            return progress
        return float(self._fabric.broadcast(progress))

    def _step(self, learner: Any, optimizer: Any, stream: Stream, curve: Curve, *, progress: float) -> None:
        rate = self._options.learning_rate * self._options.schedule.factor(progress)
        for group in optimizer.param_groups:
            group["lr"] = rate
        total, count = self._gradients(learner, stream)
        norm = self._clip(learner, optimizer)
        self._state.step += 1
        self._state.tokens += count
        if self._is_point():
            loss = float(total) / max(count, 1)
            self._check(loss)
            point = Point(self._state.step, self._state.tokens, self._state.seconds, loss, rate, float(norm))
            curve.add(point)
            self._on_point(point)
        if not self._options.skip_outliers or self._state.rule.accepts(float(norm)):
            optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    def _gradients(self, learner: Any, stream: Stream) -> tuple[Tensor, int]:
        """Loss summed over this step's learned tokens, and their number, over all processes."""
        total, count = torch.zeros((), device=self._fabric.device), 0
        batches = [next(stream) for _ in range(self._options.accumulate)]
        for number, batch in enumerate(batches, 1):
            with self._fabric.no_backward_sync(learner, enabled=number < len(batches)):
                loss = learner(self._fabric.to_device(batch))
                self._fabric.backward(loss.mean / len(batches))
            total += loss.total.detach()
            count += loss.num_targets
        if self._fabric.world_size > 1:
            both = torch.stack([total, torch.tensor(float(count), device=total.device)])
            total, counted = self._fabric.all_reduce(both, reduce_op="sum")
            count = int(counted)
        return total, count

    def _clip(self, learner: Any, optimizer: Any) -> Tensor:
        """Gradient norm before clipping."""
        limit = self._options.clip_norm or math.inf
        norm = self._fabric.clip_gradients(learner, optimizer, max_norm=limit, error_if_nonfinite=False)
        assert norm is not None  # it is given wherever max_norm is
        return norm

    def _is_point(self) -> bool:
        return self._state.step % self._options.point_every_steps == 0 or self._state.step == 1

    def _check(self, loss: float) -> None:
        if math.isfinite(loss):
            return
        kept = newest_checkpoint(self._folder / "checkpoints")
        remedy = f"the newest sound checkpoint is {kept.name}" if kept else "nothing was saved yet"
        raise ModelError(
            f"step {self._state.step}: the loss is {loss}, wanted a number; lower the learning rate "
            f"({self._options.learning_rate}) or keep clipping on; {remedy}"
        )

    def _save(self, learner: nn.Module, optimizer: Any, stream: Stream) -> None:
        if self._fabric.global_rank == 0:
            state = {
                "network": learner.state_dict(),
                "optimizer": optimizer.state_dict(),
                "stream": stream.state_dict(),
                "random": torch.get_rng_state(),
                "step": self._state.step,
                "seconds": self._state.seconds,
                "tokens": self._state.tokens,
                "rule": self._state.rule.state_dict(),
            }
            save_checkpoint(self._folder / "checkpoints", self._state.step, state)
        self._fabric.barrier()

    def _resume(self, learner: nn.Module, optimizer: Any, stream: Stream) -> None:
        newest = newest_checkpoint(self._folder / "checkpoints")
        if newest is None:
            return
        found = load_checkpoint(newest)
        learner.load_state_dict(found["network"])
        optimizer.load_state_dict(found["optimizer"])
        stream.load_state_dict(found["stream"])
        torch.set_rng_state(found["random"])
        rule = OutlierRule(**found["rule"])
        self._state = _State(found["step"], found["seconds"], found["tokens"], rule)


def default_fabric(
    *, accelerator: Literal["auto", "cpu", "cuda"] = "auto", devices: int = 1, precision: str | None = None
) -> Fabric:
    """Fabric on this machine's best device; bf16 with float32 weights on a GPU, float32 on a CPU."""
    if precision is None:
        precision = "bf16-mixed" if accelerator != "cpu" and torch.cuda.is_available() else "32-true"
    fabric = Fabric(accelerator=accelerator, devices=devices, precision=precision)  # type: ignore[arg-type]
    fabric.launch()
    return fabric


def make_optimizer(learner: nn.Module, options: TrainOptions) -> torch.optim.AdamW:
    """AdamW; matrices decay, gains and biases do not."""
    learned = [weight for weight in learner.parameters() if weight.requires_grad]
    groups = [
        {"params": [weight for weight in learned if weight.ndim >= 2], "weight_decay": options.weight_decay},
        {"params": [weight for weight in learned if weight.ndim < 2], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    return torch.optim.AdamW(
        groups, lr=options.learning_rate, betas=options.betas, fused=torch.cuda.is_available()
    )
