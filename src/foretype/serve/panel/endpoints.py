"""What the addresses under /v1/panel do: tell how the service stands, and take what an administrator chooses.

They are guarded as all under /v1/ are: with the server's token, or on its own machine only. It does not know how anything
is drawn.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, date, datetime, timedelta

import msgspec
from fastapi import Request, Response

from foretype.rank.counts import By, Reading, calibration, calibration_error, groups
from foretype.rank.journal import Journal
from foretype.serve.body import read_json_body
from foretype.serve.panel import messages
from foretype.serve.panel.choices import Choices
from foretype.serve.panel.models import models_in
from foretype.serve.panel.pulse import Counts
from foretype.serve.panel.totals import totals_of
from foretype.serve.protocol import parse, parse_query
from foretype.serve.service import Service

USERS_EVERY_S = 30.0  # counting them reads the store; a panel asks every two seconds


class PanelEndpoints:
    """The addresses of one service's panel."""

    def __init__(self, service: Service, *, version: str) -> None:
        self._service = service
        self._version = version
        self._users = (float("-inf"), 0)  # when they were counted, how many there were

    async def live(self, request: Request) -> Response:
        """How the service stands now."""
        service, totals = self._service, totals_of(self._service.metrics.registry)
        minutes, counts = service.pulse.minutes(), totals.counts
        reply = messages.LiveReply(
            at=datetime.now(UTC),
            uptime_s=round(service.uptime_s, 1),
            ready=service.is_ready,
            version=self._version,
            model=service.composer.model if service.is_ready else None,
            versions=dict(totals.versions),
            users=await self._num_users(),
            memory_bytes=totals.memory_bytes,
            by_writing=totals.by_writing,
            silences=dict(totals.silences),
            failures=dict(totals.failures),
            lm_steps=counts["lm_steps"],
            answers_without_lm_step=counts["answers_without_lm_step"],
            learned_words=counts["learned_tokens"],
            refused=counts["requests_refused"],
            superseded=counts["requests_superseded"],
            abandoned=counts["requests_abandoned"],
            hour=_stretch(_summed([each for _, each in minutes])),
            minutes=tuple(
                messages.MinuteReply(datetime.fromtimestamp(at_s, UTC), _stretch(each))
                for at_s, each in minutes
            ),
        )
        return _json(reply)

    async def weeks(self, request: Request) -> Response:
        """What became of suggestions over days and weeks."""
        query = parse_query(messages.WeeksQuery, request.query_params, self._service.limits)
        since = _midnight(date.today() - timedelta(days=query.days - 1))
        answered = tuple(
            messages.DayReply(day, _stretch(counts))
            for day, counts in self._service.pulse.days()
            if day >= since.date()
        )
        reading: Reading = self._service.journal if isinstance(self._service.journal, Journal) else _Nothing()
        kept_days = self._service.settings.outcome_days
        return _json(await asyncio.to_thread(_weeks, reading, since, answered, kept_days))

    async def models(self, request: Request) -> Response:
        """Versions of the ranker, and experiments."""
        return _json(await asyncio.to_thread(models_in, self._service.settings.data_dir))

    async def choices(self, request: Request) -> Response:
        """What is chosen."""
        return _json(self._chosen())

    async def choose(self, request: Request) -> Response:
        """Choose anew, all at once; it holds from the next answer on, and after a restart."""
        body = await read_json_body(request, max_bytes=self._service.settings.max_body_bytes)
        choices: Choices = parse(Choices, body, self._service.limits)
        await self._service.choose(choices)
        return _json(self._chosen())

    def _chosen(self) -> messages.ChoicesReply:
        return messages.ChoicesReply(self._service.choices.now, self._service.composer.has_dial)

    async def _num_users(self) -> int:
        counted_s, num_users = self._users
        if self._service.is_ready and time.monotonic() - counted_s >= USERS_EVERY_S:
            num_users = len(await self._service.keep(lambda composer: composer.store.users()))
            self._users = (time.monotonic(), num_users)
        return num_users


class _Nothing:
    """A server that keeps no outcomes."""

    def query(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        return []


def _weeks(
    journal: Reading, since: datetime, answered: tuple[messages.DayReply, ...], kept_days: int
) -> messages.WeeksReply:
    """Blocking: reads the journal."""
    since_s = int(since.timestamp())
    bins = calibration(journal, since=since_s)
    days, hours, kinds, locales, models, lengths = (
        tuple(groups(journal, by, since=since_s))
        for by in (By.DAY, By.HOUR, By.KIND, By.LOCALE, By.MODEL, By.WORDS)
    )
    return messages.WeeksReply(
        since=since,
        kept_days=kept_days,
        answered=answered,
        days=days,
        hours=hours,
        kinds=kinds,
        locales=locales,
        models=models,
        lengths=lengths,
        calibration=tuple(bins),
        calibration_error=calibration_error(bins),
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day).astimezone()


def _summed(stretches: list[Counts]) -> Counts:
    rows = [stretch.row() for stretch in stretches]
    return Counts.of_row([sum(column) for column in zip(*rows, strict=True)])


def _stretch(counts: Counts) -> messages.StretchReply:
    return messages.StretchReply(
        answers=counts.answers,
        shown=counts.shown,
        lm_steps=counts.lm_steps,
        without_lm_step=counts.without_lm_step,
        p50_ms=counts.latency_ms(0.5),
        p90_ms=counts.latency_ms(0.9),
        p99_ms=counts.latency_ms(0.99),
    )


def _json(reply: msgspec.Struct) -> Response:
    body = msgspec.json.encode(reply)
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
