"""Very many idle connections of one client stop neither the API nor a backup."""

import resource
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.customer import Customer
from tests.e2e.served import ServedPlatform
from zerobyte.core.process.setup import raise_open_file_limit

MANY = 1200


@pytest.fixture
def many_open_files() -> None:
    raise_open_file_limit()
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < MANY + 300:
        pytest.skip(f"this machine lets a process open fewer than {MANY + 300} files")


@pytest.mark.usefixtures("many_open_files")
def test_1200_idle_connections_stop_neither_the_api_nor_a_backup(
    customer: Customer, served: ServedPlatform, shared_repository: dict[str, Any], source: Path
) -> None:
    schedule = customer.of("beside idle connections", source, shared_repository)
    idle: list[socket.socket] = []
    try:
        for _ in range(MANY):
            idle.append(socket.create_connection(("127.0.0.1", served.port), timeout=60))
        assert customer.call("GET", "/api/readiness")["status"]
        task = customer.run(schedule)
        assert task["status"] == "succeeded", task
        assert len(customer.snapshots(shared_repository, schedule)) == 1
    finally:
        for connection in idle:
            connection.close()
