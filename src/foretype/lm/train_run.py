"""One training from its options to a folder that `foretype model add` takes; started again it goes on.

    RUN/options.json  RUN/tokenizer.json  RUN/examples/  RUN/checkpoints/  RUN/curve.csv
    RUN/model/        RUN/run.json  RUN/run.md  RUN/loss.svg

Every process runs this, the first one alone writes. It does not know command lines.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from foretype.errors import ConfigError, ModelError
from foretype.lm.byte_pairs import train_tokenizer
from foretype.lm.checkpoint_folder import load_gpt, save_folder
from foretype.lm.config_file import NetworkTable, TrainConfig, TrainingTable
from foretype.lm.curve import Point, read_curve
from foretype.lm.examples import Codec, open_codec
from foretype.lm.fabric import Fabric, whole_weights
from foretype.lm.gpt import Gpt
from foretype.lm.judging import Judgement, judge
from foretype.lm.loss_plot import draw_loss
from foretype.lm.objective import Learner, NextToken
from foretype.lm.rows import RowStream
from foretype.lm.run_card import commit, curve_facts, versions, write_card
from foretype.lm.schedule import Schedule
from foretype.lm.train_data import TrainData, prepare_data, texts_to_learn
from foretype.lm.trainer import Summary, Trainer, TrainOptions
from foretype.runtime.architecture import Architecture
from foretype.runtime.vocabulary import Vocabulary

MODEL_FOLDER, OPTIONS_FILE = "model", "options.json"
NORM_EPSILON, ROPE_THETA = 1e-5, 10_000.0  # Llama's
MLP_STEP = 32  # a quantised block


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
    with fabric.rank_zero_first():  # the others find what the first one made
        begun = _was_begun(folder, config)
        gpt, tokenizer_json, codec = _network(config, folder, watcher, begun=begun)
        data = prepare_data(config.data, codec, folder / "examples", say=watcher.say)
        if not begun:  # from here on the folder is this run's
            options = json.dumps(options_of(config), indent=2) + "\n"
            (folder / OPTIONS_FILE).write_text(options, encoding="utf-8")
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
    watcher.say("training")
    trainer = Trainer(
        trainer_options(training),
        folder,
        fabric=fabric,
        on_point=watcher.on_point,
        should_stop=watcher.should_stop,
    )
    summary = trainer.fit(learner, stream)
    if not summary.finished:
        return Outcome(summary, None, gpt.num_parameters(), None)
    run = _Finished(config, fabric, learner, gpt, tokenizer_json, data, summary)
    watcher.say("judging")
    return run.close(facts, epochs=stream.epochs)


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
        checkpoint_every_s=table.checkpoint_minutes * 60,
        seed=table.seed,
    )


def architecture(table: NetworkTable, vocab_size: int) -> Architecture:
    """The network's shape for a vocabulary.

    >>> architecture(NetworkTable(width=256, heads=4), 4096).mlp_size
    704
    """
    return Architecture(
        vocab_size=vocab_size,
        hidden_size=table.width,
        mlp_size=table.mlp or -(-table.width * 8 // 3 // MLP_STEP) * MLP_STEP,
        num_layers=table.layers,
        num_heads=table.heads,
        num_kv_heads=table.kv_heads or table.heads,
        head_size=table.width // table.heads,
        context_length=table.context,
        norm_epsilon=NORM_EPSILON,
        rope_theta=ROPE_THETA,
        rope_scaling=None,
        tied_head=table.tied,
        rotary=table.rotary,
        sliding_window=table.window,
    )


@dataclass(frozen=True, slots=True)
class _Finished:
    """A run that reached its end."""

    config: TrainConfig
    fabric: Fabric
    learner: Learner
    gpt: Gpt
    tokenizer_json: bytes
    data: TrainData
    summary: Summary

    def close(self, facts: Mapping[str, Any], *, epochs: float) -> Outcome:
        """Judge, save, tell."""
        valid, folder = self._judged(), self.config.output.folder
        weights = whole_weights(self.gpt)  # every process has a part in it
        outcome = Outcome(self.summary, valid, _count(weights), folder / MODEL_FOLDER)
        if self.fabric.global_rank == 0:
            self._save(weights)
            points = read_curve(folder / "curve.csv")
            draw_loss(points, folder / "loss.svg")
            write_card(self._card(outcome, points, epochs=epochs) | dict(facts), folder)
        self.fabric.barrier()
        return outcome

    def _judged(self) -> Judgement | None:
        if self.data.valid is None:
            return None
        spelled = Vocabulary(
            self.tokenizer_json, num_tokens=self.gpt.arch.vocab_size, where="the run"
        ).token_bytes
        rows, length = self.config.training.rows, self.config.data.max_tokens
        self.learner.objective = NextToken()
        return judge(
            self.learner, self.data.valid, self.fabric, token_bytes=spelled, rows=rows, length=length
        )

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
            "versions": versions(),
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


def options_of(config: TrainConfig) -> dict[str, Any]:
    """The options as JSON; the output's folder is not one of them: a run may be moved."""
    found: dict[str, Any] = json.loads(json.dumps(asdict(config), default=lambda path: path.name))
    del found["output"]["folder"]
    return found


