"""`foretype rank`: what rankers are trained on, each verb in a file of its own.

It does not know what the verbs do.
"""

from __future__ import annotations

import argparse

from foretype.cli import rank_learn, rank_neural, rank_readings, rank_rows, rank_train, rank_versions


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype rank`."""
    line = "learn from outcomes what to show"
    parser = subparsers.add_parser("rank", help=line, description=line.capitalize() + ".")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb in (rank_rows, rank_train, rank_readings, rank_neural, rank_versions, rank_learn):
        verb.register(verbs)
