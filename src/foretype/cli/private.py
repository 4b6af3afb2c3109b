"""`foretype private`: what a device would give away and to whom, and what an aggregator learned of all of them.

Nothing is sent unless the setting statistics_to names an address. It does not know how noise is made or taken out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import msgspec
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from foretype.cli.private_table import shares_table
from foretype.config import Settings, load_settings
from foretype.errors import ConfigError, InputError
from foretype.privacy.ldp.day import Day
from foretype.privacy.ldp.device import Ledger, answer, day_number, first_day
from foretype.privacy.ldp.locales import COMMON_LOCALES
from foretype.privacy.ldp.noise import secure_word
from foretype.privacy.ldp.plan import BY_NAME, REPORT_EPSILON, SEASON_DAYS, SEASON_EPSILON, STATISTICS
from foretype.privacy.ldp.summary import summary
from foretype.serve.private.book import Book
from foretype.serve.private.sender import PATH, destination, send_due, today_utc
from foretype.serve.private.sums import SumsStore

NOT_THERE = 1  # exit status


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype private`."""
    parser = subparsers.add_parser("private", help="show, send and read statistics that keep their secrets")
    verbs = parser.add_subparsers(dest="verb", metavar="WHAT", required=True)
    verbs.add_parser("plan", help="the questions, their answers and what they give away").set_defaults(
        func=run_plan
    )
    verbs.add_parser("show", help="the exact report of today, and what was given away so far").set_defaults(
        func=run_show
    )
    send = verbs.add_parser("send", help="send today's report now")
    send.add_argument("--dry-run", action="store_true", help="print what would be sent, and send nothing")
    send.set_defaults(func=run_send)
    verbs.add_parser("renew", help="allow reports for another year").set_defaults(func=run_renew)
    table = verbs.add_parser("table", help="what all reports to this aggregator tell")
    table.add_argument("--since", metavar="DAY", help="first day, such as 2026-03-01")
    table.add_argument("--until", metavar="DAY", help="last day")
    table.add_argument("--locales", metavar="LIST", help="locales to look for, with commas (the common ones)")
    table.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    table.set_defaults(func=run_table)


def run_plan(args: argparse.Namespace) -> int:
    """A row a question."""
    table = Table("question", "asks", "possible answers", box=SIMPLE)
    for each in STATISTICS:
        values = ", ".join(getattr(each, "values", ("any, in a sketch",)))
        table.add_row(each.name, each.asks, values)
    Console(highlight=False).print(table)
    print(
        f"A device answers one of them for {SEASON_DAYS} days. A report gives away epsilon {REPORT_EPSILON:g} at most,\n"
        f"all reports of the {SEASON_DAYS} days together {SEASON_EPSILON:g}."
    )
    return 0


def run_show(args: argparse.Namespace) -> int:
    """Today's report as it stands in the request's body; an example where nobody opted in."""
    settings = load_settings()
    to = destination(settings)
    if to is None:
        print("off: nothing is counted and nothing is sent. An example of a report, of an empty day:\n")
        _, example = answer(Ledger(0), day_number(today_utc()), yesterday=lambda: Day(), words=secure_word)
        print(_written(example))
        print("\nTo opt in, set statistics_to to an aggregator's address in foretype.toml.")
        return 0
    with closing(Book(settings.data_dir)) as book:
        report, ledger = book.due(today_utc()), book.ledger(today_utc())
        if report is None:
            return _not_yet(ledger)
        _print_standing(ledger, was_sent=book.is_sent(report), to=to.geturl() + PATH)
    print(_written(report))
    return 0


def run_send(args: argparse.Namespace) -> int:
    """Send today's report, once."""
    settings = load_settings()
    to = destination(settings)
    if to is None:
        raise ConfigError(
            "setting statistics_to: found none, wanted an aggregator's address; nothing is sent without it"
        )
    with closing(Book(settings.data_dir)) as book:
        report = book.due(today_utc())
        if report is None:
            return _not_yet(book.ledger(today_utc()))
        if args.dry_run:
            print(_written(report))
            return 0
        was_sent = send_due(book, to, token=settings.statistics_token, today=today_utc())
    print(f"sent to {to.geturl()}{PATH}" if was_sent else "today's report was sent before")
    return 0


def run_renew(args: argparse.Namespace) -> int:
    """Allow another year."""
    with closing(Book(load_settings().data_dir)) as book:
        ledger = book.renew(today_utc())
    print(f"allowed: {ledger.seasons_left} seasons of {SEASON_DAYS} days, epsilon {ledger.left_epsilon:g}")
    return 0


def run_table(args: argparse.Namespace) -> int:
    """Shares with 95 % intervals."""
    since, until = _day("--since", args.since), _day("--until", args.until)
    if since is not None and until is not None and since > until:
        raise InputError(f"--since: found {since}, wanted a day not after --until {until}")
    locales = COMMON_LOCALES if args.locales is None else _split(args.locales)
    with closing(SumsStore(_folder(load_settings()))) as store:
        found = summary(lambda each: store.sums(each, since=since, until=until), locales=locales)
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
    elif found.since is None:
        print(
            "no reports yet; devices send one a day once their statistics_to names this server",
            file=sys.stderr,
        )
        return NOT_THERE
    else:
        print(f"{found.since} to {found.until}, shares of devices with 95 % intervals")
        Console(highlight=False).print(shares_table(found))
    return 0


def _written(report: msgspec.Struct) -> str:
    return msgspec.json.encode(report).decode()


def _not_yet(ledger: Ledger) -> int:
    print(
        f"no report yet: the first is made on {first_day(ledger)}, of the day before it (UTC)",
        file=sys.stderr,
    )
    return NOT_THERE


def _print_standing(ledger: Ledger, *, was_sent: bool, to: str) -> None:
    assert ledger.season is not None
    statistic = BY_NAME[ledger.season.statistic]
    print(f"to        {to}, {'sent today' if was_sent else 'not sent yet'}")
    print(f"question  {statistic.name}: {statistic.asks}")
    print(
        f"given     epsilon {ledger.spent_epsilon:g} in all, {ledger.left_epsilon:g} left of what was allowed\n"
    )


def _folder(settings: Settings) -> Path:
    if settings.statistics_dir is None:
        raise ConfigError(
            "setting statistics_dir: found none, wanted the folder where this machine keeps the sums of others' reports"
        )
    return settings.statistics_dir


def _day(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{option}: found {text!r}, wanted a day such as 2026-03-01") from error


def _split(text: str) -> Sequence[str]:
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not found:
        raise InputError(f"--locales: found {text!r}, wanted locales such as en-US,de-DE")
    return found
