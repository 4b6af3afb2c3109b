"""What `foretype train` is told: a TOML file of five tables, each a frozen value; unknown keys are refused.

    [data]       which texts, and who of their authors judges
    [tokenizer]  a file, or how many tokens to learn
    [network]    its shape, or the checkpoint to go on from
    [training]   how long and how
    [output]     where, and what is said about it

It does not know torch: a typing error is told at once.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from foretype.errors import ConfigError

HEAD_STEP = 16  # what the kernel that runs the exported network takes
Strategy = Literal["one", "copies", "pieces"]
Accelerator = Literal["auto", "cpu", "cuda"]
Shape = Literal["wsd", "cosine"]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class DataTable:
    """Texts: JSON Lines corpora, or folders of examples."""

    train: tuple[Path, ...]
    valid: tuple[Path, ...] = ()
    hold_out: bool = True  # without `valid`: some authors of `train`, told by a hash, judge instead of teach
    max_tokens: int = 256  # of an example; a longer text is several
    limit: int | None = None  # documents of each file that are read, for a trial; None: all


@dataclass(frozen=True, slots=True)
class TokenizerTable:
    """A tokenizer.json with foretype's markers, or how many tokens to learn from the training texts."""

    file: Path | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class NetworkTable:
    """The shape of a Llama-type network; `start_from` is a checkpoint whose shape and weights are taken."""

    start_from: Path | None = None
    layers: int = 4
    width: int = 256
    mlp: int | None = None  # None: 8/3 of the width
    heads: int = 4
    kv_heads: int | None = None  # None: as many as heads; 1: multi-query
    context: int = 512
    rotary: bool = True
    window: int | None = None
    tied: bool = True


@dataclass(frozen=True, slots=True)
class TrainingTable:
    """How long (`steps` or `minutes`, whichever ends first) and how; see lm/trainer.py."""

    steps: int | None = None
    minutes: float | None = None
    rows: int = 16  # of a batch, in each process
    accumulate: int = 1
    learning_rate: float = 1e-3
    schedule: Shape = "wsd"
    warmup: float = 0.02
    decay: float = 0.3
    final: float = 0.0
    weight_decay: float = 0.1
    clip_norm: float = 1.0
    skip_outliers: bool = False
    label_smoothing: float = 0.0
    checkpoint_minutes: float = 1.0
    judge_every: int | None = None  # steps; None: held-out texts judge at the end alone
    seed: int = 0
    accelerator: Accelerator = "auto"
    precision: str | None = None  # None: bf16-mixed on a GPU, 32-true on a CPU
    devices: int = 1
    machines: int = 1
    strategy: Strategy = "copies"  # of more than one device: the whole network in each, or pieces of it


@dataclass(frozen=True, slots=True)
class OutputTable:
    """The run's folder, and what its model says about itself."""

    folder: Path
    licence: str | None = None
    data_card: str = "not told"


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """The whole file."""

    data: DataTable
    training: TrainingTable
    output: OutputTable
    tokenizer: TokenizerTable = field(default_factory=TokenizerTable)
    network: NetworkTable = field(default_factory=NetworkTable)


def read_config(file: Path) -> TrainConfig:
    """The options in a TOML file; paths are relative to it. Raises ConfigError with the key that is wrong."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror}); name a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not valid TOML ({error}); mend that line") from error
    config = _table(found, TrainConfig, _Place(file.absolute()))
    _refuse_contradictions(config, file)
    return config


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in which file."""

    file: Path
    keys: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}: {'.'.join(self.keys)}" if self.keys else str(self.file)

    def below(self, key: str) -> _Place:
        return _Place(self.file, (*self.keys, key))


