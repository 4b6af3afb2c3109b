"""`foretype train`: a network from texts, as a TOML file says; or `--mail`, which train_mail.py does.

Progress goes to stderr, one JSON line to stdout. Stopped with Ctrl+C it keeps all, and the same command goes on. It does
not know how anything is trained.
"""

from __future__ import annotations

import argparse
import json
import logging
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from foretype.cli.train_mail import add_mail_options, run_mail
from foretype.cli.training_bar import TrainingBar
from foretype.errors import ConfigError, ForetypeError, InputError
from foretype.evals.machine import this_machine

if TYPE_CHECKING:
    from foretype.lm.config_file import TrainConfig
    from foretype.lm.curve import Point
    from foretype.lm.fabric import Fabric
    from foretype.lm.train_run import Outcome

ERROR, STOPPED = 2, 130  # exit status, as __main__.py has it


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype train`."""
    parser = subparsers.add_parser("train", help="train a network on your texts")
    parser.add_argument("config", nargs="?", type=Path, metavar="CONFIG", help="a TOML file that says all")
    parser.add_argument("--ray", metavar="ADDRESS", help="train CONFIG on this Ray cluster, or on `local`")
    parser.add_argument(
        "--workers", type=int, default=2, help="workers of the cluster that take part (default %(default)s)"
    )
    add_mail_options(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Train on a mailbox or as a file says."""
    if (args.config is None) == (args.mail is None):
        raise InputError("train: wanted either CONFIG or --mail PATH; `foretype train --help` tells of both")
    if args.config is None:
        return run_mail(args)
    return run_config(args.config) if args.ray is None else run_ray(args)


def run_ray(args: argparse.Namespace) -> int:
    """Train on a cluster; no progress is drawn, curve.csv in the run's folder grows."""
    _need_torch()
    from foretype.lm.config_file import read_config
    from foretype.lm.ray_train import train_on_ray

    config = read_config(args.config)
    with Console(stderr=True).status(f"training on {args.workers} workers"):
        found = train_on_ray(config, address=args.ray, workers=args.workers, facts=_facts())
    print(json.dumps(found))
    return 0


def run_config(file: Path) -> int:
    """Train, judge, save; status 130 when it was asked to stop."""
    _need_torch()
    from foretype.lm.config_file import read_config

    config = read_config(file)
    fabric = _fabric(config)
    try:
        return _run_here(config, fabric)
    except ForetypeError:
        if fabric.global_rank == 0:
            raise
        return ERROR  # the first process tells


def _run_here(config: TrainConfig, fabric: Fabric) -> int:
    from foretype.lm.train_run import train

    console = Console(stderr=True, quiet=fabric.global_rank > 0)
    facts = _facts()
    with TrainingBar(console) as bar, _Screen(config, bar).stoppable() as screen:
        outcome = train(config, fabric, facts=facts, watcher=screen.watcher())
    if outcome.model is None:
        console.print(
            f"stopped after step {outcome.summary.steps:,}; all is kept, and the same command goes on from there"
        )
        return STOPPED
    _show(outcome, console)
    if fabric.global_rank == 0:
        print(json.dumps(_line(outcome)))
    return 0


class _Screen:
    """Draws the run on a bar, and hears Ctrl+C: once, it stops after a step; twice, at once."""

    def __init__(self, config: TrainConfig, bar: TrainingBar) -> None:
        self._config = config
        self._bar = bar
        self._training = self._asked = False
        self._valid = ""  # what was judged last

    def watcher(self) -> Any:
        from foretype.lm.train_run import Watcher

        return Watcher(self._say, self._on_point, lambda: self._asked)

    @contextmanager
    def stoppable(self) -> Iterator[_Screen]:
        """Signals come here as long as the block runs."""
        heard = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(number, self._stop) for number in heard]
        try:
            yield self
        finally:
            for number, handler in zip(heard, before, strict=True):
                signal.signal(number, handler)

    def _say(self, stage: str) -> None:
        self._training = stage == "training"
        self._bar.begin(stage)

    def _on_point(self, point: Point) -> None:
        options = self._config.training
        by_step = point.step / options.steps if options.steps else 0.0
        by_time = point.seconds / (options.minutes * 60) if options.minutes else 0.0
        speed = point.tokens / max(point.seconds, 1e-9)
        if point.valid_loss is not None:
            self._valid = f" ({point.valid_loss:.3f} held out)"
        note = f"step {point.step:,}, loss {point.loss:.3f}{self._valid}, {speed:,.0f} tokens/s"
        self._bar.advance(max(by_step, by_time), note)

    def _stop(self, *_: object) -> None:
        if self._asked or not self._training:
            raise KeyboardInterrupt
        self._asked = True


def _need_torch() -> None:
    """Raise ConfigError where the train extra is not installed."""
    try:
        import foretype.lm.train_run  # noqa: F401  torch takes seconds to import: only here
    except ImportError as error:
        raise ConfigError(
            f"training: found no {error.name}, wanted the train extra; pip install 'foretype[train]'"
        ) from error


def _fabric(config: TrainConfig) -> Fabric:
    from foretype.lm.fabric import default_fabric, sharded_fabric

    for name in ("lightning_fabric", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.WARNING)
    options = config.training
    make = sharded_fabric if options.strategy == "pieces" else default_fabric
    return make(
        accelerator=options.accelerator,
        devices=options.devices,
        num_nodes=options.machines,
        precision=options.precision,
    )


def _facts() -> dict[str, Any]:
    return {"command": _command(), "machine": asdict(this_machine())}


def _command() -> str:
    """What was typed, without this machine's folders."""
    return shlex.join(["foretype", *(Path(word).name if "/" in word else word for word in sys.argv[1:])])


def _show(outcome: Outcome, console: Console) -> None:
    summary, valid = outcome.summary, outcome.valid
    spent = time.strftime("%H:%M:%S", time.gmtime(summary.seconds))
    console.print(
        f"{outcome.parameters:,} parameters, {summary.steps:,} steps, {summary.tokens:,} learned tokens, {spent}"
    )
    if valid is not None:
        console.print(f"held-out texts: {valid.bits_per_char:.3f} bits a character over {valid.chars:,}")
    console.print(f"the network is in {outcome.model}; `foretype model add {outcome.model}` installs it")


def _line(outcome: Outcome) -> dict[str, Any]:
    return {
        "parameters": outcome.parameters,
        "summary": asdict(outcome.summary),
        "valid": None if outcome.valid is None else asdict(outcome.valid),
        "model": str(outcome.model),
    }
