"""Sends the day's private report to the one address that the settings name, and says plainly why when it cannot.

No cookie, no redirect, no name of the device: a connection shows its network address to whoever takes it, nothing here can
hide that. It does not know what the report says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

import msgspec

from foretype.config import Settings
from foretype.errors import ConfigError, ForetypeError
from foretype.monitor import logs
from foretype.privacy.ldp.reports import Report
from foretype.serve.private.book import Book

PATH = "/v1/statistics"
TIMEOUT_S = 20.0
LOOK_EVERY_S = 3_600.0  # a report is due once a day; what failed is tried again an hour later
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
ARRIVED = (200, 409)  # counted now, or counted before and the answer was lost
MAX_DETAIL_CHARS = 200


def today_utc() -> date:
    return datetime.now(UTC).date()


def destination(settings: Settings) -> SplitResult | None:
    """Where reports go; None where nobody opted in. Raises ConfigError for what is not https, or this machine."""
    if settings.statistics_to is None:
        return None
    url = urlsplit(settings.statistics_to)
    is_local = url.scheme == "http" and url.hostname in LOCAL_NAMES
    if not url.hostname or not (url.scheme == "https" or is_local):
        raise ConfigError(
            f"setting statistics_to: found {settings.statistics_to!r}, wanted an address such as https://example.org "
            "(http only for this machine); mend it, or leave it out to send nothing"
        )
    return url


def send(report: Report, to: SplitResult, *, token: str | None) -> None:
    """Send one report. Raises ConfigError when the address does not answer or does not take it."""
    kind = HTTPSConnection if to.scheme == "https" else HTTPConnection
    assert to.hostname is not None
    connection = kind(to.hostname, to.port, timeout=TIMEOUT_S)
    headers = {"Content-Type": "application/json", "User-Agent": "foretype"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.request("POST", to.path.rstrip("/") + PATH, msgspec.json.encode(report), headers)
        response = connection.getresponse()
        status, body = response.status, response.read(10_000)
    except (OSError, HTTPException) as error:
        raise ConfigError(
            f"{to.geturl()}: no answer ({error or type(error).__name__}); the report is kept, try again today"
        ) from error
    finally:
        connection.close()
    if status not in ARRIVED:
        raise ConfigError(
            f"{to.geturl()}{PATH}: found status {status}{_detail(body)}, wanted 200; {_remedy(status)}"
        )


def send_due(book: Book, to: SplitResult, *, token: str | None, today: date) -> bool:
    """Make and send today's report; False when it went out before or none is due. Raises as `Book.due` and `send`."""
    report = book.due(today)
    if report is None or book.is_sent(report):
        return False
    send(report, to, token=token)
    book.sent(report)
    return True


async def keep_sending(book: Book, settings: Settings, *, today: Callable[[], date] = today_utc) -> None:
    """Send each day's report while the server runs. What goes wrong is logged by its kind and tried again."""
    to = destination(settings)
    while to is not None:
        try:
            if await asyncio.to_thread(send_due, book, to, token=settings.statistics_token, today=today()):
                logs.info("private report sent")
        except ForetypeError as error:
            logs.info("private report not sent", reason=str(error))
        await asyncio.sleep(LOOK_EVERY_S)


def _detail(body: bytes) -> str:
    try:
        problem = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return ""
    detail = problem.get("detail") if isinstance(problem, dict) else None
    return f" ({str(detail)[:MAX_DETAIL_CHARS]})" if detail else ""


def _remedy(status: int) -> str:
    match status:
        case 401:
            return "set statistics_token to that server's token"
        case 404:
            return "that server takes no statistics: mend statistics_to, or set statistics_dir there"
        case _:
            return "the report is kept, try again today"
