"""Logs: one JSON object a line, fields instead of sentences, never a word of a user's text.

Text is kept out by construction: a line holds only the fields that our own calls name, of an error only its
type and where it was raised (its message may quote what it choked on), of other libraries' records only the
template, without the values. It does not know where the lines are collected.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO, TypeAlias

from foretype.errors import ConfigError

Field: TypeAlias = str | int | float | bool | None

LEVELS = ("debug", "info", "warning", "error")
MAX_FRAMES = 12  # innermost frames of an error: enough to find the place

_LOGGER = logging.getLogger("foretype")
_LIBRARIES = ("uvicorn.error",)  # told to speak from warning on; at debug it would log the frames it carries


def configure(level: str, stream: TextIO) -> None:
    """Send our lines from `level` on, and libraries' warnings, to `stream`. Raises ConfigError for no level.

    >>> configure("loud", __import__("sys").stderr)
    Traceback (most recent call last):
    foretype.errors.ConfigError: log level: found 'loud', wanted one of debug, info, warning, error
    """
    if level not in LEVELS:
        raise ConfigError(f"log level: found {level!r}, wanted one of {', '.join(LEVELS)}")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines())
    _attach(_LOGGER, handler, level.upper())
    for name in _LIBRARIES:
        _attach(logging.getLogger(name), handler, "ERROR" if level == "error" else "WARNING")


def debug(event: str, **fields: Field) -> None:
    _log(logging.DEBUG, event, fields)


def info(event: str, **fields: Field) -> None:
    _log(logging.INFO, event, fields)


def error(event: str, cause: BaseException, **fields: Field) -> None:
    """Tell that `cause` happened: its type and its place, not its message."""
    _log(logging.ERROR, event, {**fields, "error": type(cause).__name__, "at": place_of(cause.__traceback__)})


def is_debug() -> bool:
    return _LOGGER.isEnabledFor(logging.DEBUG)


def place_of(trace: TracebackType | None) -> str:
    """The innermost frames of a traceback as "file:line function", outermost first."""
    frames = traceback.extract_tb(trace)[-MAX_FRAMES:]
    return " > ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)


class Lines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        members: dict[str, Field] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": str(record.msg),  # the template: values that others put into it may be text
        }
        fields: dict[str, Any] | None = getattr(record, "fields", None)
        if fields is None:
            members["logger"] = record.name
        if record.exc_info and record.exc_info[0] is not None:
            members |= {"error": record.exc_info[0].__name__, "at": place_of(record.exc_info[2])}
        return json.dumps(members | (fields or {}), ensure_ascii=False)


def _log(level: int, event: str, fields: dict[str, Field]) -> None:
    if _LOGGER.isEnabledFor(level):
        _LOGGER.log(level, event, extra={"fields": fields})


def _attach(logger: logging.Logger, handler: logging.Handler, level: str) -> None:
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False


def _short(filename: str) -> str:
    """The end of a path: enough to find the file, without naming anybody's home folder."""
    return "/".join(filename.replace("\\", "/").split("/")[-2:])
