"""The worker checks the target of a restore by its real path: `flows.restore.check_target`."""

import tempfile
from pathlib import Path

import pytest

from flows.outcome import PreconditionFailed
from flows.restore import check_delete, check_target
from tests.support.open_access import ANYWHERE
from zerobyte.contract.jobs import RestoreJob
from zerobyte.contract.repositories import LocalConfig, RepositoryAccess


def job(target: str, **more: object) -> RestoreJob:
    return RestoreJob.model_validate(
        {
            "task_id": "t",
            "repository": RepositoryAccess(
                id="r",
                short_id="short",
                name="name",
                config=LocalConfig(backend="local", path="/srv/repository"),
                password="p",
                **ANYWHERE,
            ),
            "snapshot_id": "0" * 64,
            "target": target,
            **more,
        }
    )


def repository_at(folder: Path) -> Path:
    for name in ("data", "keys", "snapshots"):
        (folder / name).mkdir(parents=True)
    (folder / "config").touch()
    return folder


@pytest.mark.parametrize("target", ["/etc", "/usr/local", "/proc/self", "/dev", "/bin", "/etc/"])
def test_system_folders_are_refused(target: str) -> None:
    with pytest.raises(PreconditionFailed) as refused:
        check_target(job(target))
    assert target not in refused.value.public


@pytest.mark.parametrize("target", ["/var/spool/cron/crontabs", "/root/.ssh", "/home/a/.gnupg/x"])
def test_folders_of_keys_and_cron_are_refused(target: str) -> None:
    with pytest.raises(PreconditionFailed):
        check_target(job(target))


def test_link_to_a_system_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "harmless").symlink_to("/etc")
    (tmp_path / "top").symlink_to("/")
    for name in ("harmless/below", "top"):
        with pytest.raises(PreconditionFailed):
            check_target(job(str(tmp_path / name)))


def test_temporary_folder_of_the_system_is_refused_but_not_folders_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, link = tmp_path / "temporary", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)  # The standard library caches the folder.
    for target in (folder, link):
        with pytest.raises(PreconditionFailed, match="choose a folder below it"):
            check_target(job(str(target)))
    check_target(job(str(folder / "restored")))


@pytest.mark.parametrize("target", ["/srv/restored", "/home/ann", "/etcetera", "/mnt/usr"])
def test_other_folders_are_allowed(target: str) -> None:
    check_target(job(target))


def test_whole_home_volume_can_be_restored_in_place() -> None:
    check_target(job("/", own_folders=["/home"], include=["/home"]))
    with pytest.raises(PreconditionFailed):
        check_target(job("/", own_folders=[], include=["/home"]))


def test_restore_into_any_repository_is_refused(tmp_path: Path) -> None:
    unregistered = repository_at(tmp_path / "unregistered")
    registered = tmp_path / "registered"
    for target in (unregistered, unregistered / "data" / "x", registered, registered / "keys"):
        with pytest.raises(PreconditionFailed):
            check_target(job(str(target), repositories=[str(registered)]))
    (tmp_path / "link").symlink_to(registered)
    with pytest.raises(PreconditionFailed):
        check_target(job(str(tmp_path / "link"), repositories=[str(registered)]))


def test_restore_above_another_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PreconditionFailed):
        check_target(job(str(tmp_path), repositories=[str(tmp_path / "below")]))


def test_volume_with_its_own_repository_can_be_restored_without_delete(tmp_path: Path) -> None:
    own = str(tmp_path / "own")
    config = {"backend": "local", "path": own}
    access = job("/").repository.model_copy(update={"config": LocalConfig.model_validate(config)})
    fields = {"repository": access, "include": [str(tmp_path)], "repositories": [own]}
    check_target(job("/", **fields))
    with pytest.raises(PreconditionFailed):
        check_target(job("/", **fields, delete=True))


def test_a_target_outside_the_allowed_roots_is_refused_by_its_real_path(tmp_path: Path) -> None:
    (tmp_path / "allowed").mkdir()
    (tmp_path / "other").mkdir()
    roots = [str(tmp_path / "allowed")]
    check_target(job(str(tmp_path / "allowed" / "x"), allowed_roots=roots))
    (tmp_path / "allowed" / "link").symlink_to(tmp_path / "other")
    for name in ("other", "allowed/link", "allowed/link/x"):
        with pytest.raises(PreconditionFailed):
            check_target(job(str(tmp_path / name), allowed_roots=roots))


def test_delete_above_an_unregistered_repository_is_refused(tmp_path: Path) -> None:
    repository_at(tmp_path / "deep" / "inside" / "repository")
    with pytest.raises(PreconditionFailed):
        check_delete(job(str(tmp_path)))
    check_delete(job(str(tmp_path / "elsewhere")))


@pytest.mark.parametrize("target", ["/var/spool", "/root/.bashrc", "/root/.config/autostart"])
def test_folders_of_executables_are_refused(target: str) -> None:
    with pytest.raises(PreconditionFailed):
        check_target(job(target))


def test_folder_above_cron_is_refused_even_in_place() -> None:
    with pytest.raises(PreconditionFailed):
        check_target(job("/", include=["/var/spool"]))
    check_target(job("/", include=["/var/spool/mail"]))


def test_home_volume_can_restore_its_hidden_files() -> None:
    check_target(job("/", include=["/root/.bashrc"], own_folders=["/root"]))
    check_target(job("/root/.config", base_path="/root/.config", own_folders=["/root"]))


def test_delete_above_another_volume_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photos" / "raw").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "photos")
    volumes = {"volumes": [str(tmp_path / "link" / "raw")]}
    check_target(job(str(tmp_path), **volumes))
    check_target(job(str(tmp_path / "photos" / "raw"), delete=True, **volumes))
    check_target(job(str(tmp_path / "music"), delete=True, **volumes))
    own = {"own_folders": [str(tmp_path / "photos" / "raw")], **volumes}
    check_target(job("/", include=[str(tmp_path / "photos")], delete=True, **own))
    for target in (tmp_path, tmp_path / "photos", tmp_path / "link"):
        with pytest.raises(PreconditionFailed, match="holds another volume"):
            check_target(job(str(target), delete=True, **volumes))


def test_delete_in_a_volume_of_another_organization_is_refused(tmp_path: Path) -> None:
    others = {"other_volumes": [str(tmp_path / "theirs")]}
    check_target(job(str(tmp_path / "theirs"), **others))
    for target in (tmp_path, tmp_path / "theirs"):
        with pytest.raises(PreconditionFailed, match="holds another volume"):
            check_target(job(str(target), delete=True, **others))