def _table(found: object, kind: type[Value], place: _Place) -> Value:
    """A value of `kind` out of a TOML table."""
    if not isinstance(found, dict):
        raise ConfigError(
            f"{place}: found {found!r}, wanted a table; write [{place.keys[-1]}] above its keys"
        )
    known: dict[str, Field[Any]] = {entry.name: entry for entry in fields(kind)}  # type: ignore[arg-type]
    for key in found:
        if key not in known:
            raise ConfigError(f"{place.below(key)}: there is no such option; {_suggestion(key, known)}")
    for name, entry in known.items():
        if entry.default is MISSING and entry.default_factory is MISSING and name not in found:
            raise ConfigError(f"{place.below(name)}: found nothing, wanted a value; add it")
    hints = get_type_hints(kind)
    return kind(**{key: _value(value, hints[key], place.below(key)) for key, value in found.items()})


def _suggestion(key: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"


def _value(found: Any, kind: Any, place: _Place) -> Any:
    """`found` as the type that is wanted there."""
    if get_origin(kind) is UnionType:  # X | None; TOML knows no null
        kind = get_args(kind)[0]
    if isinstance(kind, type) and hasattr(kind, "__dataclass_fields__"):
        return _table(found, kind, place)
    if get_origin(kind) is tuple:
        one = [found] if isinstance(found, str) else found
        if isinstance(one, list) and one:
            return tuple(_value(part, Path, place) for part in one)
    elif get_origin(kind) is Literal:
        if found in get_args(kind):
            return found
    elif kind is Path and isinstance(found, str):
        return Path(os.path.normpath(place.file.parent / Path(found).expanduser()))
    elif kind is float and type(found) in (int, float):
        return float(found)
    elif type(found) is kind:
        return found
    raise ConfigError(f"{place}: found {found!r}, wanted {_named(kind)}; mend it or leave it out")


def _named(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return " or ".join(map(repr, get_args(kind)))
    names = {int: "a whole number", float: "a number", bool: "true or false", str: "a text", Path: "a path"}
    return names.get(kind, "a list of paths")


def _refuse_contradictions(config: TrainConfig, file: Path) -> None:
    """Raise ConfigError for what no run can be."""
    has_start, own = config.network.start_from is not None, config.tokenizer
    given = sum((own.file is not None, own.size is not None, has_start))
    if given != 1:
        what = "tokenizer.file, tokenizer.size and network.start_from"
        raise ConfigError(f"{file}: found {given} of {what}, wanted one: that is where tokens come from")
    if has_start and config.network != NetworkTable(start_from=config.network.start_from):
        raise ConfigError(
            f"{file}: network: found a shape beside start_from, wanted one of them; "
            "a checkpoint brings its own shape"
        )
    if config.training.steps is None and config.training.minutes is None:
        raise ConfigError(f"{file}: training: found no end, wanted steps or minutes; give one of them")
    _refuse_sizes(config, file)


def _refuse_sizes(config: TrainConfig, file: Path) -> None:
    """Raise ConfigError for numbers that must be more than nothing, and for heads that do not share the width."""
    for name, table in (("data", config.data), ("network", config.network), ("training", config.training)):
        for entry in fields(table):  # type: ignore[arg-type]
            value = getattr(table, entry.name)
            may_be_zero = entry.name in MAY_BE_ZERO or isinstance(value, bool)
            if isinstance(value, int | float) and not may_be_zero and not value > 0:
                raise ConfigError(f"{file}: {name}.{entry.name}: found {value}, wanted more than 0; mend it")
    network = config.network
    if network.width % (HEAD_STEP * network.heads) or network.heads % (network.kv_heads or network.heads):
        raise ConfigError(
            f"{file}: network: found width {network.width}, heads {network.heads}, kv_heads {network.kv_heads}; "
            f"wanted a multiple of {HEAD_STEP} for each head, and as many heads for each kv_head; mend one of them"
        )
    if config.data.max_tokens > network.context and network.start_from is None:
        raise ConfigError(
            f"{file}: data.max_tokens: found {config.data.max_tokens}, wanted at most network.context, "
            f"{network.context}; lower the one or raise the other"
        )


MAY_BE_ZERO = frozenset(
    {"warmup", "decay", "final", "weight_decay", "label_smoothing", "seed", "checkpoint_minutes"}
)
