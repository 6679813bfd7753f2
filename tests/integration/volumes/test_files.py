"""Listing the files of a volume and the folders of the host, over HTTP."""

import asyncio
import os

import pytest

from zerobyte.features.volumes.models import Volume
from zerobyte.mounts import files

# No listing depends on the kind of the database.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
def listing(client, volume):
    async def get(path=None, **query):
        query = {"path": path, **query} if path is not None else query
        return await client.get(f"/api/v1/volumes/{volume['shortId']}/files", params=query)

    return get


def names(answer):
    assert answer.status_code == 200, answer.text
    return [entry["name"] for entry in answer.json()["files"]]


async def test_folders_come_first_then_names_ignoring_case(listing, harness):
    for name in ("Zoo", "apes"):
        (harness.src / name).mkdir()
    answer = await listing()
    assert names(answer) == ["apes", "sub", "Zoo", ".hidden", "a.txt", "B.txt"]
    assert answer.headers["cache-control"] == "private, no-store"
    first, file = answer.json()["files"][0], answer.json()["files"][4]
    assert first.keys() == {"name", "path", "type", "modifiedAt"}
    assert (first["path"], first["type"]) == ("/apes", "directory")
    assert (file["path"], file["type"], file["size"]) == ("/a.txt", "file", 2)
    assert file["modifiedAt"] == (harness.src / "a.txt").stat().st_mtime_ns // 1_000_000
    page = answer.json()
    assert (page["path"], page["offset"], page["limit"], page["total"]) == ("/", 0, 500, 6)
    assert page["hasMore"] is False


@pytest.mark.parametrize("path", ["/sub", "sub", "sub/", "//sub", "/./sub/deep/.."])
async def test_requested_path_is_returned_unchanged(listing, path):
    answer = await listing(path)
    assert names(answer) == ["deep"]
    assert answer.json()["path"] == path
    assert answer.json()["files"][0]["path"] == "/sub/deep"


async def test_pages_cover_the_whole_folder(listing, harness):
    for number in range(1100):
        (harness.src / "sub" / f"f{number:04}").touch()
    first = await listing("/sub", limit=5000)
    assert len(first.json()["files"]) == first.json()["limit"] == 1000
    assert (first.json()["total"], first.json()["hasMore"]) == (1101, True)
    second = await listing("/sub", limit=1000, offset=1000)
    assert second.json()["hasMore"] is False
    assert names(first) + names(second) == ["deep", *[f"f{n:04}" for n in range(1100)]]
    odd = await listing("/sub", limit=-3, offset=-7)
    assert (odd.json()["limit"], odd.json()["offset"], len(names(odd))) == (1, 0, 1)
    assert names(await listing("/sub", offset=10**15)) == []
    assert (await listing("/sub", limit="many")).status_code == 400


