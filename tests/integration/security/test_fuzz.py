"""Whatever the document allows, and much that it does not, gets a documented answer; no 500.

The requests are made from our own document. What would reach outwards or write to the disk (making
repositories, mounting network volumes) is left out: its models are the same as those of its tests.
"""

import asyncio
from collections import Counter
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase

from tests.integration.security.conftest import SecurityHarness
from zerobyte.http.openapi import document

REACHES_OUT = {"createRepository", "updateRepository", "testConnection", "createVolume"}
# Bytes that are no UTF-8, and what cannot be parsed.
HOSTILE = {
    "User-Agent": "\xff\xfe",
    "Referer": "http://[",
    "X-Forwarded-For": "\xff, ::%x",
    "Accept": "\xed\xa0\x80",
}
EXAMPLES = hypothesis.settings(
    max_examples=5,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("family", ["/api/v1/", "/api/auth/"])
@pytest.mark.timeout(600)
async def test_every_operation_answers_as_documented(harness: SecurityHarness, family: str):
    home = await harness.user_factory.organization("home")
    ada = await harness.user_factory.person("ada", {home: "owner"}, role="admin")
    described = document(harness.app, under=family)
    schema = schemathesis.openapi.from_dict(described)
    loop = asyncio.get_running_loop()

    def fresh_cookie() -> str:
        made = asyncio.run_coroutine_threadsafe(harness.user_factory.cookie(ada.id, home), loop)
        return made.result()

    wrong, statuses = await asyncio.to_thread(fuzz, harness, schema, fresh_cookie)
    assert wrong == []
    # It has asked a lot, and got in.
    assert statuses.total() > 150
    assert statuses[200] > 5, statuses
    assert statuses[400] > 5, statuses


def fuzz(
    harness: SecurityHarness, schema: Any, fresh_cookie: Any
) -> tuple[list[str], Counter[int]]:
    """What was answered otherwise than documented, and how often each status was."""
    wrong: list[str] = []
    statuses: Counter[int] = Counter()
    for result in schema.get_all_operations():
        operation = result.ok()
        raw = operation.definition.raw
        streams = "text/event-stream" in str(raw["responses"].get("200", {}))
        if raw["operationId"] in REACHES_OUT or streams:
            continue
        # Some operations end the session that they are asked with.
        headers = {
            "cookie": fresh_cookie(),
            "Origin": harness.platform.settings.base_url,
            **HOSTILE,
        }
        try_one(harness, operation, headers, wrong, statuses)
    return wrong, statuses


def try_one(
    harness: SecurityHarness,
    operation: Any,
    headers: dict[str, str],
    wrong: list[str],
    statuses: Counter[int],
) -> None:
    raw = operation.definition.raw

    @EXAMPLES
    @hypothesis.given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        answer = case.call(
            base_url=str(harness.client.base_url),
            headers=headers,
            allow_redirects=False,
            timeout=60,
        )
        statuses[answer.status_code] += 1
        known = set(raw["responses"])
        # A path with something odd in the place of an id is no path of ours.
        known |= {"404", "405"} if "{" in operation.path else set()
        if answer.status_code == 500 or str(answer.status_code) not in known:
            wrong.append(
                f"{raw['operationId']}: {answer.status_code} {answer.text[:200]} to "
                f"{case.method} {case.formatted_path} {case.query} {case.body!r:.300}"
            )

    ask()
