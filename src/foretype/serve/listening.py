"""Taking the port before anything heavy is loaded, and refusing addresses that would expose people's texts.

It does not know what will be served; it is light to import.
"""

from __future__ import annotations

import errno
import socket

from foretype.config import Settings
from foretype.errors import ConfigError

BACKLOG = 256
MAX_PORT = 65_535
TOKEN_TO_FILL_IN = "#token=..."


def listen(settings: Settings) -> socket.socket:
    """A socket that listens on the settings' host and port; port 0 takes a free one.

    Raises ConfigError when the host is not this machine and there is no token, or the port cannot be had.
    """
    if not settings.is_local and not settings.token:
        raise ConfigError(
            f"host {settings.host!r}: reachable by other machines, found no token, wanted one;"
            " add --token SECRET (or FORETYPE_TOKEN), or leave out --host"
        )
    if settings.port > MAX_PORT:
        raise ConfigError(f"port {settings.port}: wanted 0 to {MAX_PORT}; choose one with --port")
    try:
        family, _, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        raise ConfigError(_explained(error, settings)) from error


def page_address(settings: Settings, listening: socket.socket) -> str:
    """Where a browser on this machine finds the page; where the server wants a token, with dots in its place: what is
    printed ends up in logs."""
    port = listening.getsockname()[1]
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/" + (TOKEN_TO_FILL_IN if settings.token else "")


def _explained(error: OSError, settings: Settings) -> str:
    place = f"{settings.host}:{settings.port}"
    match error.errno:
        case errno.EADDRINUSE:
            other = settings.port + 1 if settings.port < MAX_PORT else 0
            return f"{place}: the port is in use; stop what uses it, or choose another: --port {other}"
        case errno.EACCES:
            return f"{place}: this user may not take the port; choose one above 1023 with --port"
        case errno.EADDRNOTAVAIL:
            return f"{place}: no address of this machine; leave out --host, or name one that `ip addr` shows"
        case _:
            return f"{place}: cannot listen there ({error.strerror}); check --host and --port"
