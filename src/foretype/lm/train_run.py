"""One training from its options to a folder that `foretype model add` takes; started again it goes on.

    RUN/options.json  RUN/tokenizer.json  RUN/examples/  RUN/checkpoints/  RUN/curve.csv
    RUN/model/        RUN/run.json  RUN/run.md  RUN/loss.svg

Every process runs this, the first one alone writes. It does not know command lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch

from foretype.errors import ConfigError, ForetypeError
from foretype.lm.checkpoint_folder import save_folder
from foretype.lm.config_file import TrainConfig, TrainingTable
from foretype.lm.curve import Point, read_curve
from foretype.lm.fabric import Fabric, whole_weights
from foretype.lm.gpt import Gpt
from foretype.lm.judging import Judge, Judgement, spread
from foretype.lm.loss_plot import draw_loss
from foretype.lm.objective import Learner, NextToken
from foretype.lm.rows import RowStream
from foretype.lm.run_card import PACKAGES, commit, curve_facts, write_card
from foretype.lm.run_folder import options_of, prepare_run
from foretype.lm.schedule import Schedule
from foretype.lm.train_data import TrainData
from foretype.lm.trainer import Summary, Trainer, TrainOptions
from foretype.runtime.vocabulary import Vocabulary
from foretype.versions import installed_versions

Made = TypeVar("Made")

MODEL_FOLDER = "model"
JUDGED_ON_THE_WAY = 128  # held-out examples, some 8,000 tokens: seconds on a CPU


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who looks on: `say` hears of stages, `on_point` of steps; `should_stop` is asked before each step."""

    say: Callable[[str], None] = lambda text: None
    on_point: Callable[[Point], None] = lambda point: None
    should_stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Outcome:
    """`valid` is None where nothing judged, or where the run was stopped."""

    summary: Summary
    valid: Judgement | None
    parameters: int
    model: Path | None  # None: stopped before the end


def train(
    config: TrainConfig, fabric: Fabric, *, facts: Mapping[str, Any], watcher: Watcher = Watcher()
) -> Outcome:
    """Train as `config` says on `fabric`; `facts` (command, machine) go into the run's card as they are.

    Raises ConfigError where the run's folder belongs to other options, InputError and ModelError for data and networks
    that do not fit, StoreError for a full disk. Whatever happens, the newest checkpoint stays.
    """
    folder = config.output.folder
    prepared = _first_one_first(fabric, lambda: prepare_run(config, say=watcher.say))
    gpt, tokenizer_json, data = prepared
    training = config.training
    stream = RowStream(
        data.train,
        rows=training.rows,
        length=config.data.max_tokens,
        seed=training.seed,
        rank=fabric.global_rank,
        world=fabric.world_size,
    )
    learner = Learner(gpt, NextToken(training.label_smoothing))
    judge = Judge(
        learner,
        fabric,
        Vocabulary(tokenizer_json, num_tokens=gpt.arch.vocab_size, where="the run").token_bytes,
        rows=training.rows,
        length=config.data.max_tokens,
    )
    watcher.say("training")
    trainer = Trainer(
        trainer_options(training),
        folder,
        fabric=fabric,
        on_point=watcher.on_point,
        should_stop=watcher.should_stop,
        judge=_on_the_way(training, data, judge),
    )
    summary = trainer.fit(learner, stream)
    if not summary.finished:
        return Outcome(summary, None, gpt.num_parameters(), None)
    run = _Finished(config, fabric, judge, gpt, tokenizer_json, data, summary)
    watcher.say("judging")
    return run.close(facts, epochs=stream.epochs)


def _on_the_way(training: TrainingTable, data: TrainData, judge: Judge) -> Callable[[], float] | None:
    """Judges some held-out texts, always the same. Raises ConfigError where there are none."""
    if training.judge_every is None:
        return None
    if data.valid is None:
        raise ConfigError(
            f"training.judge_every: found {training.judge_every} and no held-out texts, wanted some; name data.valid, "
            "set data.hold_out = true, or leave it out"
        )
    sample = spread(data.valid, JUDGED_ON_THE_WAY)
    return lambda: judge(sample).nats_per_token


