"""Claims about private statistics at the server: reports count once, what is none is refused, nothing else is kept."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from foretype.compose.request import Answer, Context, Kind, OutcomeKind, Request, Suggestion
from foretype.errors import ConfigError, InputError
from foretype.privacy.ldp.day import Day, Seen
from foretype.privacy.ldp.device import ALLOWED_SEASONS, begin, day_number, report_of
from foretype.privacy.ldp.estimates import choice_shares
from foretype.privacy.ldp.plan import BY_NAME, SEASON_DAYS, Choice
from foretype.privacy.ldp.reports import Report
from foretype.serve.private.book import FILE_NAME, Book
from foretype.serve.private.sender import destination, keep_sending, send_due, today_utc
from foretype.serve.private.sums import SumsStore
from foretype.serve.private.watch import Watch
from foretype.serve.service import Service
from private_crowd import seeded_words
from serving import ScriptedComposer, client_of, settings_for, until, with_client, with_service

TODAY = date(2026, 3, 2)
OPTED_IN = timedelta(days=8)  # the longest wait for a first report
SEEN = Seen("accepted", "chat", 9, 2, "de-AT", "server")
REPORT = {"version": 1, "id": "0" * 32, "statistic": "kind", "answer": "chat"}


def report(**changes: Any) -> dict[str, Any]:
    return {**REPORT, "day": today_utc().isoformat(), **changes}


def post(folder: Path | None, *bodies: Any, **changes: Any) -> list[httpx.Response]:
    async def scene(client: httpx.AsyncClient) -> list[httpx.Response]:
        sent = [body if isinstance(body, bytes) else msgspec.json.encode(body) for body in bodies]
        headers = {"Content-Type": "application/json"}
        return [await client.post("/v1/statistics", content=body, headers=headers) for body in sent]

    return with_client(scene, statistics_dir=folder, **changes)


def test_a_report_is_counted_and_told_of(tmp_path: Path) -> None:
    reply = post(tmp_path, report(), report(id="1" * 32, answer="email"))[1]
    assert (reply.status_code, reply.json()) == (200, {"counted": True})

    async def scene(client: httpx.AsyncClient) -> Any:
        return (await client.get("/v1/statistics")).json()

    told = with_client(scene, statistics_dir=tmp_path)
    kind = next(each for each in told["questions"] if each["statistic"] == "kind")
    assert (told["since"], kind["reports"]) == (today_utc().isoformat(), 2)
    assert [each["value"] for each in kind["answers"]] == ["none", "email", "chat", "note"]
    assert told["taken_of_shown"] is None


def test_a_report_that_comes_twice_counts_once(tmp_path: Path) -> None:
    first, second = post(tmp_path, report(), report(answer="note"))
    assert (first.status_code, second.status_code) == (200, 409)
    assert second.json()["type"] == "urn:foretype:problem:duplicate"
    with closing(SumsStore(tmp_path)) as store:
        assert store.sums(BY_NAME["kind"])[0].num_reports == 1


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"{", 400, "malformed"),
        (report(user="ann"), 422, "user"),
        (report(id="short"), 422, "$.id"),
        (report(answer="dear Susan"), 422, "wanted one of none, email, chat, note"),
        (report(statistic="letters"), 422, "unknown"),
        (report(version=9), 422, "found 9, wanted 1"),
        (report(day="2001-01-01"), 422, "at most 7 days before"),
        (report(answer="x" * 1_000), 413, "1000"),
        (b"\xff" * 900, 400, "malformed"),
    ],
)
def test_what_is_no_report_is_refused_with_a_problem(
    tmp_path: Path, body: Any, status: int, told: str
) -> None:
    reply = post(tmp_path, body)[0]
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json")
    assert told in reply.text and "Susan" not in reply.text
    with closing(SumsStore(tmp_path)) as store:
        assert all(store.sums(each) == [] for each in BY_NAME.values())


def test_a_server_that_was_not_asked_to_takes_no_reports() -> None:
    reply = post(None, report())[0]
    assert reply.status_code == 404 and "statistics_dir" in reply.json()["detail"]


def test_reports_need_the_servers_token(tmp_path: Path) -> None:
    assert post(tmp_path, report(), token="t")[0].status_code == 401


def test_sums_are_all_that_is_kept_and_ids_go_after_their_window(tmp_path: Path) -> None:
    with closing(SumsStore(tmp_path)) as store:
        for number in range(5):
            taken = Report(1, f"{number:032x}", TODAY.isoformat(), "kind", "chat")
            assert store.take(taken, today=TODAY)
        late = TODAY + timedelta(days=8)
        assert store.take(Report(1, "f" * 32, late.isoformat(), "locale", "3:" + "0" * 31 + "1"), today=late)
    with closing(sqlite3.connect(tmp_path / "statistics.sqlite3")) as kept:
        assert kept.execute("SELECT * FROM ids").fetchall() == [("f" * 32, late.isoformat())]
        assert kept.execute("SELECT * FROM cells").fetchall() == [
            (1, "kind", TODAY.isoformat(), 2, 5),
            (1, "locale", late.isoformat(), 3 * 128 + 127, 1),
        ]


def test_a_thousand_devices_are_told_as_one_crowd(tmp_path: Path) -> None:
    """Devices, wire, sums and estimate together: 600 yes, 400 no, within three standard errors."""
    taken = BY_NAME["taken"]
    assert isinstance(taken, Choice)
    words = seeded_words(21)
    with closing(SumsStore(tmp_path)) as store:
        first_day = day_number(TODAY)
        for number in range(1_000):
            day = Day(5, int(number < 600), SEEN)
            season = begin(taken, day, first_day=first_day, words=words)
            store.take(report_of(season, first_day, words=words), today=TODAY)
        yes = choice_shares(taken, store.sums(taken))[1]
    assert abs(yes.share - 0.6) < 3 * yes.standard_error


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """The book of a device that was opted in long enough ago."""
    with closing(Book(tmp_path, words=seeded_words(3))) as book:
        book.ledger(TODAY - OPTED_IN)
        yield book


def test_the_days_report_is_made_once_and_shown_as_it_will_be_sent(book: Book, tmp_path: Path) -> None:
    first = book.due(TODAY)
    assert book.due(TODAY) == first and book.ledger(TODAY).seasons_begun == 1
    with closing(Book(tmp_path)) as other:
        assert other.due(TODAY) == first
    second = book.due(TODAY + timedelta(days=1))
    assert first is not None and second is not None and second.id != first.id


def test_a_new_book_makes_no_report_before_a_whole_day_was_counted(tmp_path: Path) -> None:
    with closing(Book(tmp_path)) as book:
        assert [book.due(TODAY + timedelta(days=days)) for days in (0, 1)] == [None, None]
        assert book.due(TODAY + OPTED_IN) is not None and book.ledger(TODAY).seasons_begun == 1


def test_a_book_holds_counts_of_two_days_and_no_more(book: Book) -> None:
    for day in (TODAY, TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=2)):
        book.count(SEEN, today=day)
    assert book.day(TODAY) == Day()
    assert book.day(TODAY + timedelta(days=1)) == book.day(TODAY + timedelta(days=2)) == Day(1, 1, SEEN)


def test_a_spent_allowance_sends_nothing_until_it_is_renewed(book: Book) -> None:
    for season in range(ALLOWED_SEASONS):
        book.due(TODAY + timedelta(days=season * SEASON_DAYS))
    later = TODAY + timedelta(days=ALLOWED_SEASONS * SEASON_DAYS)
    with pytest.raises(InputError, match="found the allowance spent"):
        book.due(later)
    assert book.renew(later).seasons_left == ALLOWED_SEASONS
    again = book.due(later)
    assert again is not None and again.day == later.isoformat()


def question(text: str = "Hi Su") -> Request:
    return Request(text, context=Context(kind=Kind.CHAT, locale="de-AT"))


def shown(id: str, *, words: int = 2) -> Answer:
    return Answer(id, (Suggestion("kryptonomicon secret ", 0.5, words),), "scripted", 1.0)


def test_a_suggestion_counts_once_at_its_first_outcome(book: Book) -> None:
    watch = Watch(book, now=lambda: datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    watch.answered(question(), shown("a"))
    watch.answered(question(), Answer("b", (), "scripted", 1.0))
    for id in ("a", "a", "b", "unknown"):
        watch.ended(id, OutcomeKind.ACCEPTED)
    assert book.day(TODAY) == Day(1, 1, SEEN)


def test_no_text_reaches_the_book(book: Book, tmp_path: Path) -> None:
    watch = Watch(book, now=lambda: datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    watch.answered(question("the zanzibar merger"), shown("a"))
    watch.ended("a", OutcomeKind.TYPED)
    book.due(TODAY + timedelta(days=1))
    kept = b"".join(path.read_bytes() for path in tmp_path.glob(f"{FILE_NAME}*"))
    assert b"typed" in kept
    assert not [word for word in (b"zanz", b"merg", b"kryp", b"secr") if word in kept]


@pytest.mark.parametrize(
    "address",
    ["example.org", "http://example.org", "ftp://localhost", "https://", "http://localhost.evil.org"],
)
def test_reports_go_over_https_or_stay_on_this_machine(address: str) -> None:
    with pytest.raises(ConfigError, match="statistics_to: found"):
        destination(settings_for(statistics_to=address))


class Aggregator(HTTPServer):
    """Answers every POST with `status`, and notes what came."""

    status = 200

    def __init__(self) -> None:
        self.came: list[tuple[str, dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), Taking)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/team/"


class Taking(BaseHTTPRequestHandler):
    server: Aggregator

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((self.path, dict(self.headers), body))
        reply = b'{"detail": "not today"}'
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def aggregator() -> Iterator[Aggregator]:
    with Aggregator() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_report_is_sent_once_as_it_was_shown_and_names_nobody(book: Book, aggregator: Aggregator) -> None:
    to = destination(settings_for(statistics_to=aggregator.address))
    assert to is not None
    report = book.due(TODAY)
    assert send_due(book, to, token="t", today=TODAY)
    assert not send_due(book, to, token="t", today=TODAY)
    ((path, headers, body),) = aggregator.came
    assert path == "/team/v1/statistics" and msgspec.json.decode(body, type=Report) == report
    assert headers["Authorization"] == "Bearer t"
    assert set(headers) == {
        "Host",
        "Accept-Encoding",
        "Content-Length",
        "Content-Type",
        "User-Agent",
        "Authorization",
    }


def test_a_report_that_was_refused_is_kept_for_another_try(book: Book, aggregator: Aggregator) -> None:
    to = destination(settings_for(statistics_to=aggregator.address))
    assert to is not None
    aggregator.status = 503
    with pytest.raises(ConfigError, match=r"found status 503 \(not today\), wanted 200"):
        send_due(book, to, token=None, today=TODAY)
    aggregator.status = 409  # it had arrived
    assert send_due(book, to, token=None, today=TODAY)
    assert aggregator.came[0][2] == aggregator.came[1][2] and book.ledger(TODAY).seasons_begun == 1


def test_a_server_counts_and_sends_by_itself_once_it_was_told_to(
    tmp_path: Path, aggregator: Aggregator
) -> None:
    async def scene(service: Service) -> None:
        assert service.watch is not None
        async with client_of(service) as client:
            await client.post("/v1/suggest", json={"text": "Hi Su"})
            await client.post("/v1/feedback", json={"id": "a1", "outcome": "accepted"})
        service.watch.book.ledger(today_utc() - OPTED_IN)
        sending = asyncio.create_task(keep_sending(service.watch.book, service.settings))
        await until(lambda: bool(aggregator.came))
        sending.cancel()
        assert service.watch.book.day(today_utc()).num_taken == 1

    with_service(scene, folder=tmp_path, statistics_to=aggregator.address)


def test_a_server_that_was_not_told_to_keeps_no_book(tmp_path: Path) -> None:
    async def scene(service: Service) -> None:
        assert service.watch is None
        async with client_of(service) as client:
            await client.post("/v1/suggest", json={"text": "Hi Su"})
            await client.post("/v1/feedback", json={"id": "a1", "outcome": "accepted"})

    with_service(scene, ScriptedComposer(), folder=tmp_path)
    assert list(tmp_path.iterdir()) == []
