"""`foretype eval`: replay, peers, latency and bits, each in a file of its own.

It does not know what they measure.
"""

from __future__ import annotations

import argparse

from foretype.cli import eval_bits, eval_latency, eval_peers, eval_replay


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype eval`."""
    parser = subparsers.add_parser("eval", help="measure keystrokes saved, peers and times")
    verbs = parser.add_subparsers(dest="verb", metavar="WHAT", required=True)
    for verb in (eval_replay, eval_peers, eval_latency, eval_bits):
        verb.register(verbs)
