"""Ports of this machine for what is started beside others, as a demonstration or a test."""

import random
import socket
from typing import Final

_PORTS: Final = range(10_000, 32_000)
"""Below those that Linux gives to outgoing connections, which could take one of a server that is
just being started again."""


def free_ports(number: int) -> list[int]:
    """Different ports of loopback that nobody had a moment ago.

    Raises OSError when there are not so many.
    """
    found: list[int] = []
    for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
        if len(found) == number:
            return found
        if _is_free(port):
            found.append(port)
    raise OSError("There is no free port left on this machine")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
