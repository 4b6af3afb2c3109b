"""What the address /v1/statistics does where the settings make this server an aggregator: take reports, tell estimates.

Reports are not logged, nor is who sent them. It does not know how sums are kept, nor how noise is taken out.
"""

from __future__ import annotations

from datetime import date

import msgspec
from fastapi import Request, Response

from foretype.privacy.ldp.locales import COMMON_LOCALES
from foretype.privacy.ldp.reports import MAX_REPORT_BYTES, Report
from foretype.privacy.ldp.summary import Summary, summary
from foretype.serve.body import read_json_body
from foretype.serve.private.sender import today_utc
from foretype.serve.private.sums import SumsStore
from foretype.serve.problem import Fault, Finding, refuse
from foretype.serve.protocol import encode, parse, parse_query
from foretype.serve.service import Service


class StatisticsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which days to tell of, both included; all where they are left out."""

    since: date | None = None
    until: date | None = None


class CountedReply(msgspec.Struct, frozen=True):
    """The report is in the sums now."""

    counted: bool


class StatisticsEndpoints:
    """The addresses of one service's private statistics."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def take(self, request: Request) -> Response:
        """Count one private report of a device."""
        store = self._store()
        body = await read_json_body(request, max_bytes=MAX_REPORT_BYTES)
        report: Report = parse(Report, body, self._service.limits)
        if not await self._service.keep(lambda _composer: store.take(report, today=today_utc())):
            finding = Finding("$.id", report.id, "an id that was not sent before")
            raise refuse(Fault.DUPLICATE, "This report was counted before; it counts once", finding)
        return _json(CountedReply(counted=True))

    async def tell(self, request: Request) -> Response:
        """What all reports tell, with 95 % intervals."""
        store = self._store()
        span = parse_query(StatisticsQuery, request.query_params, self._service.limits)

        def told() -> Summary:
            return summary(
                lambda each: store.sums(each, since=span.since, until=span.until), locales=COMMON_LOCALES
            )

        return _json(await self._service.keep(lambda _composer: told()))

    def _store(self) -> SumsStore:
        if self._service.sums is None:
            raise refuse(
                Fault.NOT_FOUND,
                "This server takes no statistics; its setting statistics_dir would change that",
            )
        return self._service.sums


def _json(reply: CountedReply | Summary) -> Response:
    return Response(encode(reply), media_type="application/json", headers={"Cache-Control": "no-store"})
