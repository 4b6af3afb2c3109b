"""`foretype webhooks`: who is told of alarms, what was sent, and sending it again.

Works on the data folder itself, beside a running server or without one. It does not know how anything is delivered.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from foretype.config import load_settings
from foretype.errors import InputError
from foretype.monitor.station import open_station
from foretype.monitor.webhooks.desk import Desk
from foretype.monitor.webhooks.events import SUBSCRIBED, told_time
from foretype.monitor.webhooks.records import Attempt, Delivery, State, Webhook

NOT_TAKEN = 1  # exit status


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype webhooks` and its verbs."""
    parser = subparsers.add_parser("webhooks", help="tell others of alarms: add, test, log, send again")
    parser.add_argument("--data-dir", type=Path, default=None, help="folder of the server's data")
    verbs = parser.add_subparsers(dest="verb", metavar="WHAT", required=True)
    verbs.add_parser("list", help="all webhooks").set_defaults(func=_list)
    add = verbs.add_parser("add", help="a new webhook; shows its secret, once")
    add.add_argument("url")
    _add_options(add)
    add.set_defaults(func=_add)
    change = _with_id(verbs, "change", "another address, description or events")
    change.add_argument("--url")
    _add_options(change)
    change.set_defaults(func=_change)
    _with_id(verbs, "enable", "switch on; what waited is sent").set_defaults(func=_enable)
    _with_id(verbs, "disable", "switch off; what happens meanwhile is not kept").set_defaults(func=_disable)
    _with_id(verbs, "remove", "delete with its log").set_defaults(func=_remove)
    _with_id(verbs, "rotate", "a new secret; for a day both sign").set_defaults(func=_rotate)
    _with_id(verbs, "test", "send a test event now").set_defaults(func=_test)
    log = _with_id(verbs, "log", "deliveries, the newest first")
    log.add_argument("--limit", type=int, default=20, help="deliveries (default %(default)s)")
    log.add_argument("--state", choices=[state.value for state in State], help="only these")
    log.set_defaults(func=_log)
    for name, line, run in (
        ("show", "what was sent, and what came back each time", _show),
        ("send", "send a delivery again", _send),
    ):
        verb = _with_id(verbs, name, line)
        verb.add_argument("delivery", help="as `log` lists it")
        verb.set_defaults(func=run)


def _list(args: argparse.Namespace) -> int:
    with _opened(args) as desk:
        found = desk.list()
    if not found:
        print("there is no webhook; `foretype webhooks add URL` adds one")
        return 0
    for webhook in found:
        print(
            f"{webhook.id}  {_state(webhook)}\n    {webhook.url}  ({_events(webhook)})  {webhook.description}".rstrip()
        )
    return 0


def _add(args: argparse.Namespace) -> int:
    with _opened(args) as desk:
        webhook, secret = desk.add(
            args.url, description=args.description or "", events=args.event or SUBSCRIBED
        )
    print(f"{webhook.id}: {webhook.url}")
    return _show_secret(secret)


def _change(args: argparse.Namespace) -> int:
    with _opened(args) as desk:
        webhook = desk.change(args.webhook, url=args.url, description=args.description, events=args.event)
    print(f"{webhook.id}: {webhook.url}, {_events(webhook)}, {_state(webhook)}")
    return 0


def _enable(args: argparse.Namespace) -> int:
    with _opened(args) as desk:
        desk.change(args.webhook, is_enabled=True)
    print(f"{args.webhook} is on")
    return 0


def _disable(args: argparse.Namespace) -> int:
    with _opened(args) as desk:
        desk.change(args.webhook, is_enabled=False)
    print(f"{args.webhook} is off")
    return 0


def _remove(args: argparse.Namespace) -> int:
    with _opened(args) as desk:
        desk.remove(args.webhook)
    print(f"removed {args.webhook}")
    return 0


def _rotate(args: argparse.Namespace) -> int:
    with _opened(args) as desk:
        webhook, secret = desk.rotate(args.webhook)
    print(f"the secret before this one signs too until {told_time(webhook.old_secret_until_s or 0.0)}")
    return _show_secret(secret)


def _test(args: argparse.Namespace) -> int:
    with _opened(args) as desk:
        delivery, attempts = desk.test(args.webhook)
    return _tell(delivery, attempts)


def _log(args: argparse.Namespace) -> int:
    if args.limit < 1:
        raise InputError(f"--limit: found {args.limit}, wanted a number above 0")
    with _opened(args) as desk:
        state = None if args.state is None else State(args.state)
        found = desk.deliveries(args.webhook, limit=args.limit, state=state)
    if not found:
        print("nothing was sent to it yet; `foretype webhooks test` sends something")
        return 0
    for delivery in found:
        due = "" if delivery.due_s is None else f", next {told_time(delivery.due_s)}"
        attempts = f"{delivery.num_attempts} attempt{'' if delivery.num_attempts == 1 else 's'}"
        print(
            f"{delivery.id}\n    {told_time(delivery.created_s)}  {delivery.type}  {delivery.state}, {attempts}{due}"
        )
    return 0


def _show(args: argparse.Namespace) -> int:
    with _opened(args) as desk:
        delivery, attempts = desk.delivery(args.webhook, args.delivery)
    print(json.dumps(json.loads(delivery.body), indent=1, ensure_ascii=False))
    for attempt in attempts:
        print(_told(attempt))
        for name, value in attempt.headers.items():
            print(f"    {name}: {value}")
        if attempt.excerpt:
            print(f"    {attempt.excerpt!r}")
    return 0


def _send(args: argparse.Namespace) -> int:
    with _opened(args) as desk:
        delivery, attempts = desk.redeliver(args.webhook, args.delivery)
    return _tell(delivery, attempts)


def _tell(delivery: Delivery, attempts: Sequence[Attempt]) -> int:
    print(f"{delivery.id}: {delivery.state}")
    if attempts:
        print(_told(attempts[-1]))
    return 0 if delivery.state is State.DELIVERED else NOT_TAKEN


def _told(attempt: Attempt) -> str:
    outcome = f"status {attempt.status}" if attempt.error is None else attempt.error
    return f"attempt {attempt.number} at {told_time(attempt.at_s)}: {outcome}, {attempt.elapsed_ms:.0f} ms"


def _show_secret(secret: str) -> int:
    print(f"secret: {secret}")
    print("keep it where the receiver checks signatures; it is not shown again")
    return 0


def _events(webhook: Webhook) -> str:
    return "all" if webhook.events == SUBSCRIBED else " ".join(webhook.events)


def _state(webhook: Webhook) -> str:
    if not webhook.is_enabled:
        return f"off: {webhook.off_reason}" if webhook.off_reason else "off"
    return "on" if webhook.failing_since_s is None else f"failing since {told_time(webhook.failing_since_s)}"


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--description", help="a word on whose it is")
    parser.add_argument(
        "--event", action="append", choices=SUBSCRIBED, help="only this event; may be given again"
    )


def _with_id(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, line: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=line)
    parser.add_argument("webhook", help="its id, as `list` shows it")
    return parser


@contextmanager
def _opened(args: argparse.Namespace) -> Iterator[Desk]:
    station = open_station(load_settings(data_dir=args.data_dir))
    try:
        yield station.desk
    finally:
        station.close()
