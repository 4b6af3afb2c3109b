"""`foretype experiment`: compare ways of suggesting on users, while the server runs; it follows within a minute.

Works on the data folder that the server has. It does not know how arms are compared.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from foretype.assemble import ADAPTERS_FOLDER, ranker_versions
from foretype.config import Settings, load_settings
from foretype.errors import InputError
from foretype.rank.cluster.membership import Membership
from foretype.rank.experiments.book import Book
from foretype.rank.experiments.plan import Arm, Experiment, Treatment
from foretype.rank.experiments.verdict import Reading, Verdict, verdict_of
from foretype.runtime.adapter_shelf import AdapterShelf

CHANGES = {"ranker": str, "coverage": float, "delay": int, "adapter": str}
MEMBERS = {"delay": "delay_ms"}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype experiment`."""
    parser = subparsers.add_parser("experiment", help="compare ways of suggesting on the server's users")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    start = verbs.add_parser("start", help="give a share of the users something else")
    start.add_argument("name", metavar="NAME")
    start.add_argument(
        "--arm",
        action="append",
        required=True,
        metavar="ARM:KEY=VALUE,...",
        help="an arm and what it changes: ranker=VERSION, coverage=SHARE, delay=MS, adapter=NAME; repeat it "
        "for more arms; the control changes nothing and is always there",
    )
    start.add_argument("--percent", type=float, default=100.0, help="of the users, all arms together (100)")
    start.add_argument("--layer", default="default", help="experiments of one layer share no user (default)")
    start.set_defaults(func=run_start)
    status = verbs.add_parser("status", help="what can be said by now; look as often as you like")
    status.add_argument("name", nargs="?", metavar="NAME", help="one experiment instead of all")
    status.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    status.set_defaults(func=run_status)
    stop = verbs.add_parser("stop", help="end an experiment; what it counted stays")
    stop.add_argument("name", metavar="NAME")
    stop.set_defaults(func=run_stop)


def run_start(args: argparse.Namespace) -> int:
    """Begin an experiment."""
    arms = [_arm(text) for text in args.arm]
    settings = load_settings()
    for arm in arms:
        _check_known(arm.treatment, settings)
    salt = _shared_salt(settings)
    with _book() as book:
        made = book.start(
            args.name, arms, layer=args.layer, percent=args.percent, now_s=time.time(), salt=salt
        )
    share = (made.slots[1] - made.slots[0]) / 10
    names = ", ".join(arm.name for arm in made.arms)
    print(
        f"started {made.name}: {share:g} % of the users in {names}; a running server follows within a minute"
    )
    return 0


def run_status(args: argparse.Namespace) -> int:
    """What each metric of each arm says."""
    with _book() as book:
        every = [each for each in book.all() if args.name in (None, each.name)]
        if args.name is not None and not every:
            book.sums(args.name)  # tells that there is no such one
        found = [(each, verdict_of(each, book.sums(each.name))) for each in every]
    if args.json:
        print(msgspec.json.encode([facts(*pair) for pair in found]).decode())
        return 0
    for experiment, verdict in found:
        _print(experiment, verdict)
    if not found:
        print("no experiments yet; `foretype experiment start` begins one")
    return 0


def run_stop(args: argparse.Namespace) -> int:
    """End an experiment."""
    with _book() as book:
        book.stop(args.name, why="asked for", now_s=time.time())
    print(f"stopped {args.name}; everybody is as without it within a minute")
    return 0


def facts(experiment: Experiment, verdict: Verdict) -> dict[str, Any]:
    """An experiment as JSON tells it, here and in the panel."""
    public: dict[str, Any] = msgspec.to_builtins(experiment)
    del public["salt"]
    return public | {"verdict": msgspec.to_builtins(verdict)}


@contextmanager
def _book() -> Iterator[Book]:
    with closing(Book(load_settings().data_dir)) as book:
        yield book


def _arm(text: str) -> Arm:
    """An arm as the command line names it.

    >>> _arm("bold:coverage=0.8,delay=50").treatment
    Treatment(ranker=None, coverage=0.8, delay_ms=50, adapter=None)
    """
    name, _, changes = text.partition(":")
    pairs = [part.partition("=") for part in changes.split(",")]
    try:
        given = {
            MEMBERS.get(key.strip(), key.strip()): CHANGES[key.strip()](value.strip())
            for key, _, value in pairs
        }
    except (KeyError, ValueError) as error:
        raise InputError(
            f"--arm: found {text!r}, wanted a name and what it changes, as in bold:coverage=0.8; "
            f"that can be {', '.join(CHANGES)}"
        ) from error
    if not name.strip():
        raise InputError(f"--arm: found no name in {text!r}, wanted one, as in bold:coverage=0.8")
    return Arm(name.strip(), Treatment(**given))


def _check_known(treatment: Treatment, settings: Settings) -> None:
    """Raises InputError for a ranker or an adapter that this machine does not have."""
    if (
        treatment.ranker is not None and settings.learning_redis is None
    ):  # in a cluster versions come by Redis
        ranker_versions(settings).folder_of(treatment.ranker)
    if treatment.adapter is not None:
        AdapterShelf(settings.cache_dir / ADAPTERS_FOLDER).existing(treatment.adapter)


def _shared_salt(settings: Settings) -> str | None:
    """The cluster's, so that a user is in the same arm on every server; None for a server that is alone."""
    if settings.learning_redis is None:
        return None
    with closing(Membership(settings.data_dir)) as membership:
        key = membership.salt
    if key is None:
        raise InputError(
            "cluster: found a server that never met the others, wanted one that did; start `foretype serve` here first"
        )
    return hashlib.blake2b(b"experiments", key=key, digest_size=16).hexdigest()


def _print(experiment: Experiment, verdict: Verdict) -> None:
    since = datetime.fromtimestamp(experiment.started_s, UTC).strftime("%Y-%m-%d %H:%M UTC")
    state = "runs since" if experiment.is_running else "stopped, begun"
    why = f" ({experiment.stopped_why})" if experiment.stopped_why else ""
    print(f"{experiment.name}: {state} {since}{why}")
    if verdict.is_uneven:
        print("  users fall into the arms unevenly: do not believe the figures below")
    print("  users: " + ", ".join(f"{arm} {num}" for arm, num in verdict.users.items()))
    table = Table("arm", "metric", "value", "against control", "", box=SIMPLE, pad_edge=False)
    for reading in verdict.readings:
        change = _change(reading)
        table.add_row(reading.arm, reading.metric, f"{reading.value:.4g}", change, reading.says)
    Console(highlight=False).print(table)


def _change(reading: Reading) -> str:
    if reading.change is None or reading.low is None or reading.high is None:
        return ""
    return f"{reading.change:+.1%} ({reading.low:+.1%} to {reading.high:+.1%})"
