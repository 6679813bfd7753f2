"""T34: no secret leaves its owner, checked after all other tests."""

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import MARK, Secrets
from tests.e2e.customer import Answer, Customer
from tests.e2e.served import ServedPlatform
from tests.e2e.witness import Witness
from tests.support.waiting import until_sync

pytestmark = pytest.mark.at_the_end


@pytest.fixture(scope="module")
def known(customer: Customer, served: ServedPlatform, secrets: Secrets) -> dict[str, str]:
    """Return every secret of the platform by its name."""
    password = customer.http.post(
        "/api/v1/system/restic-password", json={"password": secrets.account}
    )
    assert password.status_code == 200, password.text
    cookies = [cookie.value for cookie in customer.http.cookies.jar if cookie.value]
    assert cookies
    return {
        "APP_SECRET": secrets.app,
        "the account's password": secrets.account,
        "a repository's own password": secrets.repository,
        "the organization's repository password": password.text.strip(),
        "a storage's password": secrets.storage,
        "a notification's token": secrets.hook,
        "the worker's token": (served.home / "run" / "worker-token").read_text().strip(),
        "a session's cookie": max(cookies, key=len),
    }


def in_text(known: dict[str, str], text: str | bytes) -> list[str]:
    """Return the names of the secrets in a text."""
    found = text if isinstance(text, bytes) else text.encode(errors="surrogateescape")
    return [name for name, value in known.items() if value.encode() in found]


def files(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder; folders may be removed meanwhile."""
    for place, _, names in os.walk(folder):
        for path in (Path(place) / name for name in names):
            if path.is_file() and not path.is_symlink():
                yield path


def content_of(path: Path) -> bytes:
    """Return the content of a file; empty if it no longer exists."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def dump(database: Path) -> str:
    """Return every row of every table."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as reader:
        reader.text_factory = lambda raw: raw.decode(errors="replace")
        text = "\n".join(reader.iterdump())
    reader.close()
    return text


def test_canaries_were_used_by_the_earlier_tests(
    served: ServedPlatform, customer: Customer, shared_repository: Answer, source: Path
) -> None:
    schedule = customer.of("canary", source, shared_repository)
    assert customer.run(schedule)["status"] == "succeeded"
    listed = customer.call("GET", "/api/v1/volumes")
    assert any(MARK in volume["config"]["path"] for volume in listed)
    assert served.runs_in_prefect(schedule)


def test_t34_no_secret_path_or_file_name_is_in_prefect(
    served: ServedPlatform, known: dict[str, str]
) -> None:
    home = served.home / "prefect"
    database = home / "prefect.db"
    # Prefect's workers send their log lines with a delay of a few seconds.
    until_sync(
        lambda: "Restic processed" in dump(database),
        limit_s=90,
        what="the runs' log lines are there to be read",
    )
    rows = dump(database)
    assert in_text(known, rows) == []
    assert MARK not in rows
    looked = 0
    for path in files(home):
        content = content_of(path)
        assert in_text(known, content) == [], path
        assert MARK.encode() not in content, path
        looked += 1
    assert looked >= 2


def test_no_secret_is_printed_and_no_file_name_either(
    served: ServedPlatform, known: dict[str, str]
) -> None:
    printed = served.printed()
    assert "a run ended" in printed
    assert in_text(known, printed) == []
    assert [line for line in printed.splitlines() if MARK in line] == []


def test_secrets_in_the_platforms_own_database_are_sealed(
    served: ServedPlatform, known: dict[str, str]
) -> None:
    rows = dump(served.home / "data" / "zerobyte.db")
    assert MARK in rows, "the volumes' paths are there to be read"
    assert in_text(known, rows) == []
    for path in files(served.home / "data"):
        assert in_text(known, content_of(path)) == [], path


def test_no_process_got_a_secret_of_another_process(
    witness: Witness, known: dict[str, str]
) -> None:
    names = {name for name, _ in witness.arguments}
    assert {"restic", "zerobyte.app", "zerobyte.processes.worker_main"} <= names
    for name, arguments in witness.arguments:
        assert in_text(known, arguments) == [], name
    allowed = {
        # The test passes it to the supervisor, which passes it to the API only.
        "serve": ["APP_SECRET"],
        "zerobyte.app": ["APP_SECRET"],
    }
    seen = {name for name, environment in witness.environments if in_text(known, environment)}
    assert "zerobyte.app" in seen, "the witness sees a secret where one is"
    for name, environment in witness.environments:
        found = in_text(known, environment)
        # restic reads the passwords of S3 and REST only from there; the others execute it.
        if name in ("restic", "setpriv", "nice") and found == ["a storage's password"]:
            continue
        assert found in ([], allowed.get(name)), name


def unused(folders: Iterable[Path]) -> list[Path]:
    """Return the folders that no running program got as an argument or in its environment."""
    used: list[bytes] = []
    found = list(folders)
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("environ", "cmdline"):
            with contextlib.suppress(OSError):
                used.append((process / name).read_bytes())
    return [folder for folder in found if not any(str(folder).encode() in one for one in used)]


def test_no_secret_is_left_in_a_file(served: ServedPlatform, known: dict[str, str]) -> None:
    run = served.home / "run"
    # A restic whose storage is gone tries again for minutes, and its folder stays as long.
    until_sync(
        lambda: not unused(run.glob("secrets-*")),
        limit_s=90,
        what=f"no secret file without its program is left in {run}",
    )
    for path in files(served.home):
        at = path.relative_to(served.home)
        if str(at) == "run/worker-token" or at.parts[0] == "repositories":
            continue
        if str(at).startswith("run/secrets-"):
            continue  # of a restic that started later
        assert in_text(known, content_of(path)) == [], path
