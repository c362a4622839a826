"""Where a webhook may lead: which addresses in words, and which on the wire (SSRF).

A name is checked twice: its form when it is entered, and all that it resolves to whenever a connection is made, which
then goes to the very address that was checked. So a name that resolves otherwise a moment later gains nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

MOST = 500
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# RFC 6761, 6762, 7686, 8375, and what private networks use besides.
PRIVATE_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "onion", "home.arpa", "test",
                 "invalid")  # fmt: skip
# IANA's registries of special purpose addresses: Python's own `is_global` differs from version to version.
SPECIAL = [
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        # Of IPv6 only what is handed out as global unicast counts at all, and of that not those that lead elsewhere:
        # Teredo, ORCHID, documentation, 6to4, SRv6. Outside it lie v4-mapped, NAT64, ULA, link-local, multicast.
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
]
UNICAST_6 = IPv6Network("2000::/3")
LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


class BadAddress(Exception):
    """No webhook leads there. code says why; the edge words it."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address in words. path: with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        usual = {"https": 443, "http": 80}[self.scheme] == self.port
        return f"{self.scheme}://{self.host}{'' if usual else f':{self.port}'}{self.path}"


def target_of(url: str, *, may_loop: bool = False) -> Target:
    """The target that `url` names. Raises BadAddress.

    may_loop: http and any port of this machine are allowed too, for trying things out; never in production.
    """
    if len(url) > MOST or not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise BadAddress("form")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        raise BadAddress("form") from None
    if parts.username is not None or parts.password is not None:
        raise BadAddress("userinfo")
    if parts.fragment or not host:
        raise BadAddress("form")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if may_loop and host in ("127.0.0.1", "localhost") and parts.scheme in ("http", "https"):
        return Target(parts.scheme, host, port or {"https": 443, "http": 80}[parts.scheme], path)
    if parts.scheme != "https":
        raise BadAddress("scheme")
    if port not in (None, 443):
        raise BadAddress("port")
    _check_name(host)
    return Target("https", host, 443, path)


def _check_name(host: str) -> None:
    labels = host.split(".")
    # “127.1”, “0x7f.1” and “2130706433” are addresses to many programs: a name's last label is no number.
    if ":" in host or re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        raise BadAddress("literal")
    if len(host) > 253 or len(labels) < 2 or not all(LABEL.fullmatch(label) for label in labels):
        raise BadAddress("name")
    if any(host == name or host.endswith(f".{name}") for name in PRIVATE_NAMES):
        raise BadAddress("private", host)


def is_public(text: str) -> bool:
    """Whether this address is one of the public internet, by which nothing inside a house is reached."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and (address.scope_id or address not in UNICAST_6):
        return False
    return address.is_global and not any(_holds(network, address) for network in SPECIAL)


def _holds(network: IPv4Network | IPv6Network, address: IPv4Address | IPv6Address) -> bool:
    return network.version == address.version and address in network


def checked(addresses: Iterable[str], *, may_loop: bool = False) -> list[str]:
    """The addresses that a name resolved to, if *all* of them are public. Raises BadAddress.

    may_loop: all are of this machine, which is allowed instead.
    """
    found = list(dict.fromkeys(addresses))
    if not found:
        raise BadAddress("unknown")
    if may_loop and all(any(_holds(net, ip_address(each)) for net in LOOPBACK) for each in found):
        return found
    for address in found:
        if not is_public(address):
            raise BadAddress("private", address)
    return found
