"""The commands that issue, list, rotate and revoke tokens of workers."""

import re

import pytest

from zerobyte.features.tasks.models import WorkerToken
from zerobyte.features.tasks.service import WorkerTokens

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def run(installation, *arguments):
    return installation.call(*arguments)


def test_a_token_is_issued_listed_rotated_and_revoked(installation):
    issued = run(installation, "worker-token", "nas-1")
    assert re.fullmatch(r"zbw_[A-Za-z0-9_-]{43}:nas-1\n", issued.out), issued.err
    row = installation.run(WorkerToken.get)
    listed = run(installation, "worker-tokens", "list")
    assert row.id[:8] in listed.out
    assert issued.out.strip().partition(":")[0] not in listed.out
    rotated = run(installation, "worker-tokens", "rotate", row.id)
    assert rotated.out != issued.out
    token = rotated.out.strip()
    assert installation.run(lambda: WorkerTokens().verify(token)) == "nas-1"
    assert run(installation, "worker-tokens", "revoke", row.id).code == 0
    assert installation.run(WorkerToken.get).revoked_at is not None


def test_unknown_token_id_is_rejected_with_a_message(installation):
    for verb in "revoke", "rotate":
        result = run(installation, "worker-tokens", verb, "absent")
        assert (result.code, result.err) == (1, "There is no such worker token\n")
