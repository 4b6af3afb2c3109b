"""`foretype corpus`: make a corpus out of mailboxes and chats, scrub it, split it, describe it.

It does not know how any of these is done, only where it runs: in processes here, or on Ray.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from foretype.corpus.card import write_card
from foretype.corpus.importing import ImportOptions, import_corpus
from foretype.corpus.on_ray import LOCAL, on_ray
from foretype.corpus.parts import Heard, Runner, in_processes, num_cores
from foretype.corpus.scrub_job import ScrubOptions, scrub_corpus
from foretype.corpus.split_job import By, SplitOptions, split_corpus
from foretype.corpus.splits import VALID_ONE_IN
from foretype.corpus.words_job import write_words
from foretype.errors import InputError

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

OUT_HELP = "the corpus file to write, .jsonl or .jsonl.xz"
ROWS_HELP = "corpus files (.jsonl, .jsonl.xz)"


def register(subparsers: Verbs) -> None:
    """Add `foretype corpus`."""
    parser = subparsers.add_parser(
        "corpus", help="make, scrub, split and describe a corpus of mail and chats"
    )
    verbs = parser.add_subparsers(dest="verb", metavar="WHAT", required=True)
    for add in (_add_import, _add_scrub, _add_split, _add_words, _add_card):
        add(verbs)


def run_import(args: argparse.Namespace) -> int:
    """Read mailboxes and chats; one JSON line of what became of the texts."""
    if not 0 <= args.near <= 1:
        raise InputError(f"--near: found {args.near}, wanted a share from 0 (keep near-duplicates) to 1")
    options = ImportOptions(
        languages=tuple(args.language or ()),
        tell_languages=not args.no_language,
        min_likeness=args.near or None,
    )
    if args.language and args.no_language:
        raise InputError("--language and --no-language contradict each other; leave one out")
    with _runner(args) as run, _progress() as heard:
        step = import_corpus(args.paths, args.out, options=options, run=run, heard=heard)
    return _print(step)


def run_scrub(args: argparse.Namespace) -> int:
    """Mask what tells who somebody is; one JSON line of what was masked."""
    options = ScrubOptions(
        names=not args.keep_names, min_authors=_at_least(1, args.min_authors, "--min-authors")
    )
    with _runner(args) as run, _progress() as heard:
        return _print(scrub_corpus(args.files, args.out, options=options, run=run, heard=heard))


def run_split(args: argparse.Namespace) -> int:
    """Part a corpus in two; a JSON line for each side."""
    by = By(args.by)
    if args.since and by is By.AUTHOR:
        raise InputError("--since: only --by time has a day to begin with; add --by time or leave it out")
    options = SplitOptions(by=by, one_in=_at_least(2, args.one_in, "--one-in"), since=args.since)
    with _runner(args) as run, _progress() as heard:
        steps = split_corpus(args.files, args.out, options=options, run=run, heard=heard)
    for step in steps:
        _print(step)
    return 0


def run_words(args: argparse.Namespace) -> int:
    """List the words that enough authors write; one JSON line of how many."""
    with _runner(args) as run, _progress() as heard:
        facts = write_words(
            args.files,
            args.out,
            min_authors=_at_least(1, args.min_authors, "--min-authors"),
            max_words=_at_least(1, args.max_words, "--max-words"),
            run=run,
            heard=heard,
        )
    return _print(facts)


def run_card(args: argparse.Namespace) -> int:
    """Describe a corpus; nothing on stdout, the card is in its folder."""
    with _runner(args) as run, _progress() as heard:
        write_card(
            args.files,
            args.out,
            licence=args.licence,
            plots=not args.no_plots,
            run=run,
            heard=heard,
        )
    return 0


def _add_import(verbs: Verbs) -> None:
    parser = verbs.add_parser(
        "import",
        help="read mailboxes and chats into one clean corpus file",
        description="Read mbox, Maildir, single mails, CSV, JSON Lines, IRC and WhatsApp logs, Slack and Discord "
        "exports; folders are searched. Quotes, signatures and disclaimers go, doubles too.",
    )
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="mailboxes, exports, folders of them"
    )
    parser.add_argument("--out", type=Path, required=True, help=OUT_HELP)
    parser.add_argument(
        "--language",
        action="append",
        metavar="CODE",
        help="keep only texts in this language, such as en; repeatable",
    )
    parser.add_argument(
        "--no-language", action="store_true", help="do not tell languages; saves half of the time"
    )
    parser.add_argument(
        "--near", type=float, default=0.8, metavar="SHARE",
        help="leave out a text that shares this much with an earlier one; 0 keeps all (default %(default)s)",
    )  # fmt: skip
    _add_where(parser, run_import)


def _add_scrub(verbs: Verbs) -> None:
    parser = verbs.add_parser("scrub", help="mask addresses, links, numbers, secrets, names and rare words")
    _add_files(parser, OUT_HELP)
    parser.add_argument("--keep-names", action="store_true", help="leave family names in")
    parser.add_argument(
        "--min-authors",
        type=int,
        default=1,
        metavar="K",
        help="mask words that fewer authors write (default 1: none)",
    )
    _add_where(parser, run_scrub)


def _add_split(verbs: Verbs) -> None:
    parser = verbs.add_parser("split", help="part a corpus into one to train on and one to validate on")
    _add_files(parser, "NAME.jsonl.xz: NAME-train and NAME-valid are written beside it")
    parser.add_argument(
        "--by", choices=[str(by) for by in By], default=By.AUTHOR.value, help="default: author"
    )
    parser.add_argument(
        "--one-in", type=int, default=VALID_ONE_IN, metavar="N",
        help="hold out one author in N, or of each author the last one in N texts (default %(default)s)",
    )  # fmt: skip
    parser.add_argument("--since", metavar="DATE", help="with --by time: hold out all texts from this day on")
    _add_where(parser, run_split)


def _add_words(verbs: Verbs) -> None:
    parser = verbs.add_parser("words", help="list the words that enough authors write, with their counts")
    _add_files(parser, "the file to write: a word, a tab, its count a line")
    parser.add_argument("--min-authors", type=int, default=3, metavar="K", help="default %(default)s")
    parser.add_argument("--max-words", type=int, default=50_000, metavar="N", help="default %(default)s")
    _add_where(parser, run_words)


def _add_card(verbs: Verbs) -> None:
    parser = verbs.add_parser("card", help="write a data card: JSON, Markdown and plots")
    _add_files(parser, "the folder to write card.json, card.md and plots into")
    parser.add_argument("--licence", metavar="TEXT", help="under which terms the texts are used")
    parser.add_argument("--no-plots", action="store_true", help="numbers only; needs no matplotlib")
    _add_where(parser, run_card)


def _add_files(parser: argparse.ArgumentParser, out_help: str) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=ROWS_HELP)
    parser.add_argument("--out", type=Path, required=True, help=out_help)


def _add_where(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("--workers", type=int, metavar="N", help="processes (default: one a core)")
    parser.add_argument(
        "--ray",
        nargs="?",
        const=LOCAL,
        metavar="ADDRESS",
        help="run on a Ray cluster; without ADDRESS one is started here",
    )
    parser.set_defaults(func=run)


@contextmanager
def _runner(args: argparse.Namespace) -> Iterator[Runner]:
    """What runs the parts: processes of this machine, or a cluster."""
    if args.ray is None:
        yield in_processes(_at_least(1, num_cores() if args.workers is None else args.workers, "--workers"))
        return
    if args.workers is not None:
        raise InputError("--workers: a Ray cluster has its own; leave it out with --ray")
    with on_ray(args.ray) as run:
        yield run


def _at_least(least: int, found: int, option: str) -> int:
    if found < least:
        raise InputError(f"{option}: found {found}, wanted {least} or more")
    return found


@contextmanager
def _progress() -> Iterator[Heard]:
    """A bar for the stage that is running."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("looking", total=1.0)
        yield lambda stage, share: progress.update(task, description=stage, completed=share)


def _print(facts: Mapping[str, object]) -> int:
    print(json.dumps(facts, ensure_ascii=False))
    return 0
