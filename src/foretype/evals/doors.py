"""The doors through which an evaluation asks: a composer in this process, or a server over HTTP.

Both take and give the same values, so replay and latency do not know which one they stand at. A door does
not know what the writer is going to write.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Protocol
from urllib.parse import urlsplit

from foretype.compose.protocols import Learned
from foretype.compose.request import Answer, Context, Request
from foretype.errors import BusyError, ConfigError, InputError
from foretype.evals.messages import Message

DEADLINE_MS = 60.0  # as in a request that names none
TIMEOUT_S = 30.0  # an answer later than this is a broken server, not a slow one
USER_AGENT = "foretype-eval"


@dataclass(frozen=True, slots=True)
class Shown:
    """What one key brought. `text` is "" in silence; `lm_steps` is None where the door does not tell."""

    text: str
    elapsed_ms: float  # seen from the writer's side of the door
    confidence: float | None = None
    silence: str | None = None
    lm_steps: int | None = None
    sources: Mapping[str, float] | None = None


class Door(Protocol):
    """What an evaluation needs of a system."""

    @property
    def name(self) -> str:
        """What the tables call it."""
        ...

    def suggest(self, text: str, message: Message, *, user: str | None) -> Shown:
        """The first suggestion after `text`. Raises BusyError when the system refused for load."""
        ...

    def learn(self, message: Message, *, user: str | None) -> None:
        """Hand over a whole message that was sent; nothing happens without a user."""
        ...

    def close(self) -> None:
        """Give back connections and processes."""
        ...


class Answering(Protocol):
    """The part of a composer that an evaluation uses; compose/composer.py has it."""

    @property
    def model(self) -> str: ...

    def answer(self, request: Request) -> Answer: ...

    def learn(self, text: str, *, user: str, context: Context) -> Learned: ...

    def close(self) -> None: ...


class ComposerDoor:
    """A composer in this process; owns it, so `close` closes it. Each answer may take `deadline_ms`."""

    def __init__(self, composer: Answering, *, deadline_ms: float = DEADLINE_MS) -> None:
        self._composer = composer
        self._deadline_ms = deadline_ms

    @property
    def name(self) -> str:
        return self._composer.model

    def suggest(self, text: str, message: Message, *, user: str | None) -> Shown:
        request = Request(
            text,
            user=user,
            session=message.id,
            context=message.context,
            deadline_ms=self._deadline_ms,
        )
        started = time.perf_counter()
        answer = self._composer.answer(request)
        elapsed_ms = (time.perf_counter() - started) * 1e3
        first = answer.suggestions[0] if answer.suggestions else None
        return Shown(
            text=first.text if first else "",
            elapsed_ms=elapsed_ms,
            confidence=first.confidence if first else None,
            silence=answer.silence.value if answer.silence else None,
            lm_steps=answer.lm_steps,
            sources=first.sources if first else None,
        )

    def learn(self, message: Message, *, user: str | None) -> None:
        if user is not None:
            self._composer.learn(message.body, user=user, context=message.context)

    def close(self) -> None:
        self._composer.close()


class HttpDoor:
    """A foretype server, one kept-alive connection. The time of a key includes the way there and back."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        """`token` defaults to FORETYPE_TOKEN. Raises InputError for an address that is not http(s)."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError(f"--url: found {url!r}, wanted an address such as http://127.0.0.1:8765")
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._url, self._path = url, parts.path.rstrip("/")
        self._connection = kind(parts.hostname, parts.port, timeout=TIMEOUT_S)
        self._headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT}
        token = token or os.environ.get("FORETYPE_TOKEN")
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._model = "unknown"

    @property
    def name(self) -> str:
        """The model that answered last; "unknown" before the first answer."""
        return self._model

    def suggest(self, text: str, message: Message, *, user: str | None) -> Shown:
        question = {"text": text, "user": user, "session": message.id, "context": _context_json(message)}
        started = time.perf_counter()
        found = self._post("/v1/suggest", question)
        elapsed_ms = (time.perf_counter() - started) * 1e3
        self._model = found.get("model", self._model)
        first: dict[str, Any] = next(iter(found.get("suggestions") or ()), {})
        return Shown(
            text=first.get("text", ""),
            elapsed_ms=elapsed_ms,
            confidence=first.get("confidence"),
            silence=found.get("silence"),
            lm_steps=found.get("lm_steps"),
            sources=first.get("sources"),
        )

    def learn(self, message: Message, *, user: str | None) -> None:
        if user is not None:
            self._post("/v1/learn", {"user": user, "text": message.body, "context": _context_json(message)})

    def close(self) -> None:
        self._connection.close()

    def _post(self, path: str, question: Mapping[str, Any]) -> Any:
        try:
            self._connection.request("POST", self._path + path, json.dumps(question), self._headers)
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, HTTPException) as error:
            self._connection.close()
            raise ConfigError(
                f"{self._url}: no answer ({error or type(error).__name__}); "
                "start a server with `foretype serve`, or leave out --url"
            ) from error
        if response.status == 429:
            wait_s = float(response.headers.get("Retry-After", 1))
            raise BusyError(f"{self._url}{path}: too much work", retry_after_s=wait_s)
        return self._checked(path, response.status, body)

    def _checked(self, path: str, status: int, body: bytes) -> Any:
        try:
            found = json.loads(body) if body else {}
        except ValueError:
            found = None
        if status >= 300 or not isinstance(found, dict):
            detail = found.get("detail") if isinstance(found, dict) else None
            raise InputError(
                f"{self._url}{path}: answered {status} ({detail or 'not JSON'}); is this a foretype server?"
            )
        return found


def _context_json(message: Message) -> dict[str, Any]:
    return {
        "kind": message.kind.value,
        "subject": message.subject,
        "previous": message.previous,
        "to": list(message.to),
        "sent_at": message.date,
        "locale": message.context.locale,
    }
