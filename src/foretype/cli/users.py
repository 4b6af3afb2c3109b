"""`foretype users`: who taught something, what is kept of them, and how to be rid of it.

It does not know where memories are kept.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from foretype.cli import users_import
from foretype.cli.opening import NO_MODEL, opened_composer
from foretype.compose.composer import Composer
from foretype.config import load_settings
from foretype.errors import InputError, StoreError
from foretype.personal.report import Info
from foretype.personal.store import Store
from foretype.rank.experiments.book import FILE_NAME, Book

NUM_PHRASES = 30
NOT_THERE = 1  # exit status


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype users`."""
    parser = subparsers.add_parser("users", help="list, show, export and forget what was learned of users")
    verbs = parser.add_subparsers(dest="verb", metavar="WHAT", required=True)
    verbs.add_parser("list", help="everybody who taught something").set_defaults(func=run_list)
    _with_user(verbs, "show", "what is kept of a user, in numbers").set_defaults(func=run_show)
    phrases = _with_user(verbs, "phrases", "what a user says again and again")
    phrases.add_argument("--limit", type=int, default=NUM_PHRASES, help="phrases (default %(default)s)")
    phrases.add_argument("--query", default="", metavar="TEXT", help="only phrases with this in them")
    phrases.set_defaults(func=run_phrases)
    _with_user(verbs, "export", "everything kept of a user, as JSON").set_defaults(func=run_export)
    users_import.register(verbs)
    forget = _with_user(verbs, "forget", "delete what is kept of a user, for good")
    forget.add_argument("--phrase", help="forget only this phrase, wherever the user wrote it")
    forget.add_argument("--yes", action="store_true", help="do not ask first")
    forget.set_defaults(func=run_forget)


def run_list(args: argparse.Namespace) -> int:
    """A row a user."""
    with _opened_store() as store:
        infos = [info for user in store.users() if (info := store.info(user))]
    if not infos:
        print("nobody taught anything yet; `foretype learn FILE --user NAME` does", file=sys.stderr)
        return 0
    table = Table("user", "messages", "words", "kept", "last", box=SIMPLE)
    for info in infos:
        table.add_row(info.user, f"{info.messages:,}", f"{info.words:,}", _size(info), _day(info))
    Console().print(table)
    return 0


def run_show(args: argparse.Namespace) -> int:
    """The numbers of one user."""
    with _opened_store() as store:
        info = store.info(args.user)
    if info is None:
        return _unknown(args.user)
    table = Table(title=info.user, title_justify="left", box=SIMPLE, show_header=False)
    for name, value in _facts(info):
        table.add_row(name, value)
    Console().print(table)
    return 0


def run_phrases(args: argparse.Namespace) -> int:
    """Phrases, most written first."""
    if args.limit < 1:
        raise InputError(f"--limit: found {args.limit}, wanted a number above 0")
    with _opened_store() as store:
        if store.info(args.user) is None:
            return _unknown(args.user)
        found = store.phrases(args.user, limit=args.limit, query=args.query)
    if not found:
        print("no phrase was written twice yet", file=sys.stderr)
        return 0
    table = Table("times", "phrase", "last", box=SIMPLE)
    for phrase in found:
        table.add_row(f"{phrase.count:,}", phrase.text, f"{phrase.last:%Y-%m-%d}")
    Console(highlight=False).print(table)
    return 0


def run_export(args: argparse.Namespace) -> int:
    """All that is kept, one JSON document."""
    with _opened_store() as store:
        found = store.export(args.user)
    if found is None:
        return _unknown(args.user)
    print(json.dumps(found, ensure_ascii=False, indent=1))
    return 0


def run_forget(args: argparse.Namespace) -> int:
    """Delete a phrase or everything, after asking."""
    with opened_composer(NO_MODEL) as composer:
        store = _store_of(composer)
        if store.info(args.user) is None and not _is_counted(composer, args.user):
            return _unknown(args.user)
        what = "everything" if args.phrase is None else f"{args.phrase!r}"
        if not args.yes and not _agreed(f"Forget {what} that {args.user} wrote, for good?"):
            print("nothing was forgotten", file=sys.stderr)
            return NOT_THERE
        if args.phrase is not None:
            return _forget_phrase(store, args.user, args.phrase)
        composer.forget(args.user)
    _forget_in_experiments(args.user)
    print(f"forgot {args.user}")
    return 0


def _forget_in_experiments(user: str) -> None:
    """What a server counted of the user, where experiments ran."""
    folder = load_settings().data_dir
    if (folder / FILE_NAME).exists():
        with closing(Book(folder)) as book:
            book.forget(user)


def _forget_phrase(store: Store, user: str, phrase: str) -> int:
    times = store.forget_phrase(user, phrase)
    if not times:
        print(
            f"{user} never wrote {phrase!r}; `foretype users phrases {user}` lists what they repeat",
            file=sys.stderr,
        )
        return NOT_THERE
    print(f"forgot {phrase!r}, written {times} time{'' if times == 1 else 's'}")
    return 0


def _with_user(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, line: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=line)
    parser.add_argument("user")
    return parser


@contextmanager
def _opened_store() -> Iterator[Store]:
    with opened_composer(NO_MODEL) as composer:
        yield _store_of(composer)


def _store_of(composer: Composer) -> Store:
    store = composer.store
    if not isinstance(store, Store):
        raise StoreError(f"{type(store).__name__} cannot be listed; use the store's own tools")
    return store


def _is_counted(composer: Composer, user: str) -> bool:
    """Whether the journal counts what became of suggestions to the user."""
    return composer.outcomes is not None and composer.outcomes.rates(user).shown > 0


def _unknown(user: str) -> int:
    print(f"nothing is kept of {user!r}; `foretype users list` shows who is known", file=sys.stderr)
    return NOT_THERE


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise InputError("nobody is here to ask; add --yes to forget without a question")
    return input(f"{question} [y/N] ").strip().casefold() in ("y", "yes")


def _facts(info: Info) -> Iterator[tuple[str, str]]:
    yield "messages", f"{info.messages:,}"
    yield "words", f"{info.words:,}"
    yield "kept", f"{_size(info)} on disk"
    if info.first and info.last:
        yield "from", f"{info.first:%Y-%m-%d}"
        yield "to", f"{info.last:%Y-%m-%d}"


def _size(info: Info) -> str:
    return f"{info.bytes / 1000:,.1f} kB"


def _day(info: Info) -> str:
    return f"{info.last:%Y-%m-%d}" if info.last else ""
