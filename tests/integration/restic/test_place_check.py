"""A local repository's place and host remotes are checked once more before restic starts."""

import shutil

import pytest

from zerobyte.core.errors import Forbidden, Invalid
from zerobyte.restic import Repository, snapshots


@pytest.fixture
def opened(repository_at, new_repository, tmp_path):
    """A repository reached through a link, with limits of choice."""
    shutil.copytree(new_repository, tmp_path / "granted" / "repository")
    (tmp_path / "link").symlink_to(tmp_path / "granted" / "repository")
    known: Repository = repository_at({"backend": "local", "path": str(tmp_path / "link")})

    def open_with(**limits) -> Repository:
        return Repository(known.access.model_copy(update=limits), known.tools)

    return open_with


async def test_a_local_repository_is_read_only_inside_the_allowed_roots(opened, tmp_path):
    granted = opened(allowed_roots=[str(tmp_path / "granted")])
    assert await snapshots.run(granted, timeout_s=60) == []
    # The link itself is inside the second root, what it leads to is not.
    for roots in ([], [str(tmp_path / "other")], [str(tmp_path / "link") + "x"]):
        with pytest.raises(Forbidden, match="outside the folders"):
            await snapshots.run(opened(allowed_roots=roots), timeout_s=60)


async def test_a_link_that_was_moved_into_protected_data_is_refused_before_use(opened, tmp_path):
    data = [str(tmp_path / "granted")]
    with pytest.raises(Invalid, match="belongs to the platform itself"):
        await snapshots.run(opened(protected_folders=data), timeout_s=60)
    own = opened(protected_folders=data, repositories_folder=str(tmp_path / "granted"))
    assert await snapshots.run(own, timeout_s=60) == []
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("/root/.ssh")
    with pytest.raises(Invalid, match="belongs to the platform itself"):
        await snapshots.run(own, timeout_s=60)


async def test_a_link_in_the_folder_of_repositories_leads_out_of_no_other_rule(opened, tmp_path):
    (tmp_path / "repositories").mkdir()
    (tmp_path / "repositories" / "x").symlink_to(tmp_path / "granted" / "repository")
    known = opened(
        protected_folders=[str(tmp_path / "granted")],
        repositories_folder=str(tmp_path / "repositories"),
    )
    place = {"path": str(tmp_path / "repositories" / "x")}
    access = known.access.model_copy(
        update={"config": known.access.config.model_copy(update=place)}
    )
    with pytest.raises(Invalid, match="belongs to the platform itself"):
        await snapshots.run(Repository(access, known.tools), timeout_s=60)


async def test_a_remote_of_rclone_conf_needs_the_whole_host_before_use(repository_at, tmp_path):
    (tmp_path / "rclone.conf").write_text("[files]\ntype = local\n")
    known: Repository = repository_at({"backend": "rclone", "remote": "files", "path": "etc"})
    narrow = known.access.model_copy(update={"allowed_roots": ["/srv"]})
    with pytest.raises(Forbidden, match=r"remote of rclone\.conf"):
        await snapshots.run(Repository(narrow, known.tools), timeout_s=5)
