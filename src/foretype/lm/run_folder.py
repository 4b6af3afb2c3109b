"""What a run's folder holds before the first step: tokenizer, examples, the options it belongs to; and the network.

Made at the first start of a command, taken at the next. It does not know how anything is trained.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from foretype.errors import ConfigError, ModelError
from foretype.lm.byte_pairs import train_tokenizer
from foretype.lm.checkpoint_folder import load_gpt
from foretype.lm.config_file import NetworkTable, TrainConfig
from foretype.lm.examples import Codec, open_codec
from foretype.lm.gpt import Gpt
from foretype.lm.train_data import TrainData, prepare_data, texts_to_learn
from foretype.runtime.architecture import Architecture

OPTIONS_FILE = "options.json"
NORM_EPSILON, ROPE_THETA = 1e-5, 10_000.0  # Llama's
MLP_STEP = 32  # a quantised block


def prepare_run(config: TrainConfig, *, say: Callable[[str], None]) -> tuple[Gpt, bytes, TrainData]:
    """Network, tokenizer.json and examples; from then on the folder is this run's.

    Raises ConfigError where the folder belongs to other options, InputError and ModelError for texts, tokenizers and
    checkpoints that do not fit.
    """
    folder = config.output.folder
    begun = _was_begun(folder, config)
    gpt, tokenizer_json, codec = _network(config, folder, say, begun=begun)
    data = prepare_data(config.data, codec, folder / "examples", say=say)
    if not begun:
        options = json.dumps(options_of(config), indent=2) + "\n"
        (folder / OPTIONS_FILE).write_text(options, encoding="utf-8")
    return gpt, tokenizer_json, data


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


def _network(
    config: TrainConfig, folder: Path, say: Callable[[str], None], *, begun: bool
) -> tuple[Gpt, bytes, Codec]:
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
        say("learning a tokenizer")
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
