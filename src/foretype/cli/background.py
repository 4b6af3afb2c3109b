"""`foretype background build`: a background n-gram model out of corpus files.

It does not know how n-grams are counted or stored.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rich.console import Console

from foretype.corpus.documents import Document, by_holder, read_documents
from foretype.corpus.splits import train_part
from foretype.ngram.build import BuildOptions, build_background


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype background`."""
    parser = subparsers.add_parser("background", help="build the background n-gram model")
    verbs = parser.add_subparsers(dest="verb", required=True)
    build = verbs.add_parser("build", help="count corpus files and write a packed model")
    build.add_argument("corpus", nargs="+", type=Path, help=".jsonl or .jsonl.xz files (mail or chat rows)")
    build.add_argument("--out", type=Path, required=True, help="the model file to write")
    build.add_argument("--max-mb", type=float, default=11.5, help="size of the model (default 11.5)")
    build.add_argument("--order", type=int, default=5, choices=(2, 3, 4, 5), help="words in the longest n-gram")
    build.add_argument("--min-holders", type=int, default=3, help="authors that must share an n-gram")
    build.add_argument("--all", action="store_true", help="train on the validation holders too")
    build.set_defaults(func=run_build)


def run_build(args: argparse.Namespace) -> int:
    """Build a model; one JSON line of facts on stdout."""
    console = Console(stderr=True)
    documents: list[Document] = []
    for path in args.corpus:
        console.print(f"reading {path.name}")
        rows = read_documents(path)
        documents += rows if args.all else train_part(rows)
    with console.status("building") as status:
        facts = build_background(
            by_holder(documents),
            args.out,
            options=BuildOptions(
                order=args.order, max_bytes=int(args.max_mb * 1e6), min_holders=args.min_holders
            ),
            addresses={person for document in documents for person in document.people},
            card={"corpora": [path.name for path in args.corpus]},
            say=status.update,
        )
    print(json.dumps(facts))
    return 0
