"""Damage is an answer of check, and the installed restic is new enough."""

import pytest

from zerobyte.core.errors import Unavailable
from zerobyte.restic import ResticError, WrongPassword, backup, check, version


async def test_damage_is_reported_and_not_raised(repository, source, tmp_path, with_password):
    await backup.run(repository, source, tag="t1234567", hostname="h")
    whole = await check.run(repository)
    assert (whole.num_errors, whole.errors) == (0, [])
    for pack in (tmp_path / "repository/data").rglob("*"):
        if pack.is_file():
            pack.unlink()
    damaged = await check.run(repository)
    assert damaged.num_errors > 0
    assert damaged.errors
    assert not any("message_type" in line for line in damaged.errors)
    with pytest.raises(WrongPassword):
        await check.run(with_password(repository, "wrong-password"))
    (tmp_path / "repository/index").rename(tmp_path / "index")
    with pytest.raises(ResticError):
        await backup.run(repository, tmp_path / "absent", tag="t1234567", hostname="h")


async def test_t18_each_repository_has_its_own_cache(repository, source, tmp_path):
    await backup.run(repository, source, tag="t1234567", hostname="h")
    [folder] = (tmp_path / "cache").iterdir()
    assert folder.name == repository.access.id
    assert any(folder.rglob("snapshots"))


async def test_t3_restic_is_new_enough_or_refused(tools, tmp_path):
    assert await version.run(tools) >= version.OLDEST
    old = tmp_path / "restic"
    old.write_text("#!/bin/sh\necho restic 0.16.4 compiled with go1.21\n")
    old.chmod(0o755)
    changed = type(tools)(cache_dir=tools.cache_dir, run_dir=tools.run_dir, restic_command=str(old))
    with pytest.raises(Unavailable, match=r"Restic 0\.16\.4 is too old; at least 0\.17\.0"):
        await version.run(changed)
    old.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(Unavailable):
        await version.run(changed)
