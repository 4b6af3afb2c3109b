"""Test equipment: our log as the server writes it, into a string, and put back afterwards."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from foretype.monitor import logs

NAMES = ("foretype", "uvicorn.error")


@contextmanager
def logged(level: str = "debug") -> Iterator[io.StringIO]:
    """What is logged while this lasts."""
    loggers = [logging.getLogger(name) for name in NAMES]
    before = [(list(logger.handlers), logger.level, logger.propagate) for logger in loggers]
    text = io.StringIO()
    logs.configure(level, text)
    try:
        yield text
    finally:
        for logger, (handlers, old_level, propagate) in zip(loggers, before, strict=True):
            logger.handlers[:], logger.propagate = handlers, propagate
            logger.setLevel(old_level)
