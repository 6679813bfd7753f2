"""Memory limits of restic: each command gets the limit that was set for it."""

import asyncio
import os
import signal
from dataclasses import replace

import pytest

from tests.support.restic_backups import read_argv_and_environ, slow_backup
from zerobyte.contract.retention import RetentionPolicy
from zerobyte.restic import OutOfMemory, Repository, Tools, backup, check, forget, restore

LIMITS = (("", 500_000_000), ("forget", 600_000_000), ("restore", 700_000_000))


def limited(repository: Repository, **more: object) -> Repository:
    return replace(repository, tools=replace(repository.tools, memory_limits=LIMITS, **more))


async def test_t17_a_restic_at_work_carries_its_memory_limit(repository, source, monkeypatch):
    monkeypatch.setenv("GOMEMLIMIT", "1GiB")  # ours is none of restic's business
    for known, limit in ((limited(repository), b"GOMEMLIMIT=500000000"), (repository, b"")):
        work, child = await slow_backup(known, source)
        _, variables = read_argv_and_environ(child.pid)
        os.kill(child.pid, signal.SIGKILL)
        with pytest.raises(OutOfMemory) as killed:
            async with asyncio.timeout(60):
                await work
        assert killed.value.exit_code == 137
        found = [one for one in variables.split(b"\0") if one.startswith(b"GOMEMLIMIT")]
        assert found == ([limit] if limit else [])


async def test_t17_each_command_has_the_limit_of_its_kind_and_else_the_common_one(
    repository, source, tmp_path
):
    seen = tmp_path / "seen"
    watched = tmp_path / "watched-restic"
    watched.write_text(f'#!/bin/sh\necho "$1 $GOMEMLIMIT" >> {seen}\nexec restic "$@"\n')
    watched.chmod(0o755)
    known = limited(repository, restic_command=str(watched))
    summary = await backup.run(known, source, tag="k3f9x2ab", hostname="h")
    await backup.run(known, source, tag="k3f9x2ab", hostname="h")
    await check.run(known)
    target = tmp_path / "target"
    await restore.run(known, summary.snapshot_id, target=str(target), base_path=str(source))
    assert (target / "a.txt").read_text() == "top"
    plan = await forget.plan(known, RetentionPolicy(keep_last=1), tag="k3f9x2ab")
    await forget.apply(known, plan)
    lines = seen.read_text().splitlines()
    limits = dict(LIMITS)
    assert {line.split()[0] for line in lines} >= {"backup", "check", "restore", "forget"}
    for line in lines:
        command, limit = line.split()
        assert int(limit) == limits.get(command, limits[""])


def test_t17_a_limit_for_one_kind_alone_leaves_the_others_without(
    tools: Tools,
) -> None:
    only = replace(tools, memory_limits=(("forget", 600_000_000),))
    assert only.limits("forget") == {"GOMEMLIMIT": "600000000"}
    assert only.limits("backup") == {}
