"""A proxy that notes the hosts a browser speaks to: all of a browser's traffic can be led through it.

It forwards to this machine only. It does not know what is said.
"""

from __future__ import annotations

import socket
import threading
from contextlib import closing, suppress
from urllib.parse import urlsplit


class NotingProxy:
    """Listens on a port of its own until it is closed."""

    def __init__(self) -> None:
        self.hosts: set[str] = set()  # with ports
        self._door = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    @property
    def arguments(self) -> list[str]:
        """What leads all of Chromium's traffic here, that to this machine too."""
        return [f"--proxy-server={self.address}", "--proxy-bypass-list=<-loopback>"]

    @property
    def preferences(self) -> dict[str, object]:
        """The same for Firefox."""
        host, port = "127.0.0.1", self._door.getsockname()[1]
        ways = {f"network.proxy.{kind}": host for kind in ("http", "ssl")}
        ports = {f"network.proxy.{kind}_port": port for kind in ("http", "ssl")}
        return {"network.proxy.type": 1, "network.proxy.allow_hijacking_localhost": True, **ways, **ports}

    def close(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join()

    def _serve(self) -> None:
        with suppress(OSError):  # the door was closed
            while True:
                caller, _ = self._door.accept()
                threading.Thread(target=self._carry, args=(caller,), daemon=True).start()

    def _carry(self, caller: socket.socket) -> None:
        """One connection: CONNECT opens a tunnel, any other request names its whole address."""
        with closing(caller), suppress(OSError):
            head = _head(caller)
            if not head:
                return
            method, target = head.split()[:2]
            place = target.decode() if method == b"CONNECT" else urlsplit(target.decode()).netloc
            self.hosts.add(place)
            name, _, port = place.partition(":")
            if name != "127.0.0.1":
                return  # noted; a test speaks to no other machine
            with closing(socket.create_connection((name, int(port or 80)))) as callee:
                if method == b"CONNECT":
                    caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                else:
                    callee.sendall(_alone(head, target, place))
                threading.Thread(target=_pump, args=(caller, callee), daemon=True).start()
                _pump(callee, caller)


def _head(caller: socket.socket) -> bytes:
    """What a connection begins with, up to the end of the headers at least."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = caller.recv(65_536)
        if not piece:
            return b""
        head += piece
    return head


def _alone(head: bytes, target: bytes, place: str) -> bytes:
    """The request as a server expects it, and the only one of its connection."""
    path = target.split(place.encode(), 1)[1] or b"/"
    lines = head.replace(target, path, 1).split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith((b"proxy-connection", b"connection: keep"))]
    return b"\r\n".join([kept[0], b"Connection: close", *kept[1:]])


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