def _first_one_first(fabric: Fabric, make: Callable[[], Made]) -> Made:
    """What `make` gives, in the first process before all others, which find its files; its errors are everybody's."""
    made, failure = None, None
    if fabric.global_rank == 0:
        try:
            made = make()
        except ForetypeError as error:
            failure = error
    failure = fabric.broadcast(failure)
    if failure is not None:
        raise failure
    return make() if made is None else made


def trainer_options(table: TrainingTable) -> TrainOptions:
    """The loop's options out of the file's."""
    return TrainOptions(
        max_steps=table.steps,
        max_seconds=None if table.minutes is None else table.minutes * 60,
        learning_rate=table.learning_rate,
        schedule=Schedule(table.schedule, warmup=table.warmup, decay=table.decay, final=table.final),
        accumulate=table.accumulate,
        weight_decay=table.weight_decay,
        clip_norm=table.clip_norm,
        skip_outliers=table.skip_outliers,
        judge_every_steps=table.judge_every,
        checkpoint_every_s=table.checkpoint_minutes * 60,
        seed=table.seed,
    )


@dataclass(frozen=True, slots=True)
class _Finished:
    """A run that reached its end."""

    config: TrainConfig
    fabric: Fabric
    judge: Judge
    gpt: Gpt
    tokenizer_json: bytes
    data: TrainData
    summary: Summary

    def close(self, facts: Mapping[str, Any], *, epochs: float) -> Outcome:
        """Judge, save, tell."""
        valid = None if self.data.valid is None else self.judge(self.data.valid)
        folder = self.config.output.folder
        weights = whole_weights(self.gpt)  # every process has a part in it
        outcome = Outcome(self.summary, valid, _count(weights), folder / MODEL_FOLDER)
        if self.fabric.global_rank == 0:
            self._save(weights)
            points = read_curve(folder / "curve.csv")
            draw_loss(points, folder / "loss.svg")
            write_card(self._card(outcome, points, epochs=epochs) | dict(facts), folder)
        self.fabric.barrier()
        return outcome

    def _save(self, weights: Mapping[str, torch.Tensor]) -> None:
        plain, output = Gpt(self.gpt.arch), self.config.output
        plain.load_state_dict(dict(weights))
        save_folder(
            plain,
            self.tokenizer_json,
            output.folder / MODEL_FOLDER,
            licence=output.licence,
            data_card=output.data_card,
        )

    def _card(self, outcome: Outcome, points: list[Point], *, epochs: float) -> dict[str, Any]:
        summary = asdict(self.summary)
        speed = round(self.summary.tokens / max(self.summary.seconds, 1e-9))
        network = {"parameters": outcome.parameters, **asdict(self.gpt.arch)}
        return {
            "commit": commit(Path(__file__).parent),
            "versions": installed_versions(PACKAGES),
            "summary": summary | {"learned_tokens_per_second": speed, "epochs": round(epochs, 3)},
            "valid": None if outcome.valid is None else asdict(outcome.valid),
            "curve": curve_facts(points),
            "network": network,
            "data": {
                "sha256": dict(self.data.hashes),
                "train": _size(self.data, 0),
                "valid": _size(self.data, 1),
            },
            "options": options_of(self.config),
            "processes": self.fabric.world_size,
        }


def _count(weights: Mapping[str, torch.Tensor]) -> int:
    return sum(value.numel() for value in weights.values())


def _size(data: TrainData, which: int) -> dict[str, int] | None:
    """Examples and tokens of one of the two parts."""
    part = (data.train, data.valid)[which]
    return None if part is None else {"examples": len(part), "tokens": int(part.starts[-1])}
