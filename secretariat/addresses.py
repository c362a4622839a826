"""Who asks, as far as the network says: one rule for the feed's limits and for the desk's sign-in."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from rest_framework.throttling import BaseThrottle

# One subscriber holds at least so much of IPv6, and may ask from another address of it each time.
IPV6_PREFIX = 64
# Some proxies write the port too, which is another one with each connection.
WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](?::\d+)?|(?P<four>[\d.]+):\d+")


def network_of(request: Any) -> str:
    """The address that a request came from behind NUM_PROXIES proxies; of IPv6 its /64. Empty where none is told."""
    return network_of_address(str(BaseThrottle().get_ident(request) or ""))


def network_of_address(text: str) -> str:
    """The same of an address as text; what is no address is counted as the one that it names, cut short."""
    if found := WITH_PORT.fullmatch(text):
        text = found["six"] or found["four"]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return text[:45]
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, IPV6_PREFIX), strict=False))
