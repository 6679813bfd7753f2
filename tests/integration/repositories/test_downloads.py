"""Downloads of files and folders of a snapshot: contents, headers, refusals and broken streams."""

import asyncio
import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.raw_http import exchange
from tests.support.repositories import (
    RepositoriesHarness,
    SnapshotHistory,
    on_sqlite,
)
from tests.support.waiting import until

pytestmark = on_sqlite


def url_of(existing: dict[str, Any], snapshot_id: str) -> str:
    return f"/repositories/{existing['shortId']}/snapshots/{snapshot_id}/dump"


async def get(
    client: httpx.AsyncClient, existing: dict[str, Any], snapshot_id: str, **query: str
) -> httpx.Response:
    return await client.get(url_of(existing, snapshot_id), params=query)


async def test_file_is_downloaded_as_it_is_with_its_name(
    client: httpx.AsyncClient, history: SnapshotHistory, existing: dict[str, Any]
) -> None:
    for name, header in (
        ("a.txt", "attachment; filename=a.txt"),
        (
            "100% süß.txt",
            "attachment; filename=\"100? s??.txt\"; filename*=UTF-8''100%25%20s%C3%BC%C3%9F.txt",
        ),
    ):
        path = history.source / name
        answer = await get(client, existing, history.ids[0], path=str(path), kind="file")
        assert answer.status_code == 200, answer.text
        assert answer.content == path.read_bytes()
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"] == header
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "content-length" not in answer.headers


async def test_folder_and_snapshot_are_tar_or_zip_archives_relative_to_the_base(
    client: httpx.AsyncClient, history: SnapshotHistory, existing: dict[str, Any]
) -> None:
    short = history.ids[0][:8]
    whole = await get(client, existing, short)
    assert whole.headers["content-type"] == "application/x-tar"
    assert whole.headers["content-disposition"] == f"attachment; filename=snapshot-{short}.tar"
    with tarfile.open(fileobj=io.BytesIO(whole.content)) as tar:
        assert {one.name.strip("/") for one in tar.getmembers()} == {
            "100% süß.txt", "a.txt", "link", "sub", "sub/b.txt", "sub/deep", "sub/deep/a.txt",
        }  # fmt: skip
        assert tar.extractfile("sub/b.txt").read() == b"beta"  # type: ignore[union-attr]
    part = await get(
        client, existing, short, path=str(history.source / "sub"), kind="dir", format="zip"
    )
    assert part.headers["content-type"] == "application/zip"
    assert part.headers["content-disposition"].endswith(f"snapshot-{short}.zip")
    with zipfile.ZipFile(io.BytesIO(part.content)) as zipped:
        assert zipped.testzip() is None
        assert zipped.read("sub/deep/a.txt") == b"deep alpha"
    above = await get(client, existing, "latest", path=str(history.source.parent), kind="dir")
    with tarfile.open(fileobj=io.BytesIO(above.content)) as tar:
        assert "src/sub/b.txt" in {one.name.strip("/") for one in tar.getmembers()}


async def test_what_cannot_be_downloaded_is_refused_before_any_byte(
    client: httpx.AsyncClient, history: SnapshotHistory, existing: dict[str, Any]
) -> None:
    source, known = str(history.source), history.ids[0]
    for snapshot_id, query, status in (
        ("ffffffff", {}, 404),
        (known, {"path": f"{source}/absent", "kind": "file"}, 404),
        (known, {"path": f"{source}/a.txt"}, 400),
        (known, {"path": f"{source}/a.txt", "kind": "dir"}, 400),
        (known, {"path": f"{source}/sub", "kind": "file"}, 400),
        (known, {"path": f"{source}/link", "kind": "file"}, 400),
        (known, {"path": f"{source}/a.txt", "kind": "file", "format": "zip"}, 400),
        (known, {"path": "/elsewhere", "kind": "dir"}, 400),
        (known, {"path": "a.txt", "kind": "file"}, 400),
        (known, {"path": source, "kind": "socket"}, 400),
    ):
        answer = await get(client, existing, snapshot_id, **query)
        assert answer.status_code == status, (query, answer.text)
        assert answer.json()["message"]
    other = {"x-test-organization": "o2"}
    assert (await client.get(url_of(existing, known), headers=other)).status_code == 404


