"""A real Redis or Valkey server of a test's own, which can be stopped, killed and started again with what it kept.

It does not know what is kept there.
"""

from __future__ import annotations

import importlib.util
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

PATIENCE_S = 20.0


class RedisServer:
    """One server on loopback, its log synced at every write."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        if program is None or importlib.util.find_spec("redis") is None:
            pytest.skip("needs redis-server and the package redis")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        flags = (
            f"--port {self.port} --bind 127.0.0.1 --dir {folder} --appendonly yes --appendfsync always --save"
        )
        self._command = [program, *flags.split(), ""]
        self._process: subprocess.Popen[str] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert any("eady to accept connections" in line for line in self._process.stdout)

    def kill(self) -> None:
        """As the machine's end would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(number)
            process.communicate(timeout=PATIENCE_S)

    def files(self) -> bytes:
        """Every byte that it keeps."""
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())
