"""Notifications about runs; a failing destination delays nothing."""

import shutil
from pathlib import Path
from typing import Any

from tests.e2e.conftest import MARK, Secrets
from tests.e2e.customer import Answer, Customer
from tests.e2e.hooks import HookServer
from tests.support.waiting import until_sync


def destination(customer: Customer, hooks: HookServer, path: str, secrets: Secrets) -> Answer:
    config = {
        "type": "generic",
        "url": f"{hooks.origin}{path}",
        "method": "POST",
        "useJson": True,
        "headers": [f"Authorization: Bearer {secrets.hook}"],
    }
    body = {"name": path.strip("/"), "config": config}
    made = customer.call("POST", "/api/v1/notifications/destinations", body, status=201)
    assert secrets.hook not in str(made)
    return made


def assign(customer: Customer, schedule: str, destinations: list[Answer]) -> None:
    flags = ("notifyOnStart", "notifyOnSuccess", "notifyOnWarning", "notifyOnFailure")
    assignments = [
        {"destinationId": made["id"], **dict.fromkeys(flags, True)} for made in destinations
    ]
    path = f"/api/v1/backups/{schedule}/notifications"
    customer.call("PUT", path, {"assignments": assignments})


def titles(messages: list[tuple[dict[str, str], Any]]) -> list[str]:
    return [body["title"] for _, body in messages]


def test_start_success_and_failure_notifications_arrive(
    customer: Customer, shared_repository: Answer, hooks: HookServer, secrets: Secrets, source: Path
) -> None:
    target = destination(customer, hooks, "/listens", secrets)
    schedule = customer.of("loud", source, shared_repository)
    assign(customer, schedule, [target])
    customer.run(schedule)
    until_sync(lambda: len(hooks.to("/listens")) == 2, limit_s=45, what="two messages have come")
    (headers, _), (_, success) = hooks.to("/listens")
    assert headers["authorization"] == f"Bearer {secrets.hook}"
    assert titles(hooks.to("/listens")) == [
        "Zerobyte loud started",
        "Zerobyte loud completed successfully",
    ]
    assert "Volume: loud" in success["message"]
    assert "Total files processed: 3" in success["message"]

    def known() -> Answer:
        return customer.call("GET", f"/api/v1/notifications/destinations/{target['id']}")

    until_sync(lambda: known()["status"] == "healthy", limit_s=30, what="the delivery is recorded")
    assert known()["lastChecked"] > 0

    shutil.rmtree(source)
    customer.run(schedule)
    until_sync(lambda: len(hooks.to("/listens")) == 4, limit_s=45, what="the failure was reported")
    title, failure = hooks.to("/listens")[-1][1].values()
    assert title == "Zerobyte loud failed"
    assert "Error: The source folder" in failure
    assert "does not exist" in failure


def test_t32_failing_destination_delays_nothing_and_is_recorded(
    customer: Customer, shared_repository: Answer, hooks: HookServer, secrets: Secrets, source: Path
) -> None:
    hangs = destination(customer, hooks, f"/hang/{MARK}", secrets)
    breaks = destination(customer, hooks, "/broken", secrets)
    schedule = customer.of("unheard", source, shared_repository)
    assign(customer, schedule, [hangs, breaks])

    def took_ms() -> int:
        ended = customer.run(schedule)
        assert ended["status"] == "succeeded"
        return ended["finishedAt"] - ended["createdAt"]

    # One message may take ten seconds, and the run does not wait for it. A busy machine may
    # need as long for a run, but a run that waits needs it each time.
    assert any(took_ms() < 9_000 for _ in range(3))

    def error(made: Answer) -> str | None:
        found = customer.call("GET", f"/api/v1/notifications/destinations/{made['id']}")
        return found["lastError"] if found["status"] == "error" else None

    message = until_sync(lambda: error(hangs), limit_s=90, what="the silence is recorded")
    assert message == "The server did not answer within 10 seconds"
    message = until_sync(lambda: error(breaks), limit_s=90, what="the refusal is recorded")
    assert message == "The server answered HTTP 500"
