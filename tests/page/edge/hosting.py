"""A plain web server for a built folder, which writes down what it is asked for and can go away.

It sets no header of its own, like the simplest host there is. It does not know what lies in the folder.
"""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

HERE = Path(__file__).parent
POLL_S = 0.02  # how soon `stop` is heard


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *given: Any, host: Host, **named: Any) -> None:
        self.host = host
        super().__init__(*given, **named)

    def translate_path(self, path: str) -> str:
        """Files of the folder; under /host/ the page of these tests that uses it."""
        name = path.partition("?")[0]
        if name.startswith("/host/"):
            return str(HERE / name.removeprefix("/host/"))
        return super().translate_path(path)

    def log_message(self, format: str, *given: Any) -> None:
        self.host.requests.append(self.path)


class Host:
    """Serves `folder` at `address` until `stop`, as a context; `requests` are the paths asked for so far."""

    def __init__(self, folder: Path) -> None:
        self.requests: list[str] = []
        handler = partial(_Handler, host=self, directory=str(folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL_S,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *given: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Go away: nobody listens any more."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
