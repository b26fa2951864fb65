"""Where a request comes from: a header says so only where a known proxy wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from tierlock.core import InputError

_SITE: Final = 64
_MOST_HOPS: Final = 20


class Proxies:
    """The proxies whose word counts.

    Args:
        networks: their addresses, such as `10.0.0.5` or `10.0.0.0/24`; empty: there are none.

    Raises:
        InputError: `account.settings`.
    """

    def __init__(self, networks: Sequence[str] = ()) -> None:
        try:
            self._networks = [ip_network(text) for text in networks]
        except ValueError as error:
            raise InputError("account.settings", f"no network of proxies: {error}") from None

    def client_of(self, peer: str, *, forwarded: Sequence[str] = ()) -> str:
        """Return the address of whoever asked.

        The header is read from its end: each proxy adds whom it heard, so that what stands left of
        the first unknown address is what that one claims about itself.

        Args:
            peer: who is at the other end of the connection.
            forwarded: all values of `X-Forwarded-For`, in their order.
        """
        heard = [part.strip() for value in forwarded for part in value.split(",")]
        client = _address(peer)
        if client is None:
            return peer
        for text in reversed(heard[-_MOST_HOPS:]):
            if not self._knows(client):
                break
            before = _address(text)
            if before is None:
                break
            client = before
        return str(client)

    def _knows(self, address: IPv4Address | IPv6Address) -> bool:
        return any(
            address in network for network in self._networks if network.version == address.version
        )


def bucket_of(address: str) -> str:
    """Return what requests of one address are counted under: of IPv6 the site, which has many.

    >>> bucket_of("2001:db8::1"), bucket_of("192.0.2.7")
    ('2001:db8::/64', '192.0.2.7')
    """
    found = _address(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((int(found) >> _SITE << _SITE, _SITE)))
    return address


def is_loopback(address: str) -> bool:
    """Tell whether an address is one of this machine's own."""
    found = _address(address)
    return found is not None and found.is_loopback


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found
