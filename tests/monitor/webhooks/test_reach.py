"""Claims about where a webhook may go, and about receivers that misbehave."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.errors import ConfigError, InputError
from foretype.monitor.webhooks.addresses import Reach
from foretype.monitor.webhooks.sending import Sender
from receiver import Receiver

INSIDE = [
    "127.0.0.1",
    "10.0.0.7",
    "192.168.1.1",
    "172.16.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "fd00:ec2::254",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_nothing_inside_is_called_whatever_its_spelling(address: str) -> None:
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(InputError, match="webhook_networks"):
        Reach(()).check(f"https://{literal}/hook")
    result = sender_to([address]).post("https://hook.example/", b"{}", {})
    assert result.error is not None and "webhook_networks" in result.error


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "https://user:secret@example.org/",
        "https:///path",
        "ftp://example.org/",
        "https://example.org/#part",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "https://example.org/\n",
        "https://[::1/",
        "https://localhost/",
        "https://a.localhost/",
        "https://localhost./",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0x1/",
        "https://0251.0376.0251.0376/",
        "https://" + "a" * 2000,
        "",
    ],
)
def test_what_cannot_be_an_address_of_a_webhook_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="url: "):
        Reach(()).check(url)


def test_a_network_of_ones_own_is_named_in_the_settings() -> None:
    reach = Reach(("10.0.0.0/8", "fd00::/8"))
    assert reach.allows(ipaddress.ip_address("10.9.9.9")) and reach.allows(ipaddress.ip_address("fd00::7"))
    assert not reach.allows(ipaddress.ip_address("192.168.0.1"))
    assert reach.check("http://10.1.1.1:8080/x?y=1").port == 8080
    with pytest.raises(ConfigError, match="webhook_networks"):
        Reach(("10.0.0.1/8",))


def test_the_address_that_was_checked_is_the_one_that_is_called(receiver: Receiver) -> None:
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])  # a name that changes its mind
    asked = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    sender = Sender(Reach(()), resolve=resolve, timeout_s=0.2)
    assert sender.post(f"https://hook.example:{receiver.port}/", b"{}", {}).status is None
    assert asked == ["hook.example"] and receiver.got == []


def test_plain_http_goes_to_named_networks_only() -> None:
    sender = Sender(Reach(("10.0.0.0/8",)), resolve=lambda host, port: ["93.184.215.14"])
    result = sender.post("http://hook.example/", b"{}", {})
    assert result.error is not None and "https" in result.error


def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.statuses, receiver.headers = [302], {"Location": "http://127.0.0.1:1/elsewhere"}
    result = sender_to(["127.0.0.1"], "127.0.0.0/8").post(receiver.url, b"{}", {})
    assert (result.status, result.is_taken, len(receiver.got)) == (302, False, 1)


def test_a_receiver_that_never_answers_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        result = sender_to(["127.0.0.1"], "127.0.0.0/8", timeout_s=0.2).post(url, b"{}", {})
    assert result.error == "no answer within 0.2 s"


def test_a_receiver_that_drips_is_left_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as dripping:
        thread = threading.Thread(target=drip, args=(dripping,))
        thread.start()
        url = f"http://127.0.0.1:{dripping.getsockname()[1]}/"
        result = sender_to(["127.0.0.1"], "127.0.0.0/8", timeout_s=0.3).post(url, b"{}", {})
        thread.join()
    assert result.error == "no answer within 0.3 s" and result.elapsed_ms < 5000


@pytest.mark.parametrize("port", [1, 9])
def test_a_door_that_is_closed_is_told(port: int) -> None:
    result = sender_to(["127.0.0.1"], "127.0.0.0/8").post(f"http://127.0.0.1:{port}/", b"{}", {})
    assert result.error is not None and "refused" in result.error


@given(st.binary(min_size=4, max_size=4))
def test_an_address_is_open_in_every_spelling_or_in_none(raw: bytes) -> None:
    plain = ipaddress.IPv4Address(raw)
    mapped = ipaddress.IPv6Address(b"\0" * 10 + b"\xff\xff" + raw)
    nat64 = ipaddress.IPv6Address(bytes.fromhex("0064ff9b" + "00" * 8) + raw)
    reach = Reach(())
    assert reach.allows(plain) == reach.allows(mapped) == reach.allows(nat64)


def sender_to(addresses: Sequence[str], *networks: str, timeout_s: float = 5.0) -> Sender:
    return Sender(Reach(networks), resolve=lambda host, port: addresses, timeout_s=timeout_s)


def drip(server: socket.socket) -> None:
    """One byte at a time, each in time, never done."""
    connection, _ = server.accept()
    pause = threading.Event()
    with connection:
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1000:
            try:
                connection.sendall(bytes([byte]))
            except OSError:
                return
            pause.wait(0.02)
