"""Claims about taking a port."""

from __future__ import annotations

import socket

import pytest

from foretype.errors import ConfigError
from foretype.serve.listening import listen, page_address
from serving import settings_for


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "", "example.org"])
def test_other_machines_are_let_in_only_with_a_token(host: str) -> None:
    with pytest.raises(ConfigError, match="token"):
        listen(settings_for(host=host))


def test_a_port_in_use_is_told_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"{port}: the port is in use.*--port"):
            listen(settings_for(port=port))


def test_an_address_of_another_machine_is_told_as_such() -> None:
    with pytest.raises(ConfigError, match="no address of this machine"):
        listen(settings_for(host="192.0.2.1", port=0, token="secret"))


def test_a_port_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="65535"):
        listen(settings_for(port=65_536))


@pytest.mark.parametrize(
    ("host", "token", "address"),
    [
        ("127.0.0.1", None, "http://127.0.0.1:{port}/"),
        ("localhost", None, "http://localhost:{port}/"),
        ("0.0.0.0", "secret", "http://127.0.0.1:{port}/#token=..."),
    ],
)
def test_the_page_address_is_one_that_a_browser_here_can_open(
    host: str, token: str | None, address: str
) -> None:
    settings = settings_for(host=host, port=0, token=token)
    with listen(settings) as listening:
        assert page_address(settings, listening) == address.format(port=listening.getsockname()[1])
