"""Free TCP ports of this machine for the demo and for tests."""

import random
import socket
from typing import Final

_PORTS: Final = range(10_000, 32_000)
"""Below the range for outgoing connections of Linux, which could take the port of a server during a
restart."""


def free_ports(number: int) -> list[int]:
    """Return different ports of loopback that were free a moment ago.

    Raises OSError if there are not enough.
    """
    ports: list[int] = []
    for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
        if len(ports) == number:
            return ports
        if _is_free(port):
            ports.append(port)
    raise OSError("There is no free port left on this machine")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
