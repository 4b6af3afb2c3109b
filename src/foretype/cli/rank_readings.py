"""`foretype rank readings DATA --rows FILE --out FILE`: what the language model read at each key of outcome rows.

One JSON line goes to stdout. It does not know how tokens are found, nor the network that reads them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from foretype.assemble import model_path, open_background, open_lm
from foretype.cli.opening import add_model_option
from foretype.cli.rank_rows import MIN_CHARS, PER_AUTHOR
from foretype.config import load_settings
from foretype.corpus.documents import read_documents
from foretype.errors import InputError
from foretype.evals.held_out_streams import Part, Stream, read_streams
from foretype.evals.messages import Message
from foretype.evals.rank_states import read_places, typed_messages
from foretype.rank.neural.readings import Readings, save_readings
from foretype.rank.rows import load_rows


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype rank readings`."""
    line = "make what the language model read at each key of rows, for `rank neural`; delete it afterwards"
    parser = verbs.add_parser("readings", help=line)
    parser.add_argument("data", type=Path, nargs="+", help="the files that the rows were made of, in order")
    parser.add_argument("--rows", type=Path, required=True, help="what `foretype rank rows` made of them")
    parser.add_argument("--out", type=Path, required=True, help="the .npz file to write; as private as DATA")
    parser.add_argument(
        "--part", type=Part, choices=tuple(Part), default=Part.HELD_OUT, help="as for `rank rows`"
    )
    parser.add_argument("--limit", type=int, default=500, help="as for `rank rows` (default %(default)s)")
    parser.add_argument(
        "--per-author", type=int, default=PER_AUTHOR, help="as for `rank rows` (default %(default)s)"
    )
    add_model_option(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Read, write."""
    where = model_path(load_settings(model=args.model))
    if where is None:
        raise InputError("--model: found none, wanted the language model that the rows were made with")
    rows = load_rows(args.rows)
    model = open_lm(where)
    try:
        messages = chain.from_iterable(_messages(file, args) for file in args.data)
        readings = read_places(rows, messages, model=model, background=open_background())
    finally:
        model.close()
    save_readings(args.out, readings)
    print(json.dumps(_facts(readings) | {"out": str(args.out)}))
    return 0


def _messages(file: Path, args: argparse.Namespace) -> Iterator[tuple[Stream, Message]]:
    streams = read_streams(
        read_documents(file), part=args.part, per_author=args.per_author, min_chars=MIN_CHARS
    )
    return typed_messages(streams, limit=args.limit)


def _facts(readings: Readings) -> dict[str, int]:
    return {
        "keys": len(readings.at),
        "sequences": readings.num_sequences,
        "tokens": len(readings.tokens),
        "longest": int((readings.starts[1:] - readings.starts[:-1]).max()),
    }
