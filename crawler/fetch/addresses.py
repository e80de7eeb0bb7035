"""What an IP address is, in every notation and every disguise: public or not, and which IPv4 address an IPv6 one carries."""

from __future__ import annotations

import contextlib
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LOW_32 = 0xFFFFFFFF
NAT64 = ip_network("64:ff9b::/96")
IPV4_LAST = tuple(map(ip_network, ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")))
"""Prefixes whose last 32 bits are an IPv4 address: compatible, mapped, translated (RFC 2765), NAT64 (RFC 6052)."""
ISATAP = (0x00005EFE, 0x02005EFE)
"""The upper half of an interface identifier whose lower half is an IPv4 address (RFC 5214)."""
NOT_PUBLIC = tuple(
    map(
        ip_network,
        ("0.0.0.0/8", "192.0.0.0/24", "192.88.99.0/24", "::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "100::/32",
         "3fff::/20", "5f00::/16", "fec0::/10"),
    )
)  # fmt: skip
"""Special-purpose ranges (IANA registries) that ``is_global`` of older Pythons takes for public."""
UNICAST = ip_network("2000::/3")
"""All that is handed out of IPv6; the rest is reserved."""


def network(text: str) -> Network:
    """A CIDR text. Raises ValueError on a wrong one."""
    return ip_network(text)


def parse(text: str) -> Address:
    """An address as a resolver gives it, with or without its interface. Raises ValueError."""
    return ip_address(text.partition("%")[0])


def literal(host: str) -> Address | None:
    """The address a literal host means, in every form that a resolver or browser takes (127.1, 0x7f000001, １２７。0。0。1,
    localhost); None for a name. Raises ValueError for what is neither."""
    if not host.isascii():
        host = host.encode("idna").decode("ascii")  # full-width digits and dots are ordinary ones on their way out
    host = host.rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return IPv4Address("127.0.0.1")
    with contextlib.suppress(ValueError):
        return parse(host)
    if host[:1].isdigit():
        with contextlib.suppress(OSError):
            return IPv4Address(socket.inet_aton(host))
    return None


def embedded_ipv4(address: Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address leads to or through; a packet to it may end at any of them."""
    if isinstance(address, IPv4Address):
        return ()
    number, low = int(address), IPv4Address(int(address) & LOW_32)
    last = number > 1 and any(address in net for net in IPV4_LAST)  # :: and ::1 are themselves
    found = [low] if last or (number >> 32) & LOW_32 in ISATAP else []
    if address.sixtofour:
        found.append(address.sixtofour)
    return (*found, *(address.teredo or ()))


def is_public(address: Address) -> bool:
    """True for a unicast address that anybody on the Internet could reach."""
    if any(address in net for net in NOT_PUBLIC if net.version == address.version):
        return False
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    if address.ipv4_mapped or address in NAT64:
        return True  # the same as the IPv4 address inside, which is judged by itself
    return address in UNICAST and address.is_global