async def test_download_is_announced_to_the_organization(
    client: httpx.AsyncClient,
    harness: RepositoriesHarness,
    history: SnapshotHistory,
    existing: dict[str, Any],
) -> None:
    with harness.bus.subscribe("o1") as events:
        await get(client, existing, history.ids[0], path=f"{history.source}/a.txt", kind="file")
        event = await events.get()
    assert (event.name, event.payload) == (
        "dump:started",
        {
            "organizationId": "o1",
            "repositoryId": existing["shortId"],
            "snapshotId": history.ids[0],
            "path": "/a.txt",
            "filename": "a.txt",
        },
    )


def restic_that(harness: RepositoriesHarness, script: str) -> Path:
    """Replace the dump of the harness's restic; other commands stay as they are."""
    marks = harness.restic.with_name("dump.pid")
    harness.restic.write_text(
        f'#!/bin/sh\ncase "$*" in *dump*) echo $$ > {marks}; {script};; esac\nexec restic "$@"\n'
    )
    return marks


async def test_restic_that_fails_midway_breaks_the_connection_off(
    client: httpx.AsyncClient,
    harness: RepositoriesHarness,
    history: SnapshotHistory,
    existing: dict[str, Any],
) -> None:
    restic_that(harness, "head -c 300000 /dev/zero; sleep 0.2; echo broken pack >&2; exit 1")
    with pytest.raises(httpx.HTTPError):
        await get(client, existing, history.ids[0])
    head = f"GET /api/v1{url_of(existing, history.ids[0])} HTTP/1.1\r\nHost: x\r\n"
    sent = f"{head}x-test-organization: o1\r\n\r\n".encode()
    try:
        got = await exchange(client, sent)
    except ConnectionResetError:
        got = b""
    assert not got.endswith(b"0\r\n\r\n")


async def test_restic_that_fails_at_once_is_a_usual_error(
    client: httpx.AsyncClient,
    harness: RepositoriesHarness,
    history: SnapshotHistory,
    existing: dict[str, Any],
) -> None:
    restic_that(harness, "echo broken pack >&2; exit 1")
    answer = await get(client, existing, history.ids[0])
    assert answer.status_code == 500
    assert "broken pack" in answer.json()["details"]


async def test_noise_on_stderr_blocks_nothing(
    client: httpx.AsyncClient,
    harness: RepositoriesHarness,
    history: SnapshotHistory,
    existing: dict[str, Any],
) -> None:
    noise = "head -c 2000000 /dev/zero | tr '\\0' x >&2"
    restic_that(harness, f"{noise}; head -c 1000000 /dev/zero; {noise}; exit 0")
    answer = await get(client, existing, history.ids[0])
    assert len(answer.content) == 1_000_000


async def test_restic_ends_when_the_client_disconnects_and_waits_for_a_slow_one(
    client: httpx.AsyncClient,
    harness: RepositoriesHarness,
    history: SnapshotHistory,
    existing: dict[str, Any],
) -> None:
    marks = restic_that(harness, "exec cat /dev/zero")
    async with client.stream("GET", url_of(existing, history.ids[0])) as answer:
        assert answer.status_code == 200
        chunks = answer.aiter_raw()
        assert await anext(chunks)
        pid = int(marks.read_text())
        # The client reads nothing more: buffers fill up, then restic must stand still.
        counts: list[int] = []

        async def stands_still() -> bool:
            counts.append(_bytes_written(pid))
            await asyncio.sleep(0.05)
            return len(counts) > 5 and len(set(counts[-5:])) == 1

        await until(stands_still)
        assert counts[-1] < 64 * 1024 * 1024
    await until(lambda: not Path(f"/proc/{pid}").exists())


def _bytes_written(pid: int) -> int:
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar"))


async def test_number_of_downloads_of_an_organization_is_limited(
    client: httpx.AsyncClient,
    harness: RepositoriesHarness,
    history: SnapshotHistory,
    existing: dict[str, Any],
) -> None:
    restic_that(harness, "head -c 70000 /dev/zero; exec sleep 60")
    url = url_of(existing, history.ids[0])
    async with (
        client.stream("GET", url),
        client.stream("GET", url),
        client.stream("GET", url),
        client.stream("GET", url),
    ):
        answer = await client.get(url)
        assert answer.status_code == 503
    restic_that(harness, "head -c 70000 /dev/zero; exit 0")

    async def works() -> bool:
        return (await client.get(url)).status_code == 200

    await until(works)
