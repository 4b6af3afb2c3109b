"""One server process: runs the application on a socket that already listens, and ends it gracefully.

The socket answers at once (/readyz with 503) while another thread opens the composer. It does not know how
that is done, nor what the settings mean to it.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from foretype.config import Settings
from foretype.monitor import logs
from foretype.monitor.metrics import Metrics
from foretype.monitor.station import make_watchman, open_station
from foretype.serve.app import make_app
from foretype.serve.door import Composer
from foretype.serve.panel.pulse_file import PulseFile
from foretype.serve.private.sender import keep_sending
from foretype.serve.service import Service

GRACE_S = 5  # for requests that run when a stop is asked for; a suggestion takes a tenth of a second
KEEP_ALIVE_S = 75  # writers pause to think; a new connection would cost the next key


def serve(
    settings: Settings,
    listening: socket.socket,
    loading: Future[Composer],
    *,
    announce: Callable[[Composer], None],
) -> None:
    """Serve on `listening` until SIGTERM or SIGINT; `announce` is called when the composer is open.

    Raises ConfigError for an unknown log level, and what kept the composer from opening.
    """
    logs.configure(settings.log_level, sys.stderr)
    _Process(settings, loading, announce).run(listening)


class _Process:
    """The service, and the server that runs it."""

    def __init__(
        self, settings: Settings, loading: Future[Composer], announce: Callable[[Composer], None]
    ) -> None:
        self._service = Service(settings, Metrics())
        self._loading = loading
        self._announce = announce
        self._failure: Exception | None = None
        self._station = open_station(settings)
        self._service.desk = self._station.desk
        self._watchman = make_watchman(self._service.monitor, self._station)
        self._pulse_file = PulseFile(self._service.pulse, settings.data_dir)
        self._server = uvicorn.Server(
            uvicorn.Config(
                make_app(self._service, self._lifespan),
                loop="auto" if sys.platform == "win32" else "uvloop",
                http="httptools",
                ws="websockets-sansio",
                ws_max_size=settings.max_body_bytes,
                ws_per_message_deflate=False,  # a frame is a few hundred bytes; compressing them costs more
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GRACE_S,
            )
        )

    def run(self, listening: socket.socket) -> None:
        with self._signals_only_stop():
            self._server.run(sockets=[listening])
        if self._failure is not None:
            raise self._failure

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        opening = asyncio.create_task(self._open())
        self._pulse_file.restore()
        sending = asyncio.create_task(self._send_reports())
        saving = asyncio.create_task(self._pulse_file.keep_saving())
        self._watchman.start()
        yield
        sending.cancel()
        saving.cancel()
        await asyncio.wait((opening,), timeout=GRACE_S)
        await self._service.close()
        self._pulse_file.save()
        if await asyncio.to_thread(self._watchman.stop):
            self._station.close()

    async def _open(self) -> None:
        try:
            composer = await self._service.open(self._loading)
            gc.freeze()  # models and modules stay: to look through them all again took 90 ms of some key
            self._announce(composer)
        except Exception as error:
            self._failure = error
            self._server.should_exit = True

    async def _send_reports(self) -> None:
        if self._service.watch is not None:
            await keep_sending(self._service.watch.book, self._service.settings)

    @contextmanager
    def _signals_only_stop(self) -> Iterator[None]:
        """Lose no early stop, and take none for a failure: uvicorn raises its signal again at the end."""
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, _number: int, _frame: object) -> None:
        self._server.should_exit = True