def _was_begun(folder: Path, config: TrainConfig) -> bool:
    """Whether the folder holds this run. Raises ConfigError where it holds another."""
    file = folder / OPTIONS_FILE
    if not file.exists():
        return False
    found = json.loads(file.read_text(encoding="utf-8"))
    for table, options in options_of(config).items():
        for name, value in options.items():
            before = found.get(table, {}).get(name)
            if before != value and table != "output":
                raise ConfigError(
                    f"{folder}: found a run with {table}.{name} = {before!r}, wanted {value!r}; a run goes on with "
                    "its own options: put that one back, or name a new output.folder"
                )
    return True


def _network(config: TrainConfig, folder: Path, watcher: Watcher, *, begun: bool) -> tuple[Gpt, bytes, Codec]:
    """The network to train and its tokenizer, whose file is put into the run's folder."""
    table, file = config.network, folder / "tokenizer.json"
    gpt = None
    if table.start_from is not None:
        gpt, tokenizer_json = load_gpt(table.start_from)
    elif config.tokenizer.file is not None:
        tokenizer_json = _bytes_of(config.tokenizer.file)
    elif begun:
        tokenizer_json = file.read_bytes()
    else:
        watcher.say("learning a tokenizer")
        assert config.tokenizer.size is not None  # config_file.py asked for one of the three
        tokenizer_json = train_tokenizer(texts_to_learn(config.data), size=config.tokenizer.size)
    if not begun:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(tokenizer_json)
    codec = open_codec(file)
    if gpt is not None:
        _check_fits(gpt.arch, codec, config)
    else:
        torch.manual_seed(config.training.seed)
        gpt = Gpt(architecture(table, codec.tokenizer.get_vocab_size()))
    return gpt, tokenizer_json, codec


def _check_fits(arch: Architecture, codec: Codec, config: TrainConfig) -> None:
    """Raise ModelError where a checkpoint cannot read what it would be given."""
    where, num_tokens = config.network.start_from, codec.tokenizer.get_vocab_size()
    if num_tokens > arch.vocab_size:
        raise ModelError(
            f"{where}: found {num_tokens:,} tokens in tokenizer.json, wanted at most {arch.vocab_size:,}, the network's; "
            "take the tokenizer that it was trained with"
        )
    if config.data.max_tokens > arch.context_length:
        raise ModelError(
            f"{where}: found a network that reads {arch.context_length} tokens, wanted {config.data.max_tokens}; "
            "lower data.max_tokens"
        )


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror}); name a tokenizer.json") from error


def _count(weights: Mapping[str, torch.Tensor]) -> int:
    return sum(value.numel() for value in weights.values())


def _size(data: TrainData, which: int) -> dict[str, int] | None:
    """Examples and tokens of one of the two parts."""
    part = (data.train, data.valid)[which]
    return None if part is None else {"examples": len(part), "tokens": int(part.starts[-1])}
