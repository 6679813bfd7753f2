"""The settings that a worker reads from its environment."""

import pytest

from zerobyte.core import worker_tokens
from zerobyte.processes.worker_settings import WorkerSettings, WorkerSettingsError

TOKEN = worker_tokens.generate("nas-1")


def test_the_token_names_the_host():
    assert WorkerSettings.load({"ZEROBYTE_WORKER_TOKEN": TOKEN}).host == "nas-1"


def test_token_can_be_read_from_a_file(tmp_path):
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    known = WorkerSettings.load({"ZEROBYTE_WORKER_TOKEN_FILE": str(tmp_path / "token")})
    assert known.token == TOKEN


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"ZEROBYTE_WORKER_TOKEN": "rubbish"},
        {"ZEROBYTE_WORKER_TOKEN": "e30.AAAA"},
        {"ZEROBYTE_WORKER_TOKEN_FILE": "/nowhere/token"},
    ],
)
def test_missing_token_error_names_the_variable(environ):
    with pytest.raises(WorkerSettingsError, match="ZEROBYTE_WORKER_TOKEN"):
        WorkerSettings.load(environ)


@pytest.mark.parametrize(
    ("simultaneous", "per_repository", "expected"),
    [("4", "auto", 3), ("1", "auto", 1), ("4", "4", 4), ("8", "2", 2)],
)
def test_one_repository_leaves_a_slot_to_others_by_default(simultaneous, per_repository, expected):
    environ = {
        "ZEROBYTE_WORKER_TOKEN": TOKEN,
        "ZEROBYTE_WORKER_CONCURRENCY": simultaneous,
        "ZEROBYTE_REPOSITORY_CONCURRENCY": per_repository,
    }
    assert WorkerSettings.load(environ).repository_concurrency == expected


def test_repr_hides_secrets():
    known = WorkerSettings.load(
        {"ZEROBYTE_WORKER_TOKEN": TOKEN, "PREFECT_API_AUTH_STRING": "admin:hidden-secret"}
    )
    assert TOKEN not in repr(known)
    assert "hidden-secret" not in repr(known)
