"""`foretype prefer DATA --out FOLDER`: an adapter that was shown what was suggested wrongly; kept if it saves more keys.

Progress and the table go to stderr, one JSON line to stdout. The pairs hold text, so they are written nowhere. It does
not know how anything is trained or measured.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console

from foretype.assemble import GGUF, model_path
from foretype.cli.opening import add_model_option
from foretype.cli.preferred import outcome_facts, outcome_table
from foretype.cli.training_bar import TrainingBar
from foretype.config import Settings, load_settings
from foretype.errors import ConfigError, InputError, ModelError

if TYPE_CHECKING:
    from foretype.evals.preference_job import Plan
    from foretype.lm.preference_run import Recipe

NOT_KEPT = 1  # exit status: all went well, and nothing was kept since it did not help
ABOVE_ZERO = ("limit", "judge", "passes", "learning_rate")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype prefer`."""
    parser = subparsers.add_parser("prefer", help="train an adapter on what was suggested wrongly")
    parser.add_argument("data", type=Path, nargs="+", help=".jsonl or .jsonl.xz files (mail or chat rows)")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the adapter is kept")
    parser.add_argument(
        "--own",
        action="store_true",
        help="all of it is your own, judged by each writer's last fifth "
        "(default: of the authors that training holds out, one in four judges what the others trained)",
    )
    parser.add_argument(
        "--recipe",
        action="append",
        metavar="AIM[:BETA]",
        help="dpo, dpo+chosen, chosen or messages; give several to compare them (default dpo+chosen:0.1)",
    )
    parser.add_argument(
        "--limit", type=int, default=250, help="messages of each file that make pairs (default %(default)s)"
    )
    parser.add_argument(
        "--judge", type=int, default=40, help="messages of each file to judge by (default %(default)s)"
    )
    parser.add_argument(
        "--passes", type=float, default=3.0, help="over the messages that make pairs (default %(default)s)"
    )
    parser.add_argument(
        "--learning-rate", type=float, default=5e-4, help="at its highest (default %(default)s)"
    )
    add_model_option(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Make pairs, train, compare, keep the best. Status 1 when none saves more keys."""
    console = Console(stderr=True)
    settings = load_settings(model=args.model)
    plan = _plan(args, settings)
    from foretype.evals.preference_job import PreferenceJob  # torch takes seconds to import: only here

    with TemporaryDirectory(prefix="foretype-prefer-") as scratch:
        with TrainingBar(console) as bar:
            job = PreferenceJob(plan, settings, Path(scratch), bar)
            outcome = job.run()
        if outcome.helped:
            job.keep(outcome.best.name, args.out)
    console.print(outcome_table(outcome))
    console.print(_verdict(outcome.best.name, args.out, helped=outcome.helped))
    print(json.dumps({**outcome_facts(outcome), "kept": str(args.out) if outcome.helped else None}))
    return 0 if outcome.helped else NOT_KEPT


def _plan(args: argparse.Namespace, settings: Settings) -> Plan:
    """What is asked for. Raises InputError, ModelError, and ConfigError without the train extra."""
    for name in ABOVE_ZERO:
        if not getattr(args, name) > 0:
            option = name.replace("_", "-")
            raise InputError(f"--{option}: found {getattr(args, name)}, wanted a number above 0")
    if args.out.exists() and not (args.out / "adapter_config.json").exists():
        raise InputError(
            f"--out: found {args.out}, which holds something else; name a folder that is not there"
        )
    try:
        from foretype.evals.preference_job import Plan
    except ImportError as error:
        raise ConfigError(
            f"training: found no {error.name}, wanted the train extra; pip install 'foretype[train]'"
        ) from error
    return Plan(
        args.data,
        _model(settings),
        [_recipe(told, args) for told in args.recipe or ["dpo+chosen:0.1"]],
        own=args.own,
        num_learned=args.limit,
        num_judged=args.judge,
    )


def _recipe(told: str, args: argparse.Namespace) -> Recipe:
    from foretype.lm.preference_run import Aim, Recipe

    name, _, beta = told.partition(":")
    try:
        return Recipe(
            Aim(name), beta=_beta(beta or "0.1"), learning_rate=args.learning_rate, passes=args.passes
        )
    except ValueError as error:
        raise InputError(
            f"--recipe: found {told!r}, wanted {', '.join(Aim)}, perhaps with a beta above 0 such as dpo:0.3"
        ) from error


def _beta(told: str) -> float:
    found = float(told)
    if not 0 < found < float("inf"):
        raise ValueError(told)
    return found


def _model(settings: Settings) -> Path:
    """The directory of the model that serves. Raises ModelError for one that takes no adapter."""
    found = model_path(settings)
    if found is None or found.suffix == GGUF:
        raise ModelError(
            f"found {'no language model' if found is None else found}, wanted an installed one that takes adapters; "
            "`foretype model list` shows those"
        )
    return found


def _verdict(name: str, out: Path, *, helped: bool) -> str:
    if helped:
        return f"{name} saves most; its adapter is in {out}, `foretype adapter add {out}` installs it"
    return "none saves more keys than the model as it was; nothing was kept"
