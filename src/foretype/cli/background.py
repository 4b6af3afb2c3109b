"""`foretype background`: build an n-gram model out of corpus files, read its card, export it as ARPA.

It does not know how n-grams are counted or stored.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console

from foretype.corpus.documents import Document, read_documents
from foretype.corpus.splits import train_part
from foretype.ngram.arpa import write_arpa
from foretype.ngram.arrays import read_arrays
from foretype.ngram.automaton import open_automaton
from foretype.ngram.build import BuildOptions, build_background


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype background`."""
    parser = subparsers.add_parser("background", help="build the background n-gram model")
    verbs = parser.add_subparsers(dest="verb", required=True)
    build = verbs.add_parser("build", help="count corpus files and write a packed model")
    build.add_argument("corpus", nargs="+", type=Path, help=".jsonl or .jsonl.xz files (mail or chat rows)")
    build.add_argument("--out", type=Path, required=True, help="the model file to write")
    build.add_argument("--max-mb", type=float, default=11.5, help="size of the model (default 11.5)")
    build.add_argument(
        "--order", type=int, default=5, choices=(2, 3, 4, 5), help="words in the longest n-gram"
    )
    build.add_argument("--min-holders", type=int, default=3, help="authors that must share an n-gram")
    build.add_argument("--all", action="store_true", help="train on the validation holders too")
    build.set_defaults(func=run_build)
    info = verbs.add_parser("info", help="print a model's card: what it was built from and how large it is")
    info.add_argument("file", type=Path, metavar="FILE", help="a .ngram file")
    info.set_defaults(func=run_info)
    arpa = verbs.add_parser("arpa", help="export a model as ARPA text, for kenlm and other tools")
    arpa.add_argument("file", type=Path, metavar="FILE", help="a .ngram file")
    arpa.add_argument("--out", type=Path, required=True, help="the ARPA file to write")
    arpa.set_defaults(func=run_arpa)


def run_build(args: argparse.Namespace) -> int:
    """Build a model; one JSON line of facts on stdout."""
    console = Console(stderr=True)
    with console.status("building") as status:
        facts = build_background(
            _documents(args.corpus, all_holders=args.all, say=console.print),
            args.out,
            options=BuildOptions(
                order=args.order, max_bytes=int(args.max_mb * 1e6), min_holders=args.min_holders
            ),
            card={"corpora": [path.name for path in args.corpus]},
            say=status.update,
        )
    print(json.dumps(facts))
    return 0


def run_info(args: argparse.Namespace) -> int:
    """Check the whole file and print its card, one JSON object."""
    header, _ = read_arrays(args.file, kind="background", check=True)
    print(json.dumps({**header["card"], "bytes": args.file.stat().st_size}, indent=2))
    return 0


def run_arpa(args: argparse.Namespace) -> int:
    """Export a model; nothing on stdout."""
    write_arpa(open_automaton(args.file), args.out)
    return 0


def _documents(paths: Sequence[Path], *, all_holders: bool, say: Callable[[str], None]) -> Iterator[Document]:
    for path in paths:
        say(f"reading {path.name}")
        rows = read_documents(path)
        yield from rows if all_holders else train_part(rows)
