"""Where a webhook may go: to the open internet by https, and elsewhere only to networks that the settings name.

Without this, whoever may add a webhook could make the server call what only the server can reach: its own ports, the
cloud's metadata service, the router. The address that was checked is the one that is called, so a name that changes its
mind in between gains nothing. It does not know what is said there.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from foretype.errors import ConfigError, InputError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve: TypeAlias = Callable[[str, int], Sequence[str]]

MAX_URL_CHARS = 2000
LOCAL = ipaddress.IPv4Address("127.0.0.1")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
PORTS = {"https": 443, "http": 80}


class Reach:
    """What may be called. `networks` as in "10.0.0.0/8"; raises ConfigError for what is none.

    >>> Reach(("10.0.0.0/8",)).allows(ipaddress.ip_address("10.1.2.3"))
    True
    >>> Reach(()).allows(ipaddress.ip_address("169.254.169.254"))
    False
    """

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = tuple(map(_network, networks))

    def allows(self, address: Address) -> bool:
        return self.names(address) or _is_open_internet(_inner(address))

    def names(self, address: Address) -> bool:
        """Whether the settings name its network."""
        inner = _inner(address)
        return any(inner.version == network.version and inner in network for network in self._networks)

    def check(self, url: str) -> SplitResult:
        """The parts of an address that may be kept. Raises InputError, saying what is wrong with it.

        A name is looked up only when it is called; until then nobody can tell where it leads.
        """
        parts = _parts(url)
        if parts.scheme == "http" and not self._networks:
            raise InputError(
                "url: found http, wanted https; plain http is for networks that the setting webhook_networks names"
            )
        literal = _literal((parts.hostname or "").rstrip("."))
        if literal is not None:
            self._check_address(literal, parts)
        return parts

    def addresses(self, parts: SplitResult, *, resolve: Resolve) -> list[str]:
        """Addresses to call, those that may be. Raises InputError when there is none."""
        host = parts.hostname or ""
        found = [ipaddress.ip_address(each) for each in resolve(host, port_of(parts))]
        allowed = [each for each in found if self._may_call(each, parts)]
        if not allowed:
            self._check_address(found[0], parts)
        return [str(each) for each in allowed]

    def _may_call(self, address: Address, parts: SplitResult) -> bool:
        return self.allows(address) and (parts.scheme == "https" or self.names(address))

    def _check_address(self, address: Address, parts: SplitResult) -> None:
        if self._may_call(address, parts):
            return
        wanted = (
            "an address of the open internet" if parts.scheme == "https" else "a network of yours, or https"
        )
        raise InputError(
            f"url: found {parts.scheme}://{parts.hostname}, which is {address}; wanted {wanted}. If it is yours, "
            "add its network to the setting webhook_networks"
        )


def port_of(parts: SplitResult) -> int:
    return parts.port or PORTS[parts.scheme]


def resolved(host: str, port: int) -> list[str]:
    """Addresses of a host, in the system's order. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]).partition("%")[0] for *_, address in found))


def _literal(host: str) -> Address | None:
    """The address that a host spells; None for a name."""
    if host == "localhost" or host.endswith(".localhost"):
        return LOCAL
    with suppress(ValueError):
        return ipaddress.ip_address(host)
    with suppress(OSError):
        return ipaddress.IPv4Address(socket.inet_aton(host))  # 127.1, 2130706433, 0x7f.1: resolvers read them
    return None


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InputError(f"url: {error}; wanted such as https://example.org/hook") from error
    if len(url) > MAX_URL_CHARS or not url.isascii() or not url.isprintable() or " " in url:
        raise InputError(f"url: wanted at most {MAX_URL_CHARS} printable ASCII characters without spaces")
    if parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise InputError("url: wanted https:// and a host, such as https://example.org/hook")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InputError(
            "url: found a user name, a password or a fragment, wanted none; requests are signed instead"
        )
    return parts


def _network(named: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(named)
    except ValueError as error:
        raise ConfigError(f"setting webhook_networks: {error}; wanted such as 10.0.0.0/8") from error


def _is_open_internet(address: Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one leads to, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)
