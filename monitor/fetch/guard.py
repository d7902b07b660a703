"""Decide, at the moment of dialling, whether an address may be dialled.

In: the very address and port that a socket would connect to. Out: a socket, or `AddressRefused`.
Never: trusts a name. A check before or in name resolution is passed by literal addresses and by names that change
their answer; the connector's socket factory sees each address on each hop of a redirect.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

REFUSED = "may not be dialled"
"""Stands in each refusal: the libraries between wrap the exception, and keep its text."""
NOT_GLOBAL = tuple(
    ip_network(network)
    for network in (
        "::/96",  # IPv4-compatible, obsolete
        "64:ff9b::/96",  # NAT64: an IPv4 address in disguise (RFC 6052)
        "64:ff9b:1::/48",  # local-use NAT64 (RFC 8215)
        "2002::/16",  # 6to4: likewise (RFC 3056)
        "2001::/32",  # Teredo: likewise (RFC 4380)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "0.0.0.0/8",
    )
)
"""What `is_global` of Python 3.11 calls global, or some system treats as its own."""


class AddressRefused(OSError):
    """An OSError, since only those let the connector try a name's next address."""


class Guard:
    """`socket_factory` for the connector."""

    def __init__(self, *, allow_private: Sequence[str], allow_ports: Sequence[int]) -> None:
        self._networks = [ip_network(network, strict=False) for network in allow_private]
        self._ports = frozenset(allow_ports)

    def open_socket(self, info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, target = info
        reason = self.refusal(str(target[0]), int(target[1]))
        if reason:
            raise AddressRefused(reason)
        return socket.socket(family, kind, protocol)

    def refusal(self, host: str, port: int) -> str:
        """Why not, in words; empty when the address may be dialled."""
        address = ip_address(host.partition("%")[0])
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if any(address in network for network in self._networks):
            return ""
        if not _is_public(address):
            return f"{address} {REFUSED}: not a public address; list its network in fetch.allow_private if you trust it"
        if port not in self._ports:
            return f"port {port} of {address} {REFUSED}: it is not in fetch.allow_ports"
        return ""


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if address.is_multicast or not address.is_global:
        return False
    return not any(address in network for network in NOT_GLOBAL)
