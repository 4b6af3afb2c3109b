"""The real application on a port of its own, over a small real composer and four weeks of outcomes: for tests of the panel.

It opens what `foretype serve` opens, but for the language model. It does not know what the tests do with it.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import cast

import uvicorn
from fastapi import FastAPI

from foretype.compose.composer import Composer
from foretype.compose.gate import Gate
from foretype.compose.strengths import Strengths
from foretype.config import Settings
from foretype.monitor.metrics import Metrics
from foretype.monitor.station import open_station
from foretype.personal.store import open_store
from foretype.rank.journal import Journal
from foretype.serve.app import make_app
from foretype.serve.door import Composer as ServedComposer
from foretype.serve.panel.pulse_file import PulseFile
from foretype.serve.service import Service
from foretype.text.casing import fold_words
from four_weeks import live_four_weeks
from serving import PATIENCE_S, opened, settings_for
from small_world import small_background


@contextmanager
def panel_server(folder: Path, *, has_past: bool, **changes: str | tuple[str, ...]) -> Iterator[str]:
    """A running server by its address; `has_past`: four weeks lie behind it."""
    if has_past:
        live_four_weeks(folder, until=datetime.now().astimezone())
    settings = settings_for(folder, webhook_networks=("127.0.0.0/8",), **changes)
    service = Service(settings, Metrics())
    station = open_station(settings)
    service.desk = station.desk
    PulseFile(service.pulse, folder).restore()
    is_open = threading.Event()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await service.open(opened(small_composer(settings)))
        is_open.set()
        yield
        await service.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(
            make_app(service, lifespan),
            log_level="error",
            ws="websockets-sansio",
            ws_ping_interval=None,  # a ping draws from `random`, behind the back of whatever test runs then
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        assert is_open.wait(PATIENCE_S)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(PATIENCE_S)
    station.close()


def small_composer(settings: Settings) -> ServedComposer:
    background = small_background(settings.data_dir / "background.ngram")
    composer = Composer(
        background,
        store=open_store(
            settings.data_dir,
            background.lexicon,
            fold=lambda words: fold_words(words, is_lower=background.is_lower),
        ),
        strengths=Strengths(),
        gate=Gate(wrong_look=0.0, right_look=0.0, min_prob=0.0),
        outcomes=Journal(settings.data_dir),
    )
    return cast(ServedComposer, composer)
