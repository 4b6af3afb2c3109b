"""Claims about the server as a process of its own: real sockets, real signals."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from serving import PATIENCE_S

SERVER = Path(__file__).parent / "scripted_server.py"
SOURCE = Path(__file__).parents[2] / "src"
WORDS = "marmalade xylophone"


class Server:
    """A running scripted server: its port, and what it says."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.port = int(self.said().split()[1])

    def said(self) -> str:
        """The next line on its stdout, "" at its end."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def nod(self) -> None:
        """The line on stdin that it waits for."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def ended(self) -> tuple[int, str]:
        """Its exit status and all of its log."""
        _, log = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, log

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        connection.request(method, path, None if body is None else json.dumps(body))
        response = connection.getresponse()
        reply = json.loads(response.read())
        connection.close()
        return response.status, reply


@contextmanager
def running(mode: str = "") -> Iterator[Server]:
    process = subprocess.Popen(
        [sys.executable, str(SERVER), mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    with process:
        try:
            yield Server(process)
        finally:
            process.kill()


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(SOURCE)}


def test_a_stop_lets_running_requests_finish_closes_everything_and_ends_with_status_0() -> None:
    with running() as server:
        assert server.said() == "ready scripted"
        replies: list[tuple[int, Any]] = []
        asking = threading.Thread(
            target=lambda: replies.append(server.call("POST", "/v1/suggest", {"text": "wait"}))
        )
        asking.start()
        assert server.said() == "asked"
        server.process.send_signal(signal.SIGTERM)
        server.nod()
        asking.join(PATIENCE_S)
        assert replies[0][0] == 200
        assert server.said() == "closed"
        assert server.ended()[0] == 0


def test_ctrl_c_ends_with_status_0_and_open_websockets_are_told() -> None:
    with running() as server:
        assert server.said() == "ready scripted"
        with connect(f"ws://127.0.0.1:{server.port}/v1/compose", proxy=None) as wire:
            wire.send(json.dumps({"type": "open"}))
            assert json.loads(wire.recv(PATIENCE_S))["type"] == "opened"
            server.process.send_signal(signal.SIGINT)
            with pytest.raises(ConnectionClosed):
                wire.recv(PATIENCE_S)
        assert server.ended()[0] == 0


def test_the_socket_answers_while_the_model_is_still_opening() -> None:
    with running("loading") as server:
        assert server.call("GET", "/healthz")[0] == 200
        assert server.call("GET", "/readyz")[0] == 503
        server.nod()
        assert server.said() == "ready scripted"
        assert server.call("GET", "/readyz")[0] == 200


def test_a_stop_while_the_model_opens_closes_it_too() -> None:
    with running("loading") as server:
        assert server.call("GET", "/healthz")[0] == 200
        server.process.send_signal(signal.SIGTERM)
        server.nod()
        assert [server.said(), server.said()] == ["ready scripted", "closed"]
        assert server.ended()[0] == 0


def test_a_model_that_does_not_open_ends_the_process_with_its_reason() -> None:
    with running("broken") as server:
        assert server.said() == "model.onnx: truncated"
        assert server.ended()[0] == 2


def test_a_killed_server_leaves_its_port_free() -> None:
    with running() as server:
        server.process.kill()
        server.process.wait(PATIENCE_S)
        with socket.create_server(("127.0.0.1", server.port)) as taken:
            assert taken.getsockname()[1] == server.port


def test_a_whole_message_over_a_real_websocket() -> None:
    with (
        running() as server,
        connect(f"ws://127.0.0.1:{server.port}/v1/compose", proxy=None) as wire,
    ):
        assert server.said() == "ready scripted"
        wire.send(json.dumps({"type": "open", "user": "me", "session": "m-1"}))
        assert json.loads(wire.recv(PATIENCE_S))["session"] == "m-1"
        wire.send(json.dumps({"type": "edit", "seq": 1, "text": "Go "}))
        assert json.loads(wire.recv(PATIENCE_S))["suggestions"][0]["text"] == "onward "
        wire.send(json.dumps({"type": "close", "sent": True}))
        assert json.loads(wire.recv(PATIENCE_S)) == {"type": "learned", "words": 1, "refused": 0}
        wire.send("x" * 1_100_000)
        with pytest.raises(ConnectionClosed) as caught:
            wire.recv(PATIENCE_S)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1009


def test_the_log_of_a_real_process_at_debug_holds_no_word_of_a_text() -> None:
    with running() as server:
        assert server.said() == "ready scripted"
        server.call("POST", "/v1/suggest", {"text": WORDS})
        server.call("POST", "/v1/suggest", {"text": WORDS, WORDS: 1})
        server.call("POST", "/v1/learn", {"text": WORDS, "user": WORDS})
        with connect(f"ws://127.0.0.1:{server.port}/v1/compose", proxy=None) as wire:
            wire.send(json.dumps({"type": "edit", "seq": 1, "text": WORDS}))
            wire.recv(PATIENCE_S)
        raw = socket.create_connection(("127.0.0.1", server.port))
        raw.sendall(f"{WORDS}\r\n\r\n".encode())
        raw.recv(1_000)
        raw.close()
        server.process.send_signal(signal.SIGTERM)
        _, log = server.ended()
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert {"ready", "request", "stopped"} <= set(events)
    assert not any(word in log for word in WORDS.split())


@contextmanager
def commanded(*options: str, home: Path) -> Iterator[subprocess.Popen[str]]:
    """The real command, in a home of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "foretype", "serve", "--model", "none", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment() | {"HOME": str(home)},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_a_token_is_printed_nowhere(tmp_path: Path) -> None:
    with commanded("--port", "0", "--token", "open-sesame", home=tmp_path) as process:
        assert process.stdout is not None and process.stderr is not None
        ready = process.stdout.readline()
        assert "/#token=... with your token for the dots" in ready
        process.terminate()
        assert "open-sesame" not in ready + process.stdout.read() + process.stderr.read()


def test_the_command_serves_learns_and_remembers_after_a_kill(tmp_path: Path) -> None:
    for is_first in (True, False):
        with commanded("--port", "0", home=tmp_path) as process:
            assert process.stdout is not None
            ready = process.stdout.readline()
            assert ready.startswith("foretype is ready: open http://127.0.0.1:")
            port = int(ready.split()[4].rstrip("/").rpartition(":")[2])
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
            if is_first:
                body = json.dumps({"user": "me", "text": "Greetings from Marmaris"})
                connection.request("POST", "/v1/learn", body)
                assert connection.getresponse().status == 200
                connection.close()
                continue  # which kills it
            body = json.dumps({"user": "me", "text": "Greetings from Mar"})
            connection.request("POST", "/v1/suggest", body)
            reply = json.loads(connection.getresponse().read())
            connection.close()
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=PATIENCE_S)
    assert reply["suggestions"][0]["text"].startswith("maris")
    assert process.returncode == 0
    assert [json.loads(line)["event"] for line in log.splitlines()] == ["ready", "stopped"]


def test_a_data_folder_that_cannot_be_used_ends_the_command_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with commanded("--port", "0", "--data-dir", str(tmp_path / "file" / "data"), home=tmp_path) as process:
        said, complaint = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, said, len(complaint.splitlines())) == (2, "", 1)
    assert str(tmp_path / "file") in complaint


def test_a_port_in_use_ends_the_command_with_one_line_before_anything_is_loaded(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-X", "importtime", "-m", "foretype", "serve", "--port", str(port)]
        done = subprocess.run(
            [*command, "--data-dir", str(tmp_path)],
            env=environment() | {"HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
    lines = done.stderr.splitlines()
    imported = {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}
    said = [line for line in lines if not line.startswith("import time:")]
    assert (done.returncode, len(said)) == (2, 1)
    assert f"{port}: the port is in use" in said[0]
    assert not imported & {"fastapi", "uvicorn", "numpy", "onnxruntime"}
