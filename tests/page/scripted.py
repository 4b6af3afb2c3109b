"""A server that answers from a table: the page's test equipment.

It serves the real static files under the same security policy as the product and speaks the same contract;
what it suggests is the rest of a sentence that the test has given. It does not know any model.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

STATIC = Path(__file__).parents[2] / "src" / "foretype" / "serve" / "static"
POLICY = "default-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'none'"
DAY = "2026-01-02T03:04:05Z"


@dataclass
class Script:
    """What the server knows and what it was told; a test reads and writes it."""

    sentences: list[str] = field(default_factory=list)
    least_typed: int = 1  # characters of a sentence that must stand there before its rest is suggested
    silence: str = "unsure"
    has_socket: bool = True
    lines: int = 0  # tries to open one
    is_slow: bool = False  # so slow that no question over the socket is ever answered
    called_off: int = 0  # questions that the page does not want answered any more
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # (way, text, suffix)
    feedback: list[dict[str, Any]] = field(default_factory=list)
    taught: list[dict[str, Any]] = field(default_factory=list)
    phrases: dict[str, int] = field(default_factory=dict)
    contexts: list[dict[str, Any]] = field(default_factory=list)
    subprotocols: list[str] = field(default_factory=list)  # offered by the newest line
    learn_problem: dict[str, Any] | None = None

    def texts(self) -> list[str]:
        """The texts before the caret that were asked about, oldest first."""
        return [text for _, text, _ in self.asked]

    def ways(self) -> set[str]:
        """The ways that questions about a text came; the empty text of a fresh page is left out."""
        return {way for way, text, _ in self.asked if text}

    def outcomes(self) -> list[tuple[str, int]]:
        return [(told["outcome"], told["characters"]) for told in self.feedback]

    def answer(self, way: str, text: str, suffix: str) -> dict[str, Any]:
        """The reply for one question: the rests of all sentences that the text begins."""
        self.asked.append((way, text, suffix))
        line = text.rsplit("\n", 1)[-1]
        enough = len(line) >= self.least_typed
        rests = [known[len(line) :] for known in self.sentences if enough and known.startswith(line)]
        found = [_suggestion(rest) for rest in rests if rest][:3]
        number = len(self.asked)
        about = {"id": f"a{number}", "model": "background+test", "elapsed_ms": 3.2, "lm_steps": 1}
        return {**about, "suggestions": found, "silence": None if found else self.silence}


def _suggestion(text: str) -> dict[str, Any]:
    words = len(text.split())
    sure = [round(0.9 ** (i + 1), 3) for i in range(words)]
    origin = {"lm": 0.4, "background": 0.2, "user": 0.3, "message": 0.1}
    about = {"text": text, "words": words, "confidence": sure[-1], "sources": origin}
    return {**about, "word_confidences": sure, "word_sources": [origin] * words}


class ScriptedServer:
    """The table behind HTTP and WebSocket on a port of its own, which a restart keeps."""

    def __init__(self, folders: Mapping[str, Path] = MappingProxyType({})) -> None:
        """`folders` are served too, by the path they go under."""
        self.script = Script()
        self.folders = folders
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        app = _app(self)
        config = uvicorn.Config(
            app,
            port=self.port,
            log_level="error",
            ws="websockets-sansio",
            ws_ping_interval=None,  # a ping draws from `random`, behind the back of whatever test runs then
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        self._wait_until_open()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)

    def _wait_until_open(self) -> None:
        while self._thread.is_alive():
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
        raise RuntimeError(f"the test server did not open port {self.port}")


def _app(server: ScriptedServer) -> FastAPI:
    app = FastAPI()
    for path, folder in {"/static": STATIC, **server.folders}.items():
        app.mount(path, StaticFiles(directory=folder))
    _add_page(app)
    _add_composing(app, server)
    _add_users(app, server)
    return app


def _add_page(app: FastAPI) -> None:
    @app.get("/")
    def page() -> FileResponse:
        return FileResponse(STATIC / "index.html", headers={"content-security-policy": POLICY})

    @app.get("/client.js")
    def client() -> FileResponse:
        return FileResponse(STATIC / "client.js")


def _add_composing(app: FastAPI, server: ScriptedServer) -> None:
    @app.post("/v1/suggest")
    async def suggest(request: Request) -> dict[str, Any]:
        asked = await request.json()
        return server.script.answer("http", asked["text"], asked.get("suffix", ""))

    @app.post("/v1/feedback")
    async def feedback(request: Request) -> dict[str, bool]:
        server.script.feedback.append(await request.json())
        return {"known": True}

    @app.post("/v1/learn")
    async def learn(request: Request) -> JSONResponse:
        if server.script.learn_problem:
            return JSONResponse(server.script.learn_problem, status_code=507)
        taught = await request.json()
        server.script.taught.append(taught)
        return JSONResponse({"learned": {"words": len(taught["text"].split()), "refused": 0}})

    @app.websocket("/v1/compose")
    async def compose(line: WebSocket) -> None:
        server.script.lines += 1
        if not server.script.has_socket:
            await line.close()
            return
        offered = line.scope["subprotocols"]
        server.script.subprotocols = offered
        await line.accept(offered[0] if offered else None)
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # until the page hangs up
            await _converse(line, server)


async def _converse(line: WebSocket, server: ScriptedServer) -> None:
    held = suffix = ""
    while True:
        script = server.script
        told = await line.receive_json()
        match told.pop("type"):
            case "open":
                script.contexts.append(told["context"])
                opened = {"type": "opened", "session": told["session"], "model": "background+test"}
                await line.send_json(opened)
            case "edit":
                held = _edited(held, told)
                suffix = told.get("suffix", suffix)
                answer = script.answer("socket", held, suffix)
                if script.is_slow:
                    continue
                await line.send_json({"type": "suggestion", "seq": told["seq"], "final": True, **answer})
            case "cancel":
                script.called_off += 1
            case "context":
                script.contexts.append(told["context"])
            case "feedback":
                script.feedback.append(told)


def _edited(held: str, edit: dict[str, Any]) -> str:
    if "text" in edit:
        return str(edit["text"])
    units = held.encode("utf-16-le")
    at, end = 2 * int(edit["at"]), 2 * int(edit["at"] + edit["delete"])
    inserted = str(edit["insert"]).encode("utf-16-le")
    return (units[:at] + inserted + units[end:]).decode("utf-16-le")


def _add_users(app: FastAPI, server: ScriptedServer) -> None:
    @app.get("/v1/users/{user}")
    def about(user: str) -> Response:
        words = sum(server.script.phrases.values())
        if not words:
            unknown = {"title": "Not found", "detail": f"nothing is known of {user}"}
            return JSONResponse(unknown, status_code=404)
        counts = {"tokens": 3 * words, "words": words, "messages": 2, "bytes": 9 * words}
        return JSONResponse({"user": user, **counts, "first": DAY, "last": DAY})

    @app.get("/v1/users/{user}/phrases")
    def phrases(user: str, limit: int = 200, query: str = "") -> dict[str, Any]:
        found = [(name, count) for name, count in server.script.phrases.items() if query in name]
        rows = [{"phrase": name, "count": count, "last": DAY} for name, count in found[:limit]]
        return {"phrases": rows, "total": len(found)}

    @app.get("/v1/users/{user}/export")
    def export(user: str) -> dict[str, Any]:
        return {"user": user, "phrases": server.script.phrases}

    @app.delete("/v1/users/{user}/phrases/{phrase:path}")
    def forget_phrase(user: str, phrase: str) -> dict[str, bool]:
        return {"forgotten": server.script.phrases.pop(phrase, None) is not None}

    @app.delete("/v1/users/{user}")
    def forget(user: str) -> dict[str, bool]:
        server.script.phrases.clear()
        return {"forgotten": True}
