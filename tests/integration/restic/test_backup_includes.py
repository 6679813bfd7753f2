"""What a backup may read through include entries: nothing outside its volume, nothing of ours."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from zerobyte.contract.jobs import BackupOptions
from zerobyte.core.errors import Invalid
from zerobyte.restic import backup, ls


async def saved(
    repository, volume: Path, *, excluded_folders: Sequence[str] = (), **options
) -> set[str]:
    summary = await backup.run(
        repository, volume, tag="k3f9x2ab", hostname="h", options=BackupOptions(**options),
        excluded_folders=excluded_folders,
    )  # fmt: skip
    nodes = ls.run(repository, summary.snapshot_id)
    return {node.path async for node in nodes if node.type != "dir"}


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A volume with links out of it, and one to a folder of its own."""
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "shadow").write_text("root:hash")
    (outside / "deep/shadow").write_text("root:hash")
    root = tmp_path / "vol"
    (root / "photos/2026").mkdir(parents=True)
    (root / "photos/2026/a.jpg").write_text("a")
    (root / "photos/way").symlink_to(outside)
    (root / "evil").symlink_to(outside)
    (root / "process").symlink_to(f"/proc/{os.getpid()}")
    (root / "album").symlink_to(root / "photos/2026")
    return root


@pytest.mark.parametrize(
    "pattern",
    [
        *("evil/*", "evil/shadow", "evil/deep/*", "e*/sh?dow", "*/[s]hadow", "photos/*/shadow"),
        *("photos/../evil/shadow", "*/deep/shadow", "ev\\il/shadow"),
    ],
)
async def test_an_include_pattern_through_a_link_out_of_the_volume_is_refused(
    repository, volume, pattern
):
    with pytest.raises(Invalid, match="Include pattern escapes volume root"):
        await saved(repository, volume, include_patterns=["album/*", pattern])


async def test_an_include_pattern_without_matches_outside_is_no_reason_to_refuse(
    repository, volume
):
    found = await saved(repository, volume, include_patterns=["photos/*/*.jpg", "album/*.jpg"])
    assert found == {f"{volume}/photos/2026/a.jpg", f"{volume}/album/a.jpg"}
    # The link itself is no way out of the volume.
    assert await saved(repository, volume, include_patterns=["ev*"]) == {f"{volume}/evil"}


@pytest.mark.parametrize(
    "options",
    [
        {"include_paths": ["process/environ"]},
        {"include_patterns": ["process/environ"]},
        {"include_patterns": ["process/envir*"]},
        {"include_patterns": ["process/root/etc/*"]},
    ],
)
async def test_a_link_to_a_process_is_refused(repository, volume, options):
    with pytest.raises(Invalid):
        await saved(repository, volume, **options)


async def test_kernel_interfaces_below_a_volume_are_never_read(repository, tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    mine, process = str(tmp_path / "mine.txt").lstrip("/"), f"proc/{os.getpid()}"
    (tmp_path / "way").symlink_to(f"/{process}/root")
    way = str(tmp_path / "way").lstrip("/")
    for options in (
        {"include_paths": [f"{process}/environ"]},
        {"include_paths": ["sys"]},
        {"include_paths": [f"{process}/root/etc/hostname"]},
        {"include_patterns": [f"{process}/environ"]},
        {"include_patterns": [f"{process}/*"]},
        {"include_patterns": [f"{process}/root/etc/*"]},
        {"include_patterns": [f"{way}/etc/host*"]},
        {"include_paths": [f"{way}/etc/hostname"]},
    ):
        with pytest.raises(Invalid, match="of the kernel and cannot be backed up"):
            await saved(repository, Path("/"), **options)
    for folder in ("/proc", f"/{process}", "/sys", "/dev"):
        with pytest.raises(Invalid, match="of the kernel and cannot be backed up"):
            await saved(repository, Path(folder))
    found = await saved(
        repository,
        Path("/"),
        include_paths=[mine],
        include_patterns=["pro[c]", "sy?", "*/version", "*/kernel/uevent_seqnum", "*/null"],
    )
    assert f"/{mine}" in found
    assert not any(path.startswith(("/proc", "/sys", "/dev")) for path in found)


async def test_a_pattern_may_match_any_number_of_files(repository, tmp_path):
    photos = tmp_path / "vol/photos"
    photos.mkdir(parents=True)
    for number in range(2_100):
        (photos / f"{number}.jpg").touch()
    found = await saved(repository, tmp_path / "vol", include_patterns=["photos/*.jpg"])
    assert len(found) == 2_100


async def test_included_paths_do_not_reach_our_data_through_links(repository, tmp_path):
    volume, data = tmp_path / "vol", tmp_path / "vol/app/data"
    data.mkdir(parents=True)
    (data / "app-secret").write_text("secret")
    (volume / "app/seen").write_text("x")
    (volume / "way").symlink_to(volume / "app")
    ours = [str(data)]

    async def save(**wishes):
        return await saved(repository, volume, excluded_folders=ours, **wishes)

    for wishes in (
        {"include_paths": ["app/data/app-secret"]},
        {"include_paths": ["way/data/app-secret"]},
        {"include_paths": ["app/data"]},
        {"include_patterns": ["way/data/app-secret"]},
        {"include_patterns": ["way/data/*"]},
    ):
        with pytest.raises(Invalid, match="inside a folder of Zerobyte"):
            await save(**wishes)
    for wishes in (
        {},
        {"include_paths": ["app"]},
        {"include_patterns": ["w*/*een", "a*"]},
        {"include_patterns": ["w*/d?ta/app-[s]*"]},
        {"include_patterns": ["w*/d?ta"]},
    ):
        assert not any("app-secret" in path for path in await save(**wishes)), wishes
    assert await save(include_paths=["way/data/../seen"])