async def test_links_have_the_type_of_their_target(listing, harness, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (harness.src / "l-broken").symlink_to("nowhere")
    (harness.src / "l-dir").symlink_to("sub/deep")
    (harness.src / "l-file").symlink_to("a.txt")
    (harness.src / "l-out").symlink_to(outside)
    (harness.src / "l-loop").symlink_to("l-loop")
    (harness.src / "sub" / "deep" / "x").touch()
    answer = await listing()
    kinds = {e["name"]: (e["type"], e.get("size")) for e in answer.json()["files"]}
    assert answer.json()["total"] == len(kinds) == 9
    assert kinds["l-dir"] == ("directory", None)
    for link in ("l-broken", "l-file", "l-out", "l-loop"):
        assert kinds[link] == ("file", None)
    inside = await listing("/l-dir")
    assert [entry["path"] for entry in inside.json()["files"]] == ["/sub/deep/x"]


@pytest.mark.parametrize("path", ["..", "/../etc", "sub/../../etc", "l-out", "l-out/inner"])
async def test_paths_out_of_the_volume_are_refused(listing, harness, tmp_path, path):
    (tmp_path / "outside" / "inner").mkdir(parents=True)
    (harness.src / "l-out").symlink_to(tmp_path / "outside")
    answer = await listing(path)
    assert answer.status_code == 400
    assert answer.json() == {"message": "Invalid path"}


async def test_invalid_paths_get_different_errors(listing, harness, client, volume):
    assert (await listing("/nope")).status_code == 404
    assert (await listing("/nope")).json() == {"message": "Directory not found"}
    assert (await listing("/a.txt")).json() == {"message": "Path is not a directory"}
    assert (await listing("/a.txt")).status_code == 400
    assert (await listing("/" + "x" * 300)).status_code == 400
    assert (await listing("a\0b")).status_code == 400
    await client.post(f"/api/v1/volumes/{volume['shortId']}/unmount")
    unmounted = await listing()
    assert (unmounted.status_code, unmounted.json()["message"]) == (409, "Volume is not mounted")


async def test_pipe_instead_of_a_folder_does_not_block(listing, harness):
    os.mkfifo(harness.src / "pipe")
    assert (await asyncio.wait_for(listing("/pipe"), 40)).status_code == 400
    assert "pipe" in names(await listing())


async def test_non_utf8_names_are_listed(listing, harness):
    (harness.src / "sub" / os.fsdecode(b"\xff\xfe.bin")).touch()
    assert names(await listing("/sub")) == ["deep", "��.bin"]


async def test_data_folder_inside_a_volume_is_not_listed(client, harness, tmp_path):
    (harness.data / "secret").touch()
    created = await client.post(
        "/api/v1/volumes",
        json={"name": "all", "config": {"backend": "directory", "path": str(tmp_path)}},
    )
    volume_url = f"/api/v1/volumes/{created.json()['shortId']}/files"
    assert (await client.get(volume_url, params={"path": "/data"})).status_code == 403
    assert "data" in names(await client.get(volume_url))


async def test_folder_swapped_for_a_link_during_open_is_refused(database_kind, tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    # The real path of the opened folder is checked, so a link that passed the first check fails.
    (root / "l").symlink_to(outside)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files.os.path, "realpath", str)
        with pytest.raises(files.Invalid):
            files.list_folder(root, "l", offset=0, limit=1, protected=())


async def test_slow_listing_does_not_block_other_requests(client, volume, monkeypatch):
    go_on = asyncio.Event()
    loop = asyncio.get_running_loop()
    real = files.list_folder

    def slow(*args, **kwargs):
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
        return real(*args, **kwargs)

    monkeypatch.setattr(files, "list_folder", slow)
    waiting = asyncio.create_task(client.get(f"/api/v1/volumes/{volume['shortId']}/files"))
    assert (await client.get("/api/v1/volumes")).status_code == 200
    assert not waiting.done()
    go_on.set()
    assert (await waiting).status_code == 200


BROWSE = "/api/v1/volumes/filesystem/browse"


async def test_browse_lists_real_folders_of_the_host(client, harness):
    (harness.src / "link").symlink_to("sub")
    (harness.src / ".hidden-folder").mkdir()
    answer = await client.get(BROWSE, params={"path": f"{harness.src}/./sub/.."})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.json()["path"] == str(harness.src)
    shown = answer.json()["directories"]
    assert [entry["name"] for entry in shown] == [".hidden-folder", "sub"]
    assert shown[1]["path"] == str(harness.src / "sub")
    assert shown[1].keys() == {"name", "path", "type", "modifiedAt"}
    root = await client.get(BROWSE)
    assert root.json()["path"] == "/"
    assert "/tmp" in [entry["path"] for entry in root.json()["directories"]]


async def test_browse_does_not_list_the_data_folder(client, harness, tmp_path):
    (harness.data / "inside").mkdir()
    (tmp_path / "link").symlink_to(harness.data)
    shown = (await client.get(BROWSE, params={"path": str(tmp_path)})).json()["directories"]
    assert [entry["name"] for entry in shown] == ["src"]
    for path in (harness.data, harness.data / "inside", tmp_path / "link"):
        assert (await client.get(BROWSE, params={"path": str(path)})).status_code == 403


async def test_invalid_host_folders_get_different_errors(client, harness):
    for path, status in (
        (harness.src / "nope", 404),
        (harness.src / "a.txt", 400),
        ("relative", 400),
        ("../..", 400),
    ):
        answer = await client.get(BROWSE, params={"path": str(path)})
        assert answer.status_code == status
        assert str(harness.src) not in answer.json()["message"]
    assert await Volume.all().count() == 0
