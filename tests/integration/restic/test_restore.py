"""Restores: identical, exactly what was chosen, nowhere else."""

import asyncio
import os
import stat
from pathlib import Path

import pytest

from zerobyte.core import private_files
from zerobyte.core.errors import Invalid
from zerobyte.restic import ResticError, SnapshotMissing, backup, dump, ls, restore

BYTES = os.fsdecode(b"not-utf8-\xff\xfe")
ODD = [
    "plain",
    "with space",
    "new\nline",
    "emoji 🎈",
    "-dash",
    "we*ird[x]?.txt",
    "back\\slash",
    BYTES,
]


def describe(root: Path) -> dict[bytes, tuple]:
    """Everything below a folder that a restore has to bring back."""
    found = {}
    for path in root.rglob("*"):
        state = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(state.st_mode) else b""
        link = str(path.readlink()) if path.is_symlink() else ""
        attributes = {
            name: os.getxattr(path, name, follow_symlinks=False)
            for name in os.listxattr(path, follow_symlinks=False)
        }
        found[os.fsencode(path.relative_to(root))] = (
            *(stat.S_IFMT(state.st_mode), stat.S_IMODE(state.st_mode), state.st_uid),
            *(state.st_gid, state.st_mtime_ns, state.st_nlink if path.is_file() else 0),
            *(content, link, tuple(sorted(attributes.items()))),
        )
    return found


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Everything a file system may hold that a backup could get wrong."""
    root = tmp_path / "odd"
    (root / "folder [1]/below").mkdir(parents=True)
    (root / "empty folder").mkdir()
    for name in ODD:
        (root / name).write_text(repr(name))
        (root / "folder [1]/below" / name).write_text(f"below {name!r}")
    (root / "empty").touch()
    (root / "to a file").symlink_to("plain")
    (root / "to nowhere").symlink_to("/does/not/exist")
    os.link(root / "plain", root / "hard link")
    with (root / "sparse").open("wb") as file:
        file.truncate(20_000_000)
    os.setxattr(root / "plain", "user.colour", b"blue\x00")
    (root / "plain").chmod(0o640)
    os.chown(root / "empty", 1234, 4321)
    os.utime(root / "empty", ns=(1, 1_600_000_000_123_456_789))
    return root


@pytest.fixture
async def saved(repository, odd) -> str:
    summary = await backup.run(repository, odd, tag="t1234567", hostname="h")
    return summary.snapshot_id


async def test_everything_comes_back_identical(repository, odd, saved, tmp_path):
    target = tmp_path / "target"
    summary = await restore.run(repository, saved, target=str(target), base_path=str(odd))
    assert describe(target) == describe(odd)
    assert summary.files_restored >= 20
    assert await restore.run(
        repository, saved, target=str(target), base_path=str(odd), overwrite="never"
    )


async def test_the_umask_of_our_processes_changes_no_restored_mode(
    repository, odd, saved, tmp_path
):
    (odd / "empty folder").chmod(0o777)
    (odd / "folder [1]").chmod(0o755)
    summary = await backup.run(repository, odd, tag="t1234567", hostname="h")
    target = tmp_path / "target"
    before = os.umask(private_files.UMASK)
    try:
        await restore.run(repository, summary.snapshot_id, target=str(target), base_path=str(odd))
    finally:
        os.umask(before)
    assert describe(target) == describe(odd)


async def test_original_place_brings_back_the_chosen_paths_alone(repository, odd, saved):
    before = describe(odd)
    for name in ("new\nline", "we*ird[x]?.txt", "back\\slash", "plain"):
        (odd / name).unlink()
    (odd / "we-other-x-.txt").write_text("not mine")
    chosen = [str(odd / name) for name in ("new\nline", "we*ird[x]?.txt", "back\\slash")]
    await restore.run(repository, saved, target="/", include=chosen)
    after = describe(odd)
    assert b"plain" not in after
    for name in ("new\nline", "we*ird[x]?.txt", "back\\slash"):
        assert after[name.encode()] == before[name.encode()]


async def test_t24_chosen_paths_are_anchored(repository, source, tmp_path):
    summary = await backup.run(repository, source, tag="t1234567", hostname="h")
    target = tmp_path / "target"
    await restore.run(
        repository,
        summary.snapshot_id,
        target=str(target),
        base_path=str(source),
        include=[str(source / "a.txt")],
    )
    files = [path.relative_to(target) for path in target.rglob("*") if path.is_file()]
    assert files == [Path("a.txt")], "a file of the same name deeper down is not restored"


async def test_names_that_are_no_utf8_can_be_chosen_from_a_listing(
    repository, odd, saved, tmp_path
):
    nodes = [node async for node in ls.run(repository, saved, path=str(odd))]
    [listed] = [node for node in nodes if node.name.startswith("not-utf8-")]
    target = tmp_path / "target"
    await restore.run(
        repository, saved, target=str(target), base_path=str(odd), include=[listed.path]
    )
    assert [os.fsencode(path.name) for path in target.iterdir()] == [os.fsencode(BYTES)]


async def test_listing_a_folder_gives_its_direct_children(repository, odd, saved):
    nodes = [node async for node in ls.run(repository, saved, path=str(odd))]
    assert len(nodes) == len(list(odd.iterdir()))
    assert {node.path for node in nodes if node.type == "dir"} == {
        f"{odd}/folder [1]",
        f"{odd}/empty folder",
    }
    [sparse] = [node for node in nodes if node.name == "sparse"]
    assert sparse.size == 20_000_000
    [one] = [node async for node in ls.run(repository, saved, path=f"{odd}/plain")]
    assert one.path == f"{odd}/plain"
    everything = [node async for node in ls.run(repository, saved)]
    assert len(everything) == len(list(odd.rglob("*"))) + len(odd.parents)
    assert [node async for node in ls.run(repository, saved, path="/nowhere")] == []


async def test_a_listing_left_early_ends_restic(repository, saved):
    listing = ls.run(repository, saved)
    first = await anext(listing)
    assert first.type == "dir"
    await listing.aclose()
    assert len(asyncio.all_tasks()) == 1


async def test_delete_removes_strangers_from_restored_folders_alone(repository, source, tmp_path):
    made = await backup.run(repository, source, tag="t1234567", hostname="h")
    target = tmp_path / "target"
    (target / "sub").mkdir(parents=True)
    (target / "stranger").touch()
    (target / "sub/stranger").touch()
    summary = await restore.run(
        repository,
        made.snapshot_id,
        target=str(target),
        base_path=str(source),
        include=[str(source / "sub")],
        delete=True,
    )
    assert summary.files_deleted == 1
    assert (target / "stranger").exists()
    assert not (target / "sub/stranger").exists()


async def test_excluded_patterns_and_attributes(repository, odd, saved, tmp_path):
    target = tmp_path / "target"
    await restore.run(
        repository,
        saved,
        target=str(target),
        base_path=str(odd),
        exclude=["below", "/emoji*"],
        exclude_xattr=["user.*"],
    )
    assert not (target / "folder [1]/below").exists()
    assert not (target / "emoji 🎈").exists()
    assert os.listxattr(target / "plain") == []


async def test_missing_snapshots_and_folders_are_reported(repository, saved, tmp_path):
    with pytest.raises(SnapshotMissing):
        await restore.run(repository, "f" * 64, target=str(tmp_path / "x"))
    with pytest.raises(ResticError, match="not found"):
        await restore.run(repository, saved, target=str(tmp_path / "x"), base_path="/nowhere")


async def test_t24_written_places_are_checked_before_anything_is_written(
    repository, saved, odd, tmp_path
):
    target = tmp_path / "target"
    commands = []

    async def refuse(roots):
        commands.extend(roots)
        raise Invalid("Restore target path is not allowed.")

    chosen = [str(odd / "plain"), str(odd / "folder [1]")]
    with pytest.raises(Invalid, match="not allowed"):
        await restore.run(
            repository,
            saved,
            target=str(target),
            base_path=str(odd),
            include=chosen,
            check_roots=refuse,
        )
    assert commands == [f"{target}/plain", f"{target}/folder [1]"]
    assert not target.exists()


async def test_a_snapshot_that_holds_a_place_to_be_left_alone_is_not_restored(
    repository, saved, odd, tmp_path
):
    target = tmp_path / "target"
    for held in ("plain", "folder [1]/below", "to a file/below"):

        async def check(_roots, held=held):
            return [f"{target}/{held}"]

        with pytest.raises(Invalid, match="data of Zerobyte itself"):
            await restore.run(
                repository, saved, target=str(target), base_path=str(odd), check_roots=check
            )
    assert not target.exists()

    async def elsewhere(_roots):
        return [f"{target}/nowhere/below"]

    await restore.run(
        repository, saved, target=str(target), base_path=str(odd), check_roots=elsewhere
    )
    assert (target / "plain").exists()


async def test_dump_hands_on_the_bytes_of_one_file(repository, odd, saved):
    parts: list[bytes] = []
    await dump.run(repository, saved, f"{odd}/we*ird[x]?.txt", on_chunk=parts.append)
    assert b"".join(parts) == (odd / "we*ird[x]?.txt").read_bytes()
    with pytest.raises(ResticError):
        await dump.run(repository, saved, f"{odd}/absent", on_chunk=parts.append)
