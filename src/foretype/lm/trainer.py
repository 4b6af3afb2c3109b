"""The training loop, on Lightning Fabric: devices, bf16, accumulation, clipping, schedule, checkpoints, exact resume.

    trainer = Trainer(options, folder)
    summary = trainer.fit(learner, stream)

A run is a folder: checkpoints/, curve.csv. Started again with the same options it goes on where it stopped, with the same
curve. It does not know what is learned (objective.py) nor from what (rows.py).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn
from torch.distributed.tensor import DTensor

from foretype.errors import ModelError
from foretype.lm.checkpoints import newest_checkpoint
from foretype.lm.curve import Curve, Point
from foretype.lm.fabric import Fabric, default_fabric
from foretype.lm.optimizer import make_optimizer, scale_gradients
from foretype.lm.outliers import OutlierRule
from foretype.lm.saving import Keeper
from foretype.lm.train_options import TrainOptions

__all__ = ["Stream", "Summary", "TrainOptions", "Trainer", "default_fabric"]


class Stream(Protocol):
    """Batches without end, and where they stand."""

    def __next__(self) -> Any: ...

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any]) -> None: ...


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
    finished: bool = True  # False: it was asked to stop, and goes on when it is started again


class _Turn(NamedTuple):
    """What the first process decides for all, before each step: they must save and stop together."""

    progress: float  # share of the run that is done
    save: bool
    stop: bool


class _Step(NamedTuple):
    """What a step found out, still on the device: reading it would wait for the device."""

    loss: Tensor  # mean nats a learned token, over all processes
    norm: Tensor  # of the gradients, before clipping


class Trainer:
    """One run in one folder."""

    def __init__(
        self,
        options: TrainOptions,
        folder: Path,
        *,
        fabric: Fabric | None = None,
        on_point: Callable[[Point], None] = lambda point: None,
        should_stop: Callable[[], bool] = lambda: False,
        judge: Callable[[], float] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`judge` gives the network's loss on held-out texts, as it is between two steps; its time is not counted."""
        self._options = options
        self._folder = folder
        self._fabric = fabric or default_fabric()
        self._on_point = on_point
        self._should_stop = should_stop
        self._judge = judge
        self._clock = clock
        self._state = _State()
        self._latest: _Step | None = None

    def fit(self, learner: nn.Module, stream: Stream) -> Summary:
        """Train until the end, or until `should_stop` says so; then all is kept, to go on later.

        The network is changed in place. Raises ModelError when the loss is no number, StoreError when the disk is full;
        what was reached stays in the newest checkpoint, whatever happens.
        """
        self._seed()
        wrapped = self._fabric.setup_module(learner)
        optimizer = self._fabric.setup_optimizers(self._optimizer(learner))
        keeper = Keeper(self._fabric, self._folder / "checkpoints", learner=learner, optimizer=optimizer)
        self._resume(keeper, stream)
        curve = self._curve()
        saved_at = self._clock()
        while not (turn := self._turn(saved_at)).stop:
            if turn.save:
                self._save(keeper, stream)
                saved_at = self._clock()
            began = self._clock()
            rate = self._step(wrapped, optimizer, stream, progress=turn.progress)
            self._state.seconds += self._clock() - began
            if self._is_point():
                self._point(curve, rate)
        self._save(keeper, stream)
        state, loss = self._state, curve.recent_loss() if curve else math.nan
        return Summary(state.step, state.seconds, state.tokens, loss, finished=turn.progress >= 1.0)

    def _optimizer(self, learner: nn.Module) -> torch.optim.Optimizer:
        options = self._options
        return make_optimizer(
            learner,
            learning_rate=options.learning_rate,
            weight_decay=options.weight_decay,
            betas=options.betas,
        )

    def _turn(self, saved_at: float) -> _Turn:
        """The first process's clock and signals count for all."""
        progress = self._progress()
        due = self._clock() - saved_at >= self._options.checkpoint_every_s
        turn = _Turn(progress, due, progress >= 1.0 or self._should_stop())
        return turn if self._fabric.world_size == 1 else self._fabric.broadcast(turn)

    def _progress(self) -> float:
        options, state = self._options, self._state
        by_step = state.step / options.max_steps if options.max_steps else 0.0
        by_time = state.seconds / options.max_seconds if options.max_seconds else 0.0
        return max(by_step, by_time)

    def _step(self, learner: Any, optimizer: Any, stream: Stream, *, progress: float) -> float:
        """One step; its learning rate."""
        self._seed()
        rate = self._options.learning_rate * self._options.schedule.factor(progress)
        for group in optimizer.param_groups:
            group["lr"] = rate
        total, count = self._gradients(learner, stream)
        norm = self._clip(learner, optimizer)
        self._latest = _Step(total / max(count, 1), norm)
        self._state.step += 1
        self._state.tokens += count
        if self._is_point():
            self._check()
        if not self._options.skip_outliers or self._state.rule.accepts(float(norm)):
            optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return rate

    def _seed(self) -> None:
        """Chance in a step is a function of seed, step and process: there is no state of it to keep."""
        torch.manual_seed(
            (self._options.seed * 1_000_003 + self._state.step) * 1009 + self._fabric.global_rank
        )

    def _gradients(self, learner: Any, stream: Stream) -> tuple[Tensor, int]:
        """Loss summed over this step's learned tokens, and their number, over all batches and processes.

        The gradient left behind is that of their mean, however unevenly the tokens are spread.
        """
        total, count = torch.zeros((), device=self._fabric.device), 0
        batches = [next(stream) for _ in range(self._options.accumulate)]
        for number, batch in enumerate(batches, 1):
            with self._fabric.no_backward_sync(learner, enabled=number < len(batches)):
                loss = learner(self._fabric.to_device(batch))
                self._fabric.backward(loss.total)
            total += loss.total.detach()
            count += loss.num_targets
        world = self._fabric.world_size
        if world > 1:
            both = torch.stack([total.double(), torch.tensor(float(count), device=total.device).double()])
            total, counted = self._fabric.all_reduce(both, reduce_op="sum")
            count = int(counted)
        scale_gradients(learner.parameters(), world / max(count, 1))  # processes' gradients were averaged
        return total, count

    def _clip(self, learner: Any, optimizer: Any) -> Tensor:
        """Gradient norm before clipping."""
        limit = self._options.clip_norm or math.inf
        norm = self._fabric.clip_gradients(learner, optimizer, max_norm=limit, error_if_nonfinite=False)
        assert norm is not None  # it is given wherever max_norm is
        return norm.full_tensor() if isinstance(norm, DTensor) else norm

    def _is_point(self) -> bool:
        step = self._state.step
        return step % self._options.point_every_steps == 0 or step == 1 or self._is_judged()

    def _is_judged(self) -> bool:
        """A matter of the step alone, so that all processes agree."""
        every = self._options.judge_every_steps
        return every is not None and self._state.step % every == 0

    def _point(self, curve: Curve | None, rate: float) -> None:
        valid = self._judge() if self._judge is not None and self._is_judged() else None
        if curve is None or self._latest is None:
            return
        state, loss, norm = self._state, float(self._latest.loss), float(self._latest.norm)
        point = Point(state.step, state.tokens, state.seconds, loss, rate, norm, valid)
        curve.add(point)
        self._on_point(point)

    def _check(self) -> None:
        """Raise ModelError when the last step found no numbers: its weights are not worth keeping."""
        if self._latest is None:
            return
        loss, norm = float(self._latest.loss), float(self._latest.norm)
        if math.isfinite(loss) and (math.isfinite(norm) or self._options.skip_outliers):
            return
        kept = newest_checkpoint(self._folder / "checkpoints")
        remedy = f"the newest sound checkpoint is {kept.name}" if kept else "nothing was saved yet"
        raise ModelError(
            f"step {self._state.step}: the loss is {loss} and its gradient's norm {norm}, wanted numbers; lower the "
            f"learning rate ({self._options.learning_rate}) or keep clipping on; {remedy}"
        )

    def _save(self, keeper: Keeper, stream: Stream) -> None:
        self._check()
        state = self._state
        facts = {"step": state.step, "seconds": state.seconds, "tokens": state.tokens}
        keeper.save(state.step, {**facts, "stream": stream.state_dict(), "rule": state.rule.state_dict()})

    def _resume(self, keeper: Keeper, stream: Stream) -> None:
        found = keeper.restore()
        if found is not None:
            stream.load_state_dict(found["stream"])
            rule = OutlierRule(**found["rule"])
            self._state = _State(found["step"], found["seconds"], found["tokens"], rule)

    def _curve(self) -> Curve | None:
        """The first process's alone: one file has one writer."""
        if self._fabric.global_rank:
            return None
        return Curve(self._folder / "curve.csv", after_step=self._state.step)
