"""`foretype rank learn`: the one process that learns for all servers of a cluster, until it is stopped.

A turn is a line of the log; what goes wrong ends one turn and not the process. It does not know what a turn does.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

from foretype.assemble import open_cluster_teacher
from foretype.config import load_settings
from foretype.errors import ConfigError, ForetypeError, InputError
from foretype.monitor import logs

if TYPE_CHECKING:
    from foretype.rank.cluster.teacher import Teacher

EVERY_S = 15.0  # servers send each minute: what one sent is published before the next


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype rank learn`."""
    line = "learn for all servers that share a Redis; one process, which goes on until it is stopped"
    parser = verbs.add_parser("learn", help=line)
    parser.add_argument(
        "--redis", metavar="URL", help="the servers' Redis database (default: the setting learning_redis)"
    )
    parser.add_argument("--data-dir", help="folder of what is learned; it has to last")
    parser.add_argument(
        "--every", type=float, default=EVERY_S, help="seconds between two turns (default %(default)s)"
    )
    parser.add_argument(
        "--take-over",
        action="store_true",
        help="learn here, though another folder did before: it is given up",
    )
    parser.add_argument("--log-level", help="debug, info, warning or error (info)")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Turn until SIGTERM or Ctrl+C."""
    if not args.every > 0:
        raise InputError(f"--every: found {args.every}, wanted seconds above 0")
    settings = load_settings(learning_redis=args.redis, data_dir=args.data_dir, log_level=args.log_level)
    logs.configure(settings.log_level, sys.stderr)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    with closing(open_cluster_teacher(settings, take_over=args.take_over)) as teacher:
        print("foretype learns for the cluster (Ctrl+C stops)", flush=True)
        is_waiting = False
        while not stopping.is_set():
            is_waiting = _turn(teacher, was_waiting=is_waiting)
            stopping.wait(args.every)
    return 0


def _turn(teacher: Teacher, *, was_waiting: bool) -> bool:
    """One turn; whether it has to wait. Raises ConfigError once another process learns."""
    try:
        turned = teacher.turn(time.time())
    except ConfigError:
        raise
    except (
        ForetypeError
    ) as error:  # Redis is away, a disk is full, a ranker is broken: the next turn tries again
        if not was_waiting:
            logs.info("learning waits", why=str(error))
        return True
    if was_waiting:
        logs.info("learning goes on")
    for event in turned.events:
        logs.info(event.what, version=event.version, why=event.why)
    if turned.num_gathered:
        figures = {name: value for name, value in asdict(turned).items() if name != "events"}
        logs.info("learned", **figures)
    return False
