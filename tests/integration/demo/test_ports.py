"""Free ports of the loopback."""

import socket

import pytest

from zerobyte.demo import ports


def test_free_ports_differ_and_can_be_listened_at():
    found = ports.free_ports(3)
    assert len(set(found)) == 3
    for port in found:
        socket.create_server(("127.0.0.1", port)).close()


def test_taken_port_is_not_returned(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(
            ports, "_PORTS", range(taken.getsockname()[1], taken.getsockname()[1] + 1)
        )
        with pytest.raises(OSError, match="no free port"):
            ports.free_ports(1)
