"""http.audit: an entry that cannot be stored is stored without client text."""

import asyncio
import sqlite3

import pytest
from sanic import Blueprint

from tests.support.http_server import serving, settings_for
from tests.support.waiting import until
from zerobyte.http import audit
from zerobyte.http.app import make_app
from zerobyte.http.auth import HttpRequest, Permission
from zerobyte.http.download import DownloadHead, Send, send_download
from zerobyte.http.endpoint import endpoint

actions = Blueprint("actions", url_prefix="/api/v1/actions")


@actions.post("")
@endpoint("doAction", tag="Actions", returns={204: None}, permission=Permission.PUBLIC)
async def do(request: HttpRequest) -> None:
    """Do something."""
    audit.set_principal(request, audit.Principal(user_id="u1", name="Ada", organization_id="o1"))
    audit.add_details(request, said="unwritable text")


@actions.get("/slow")
@endpoint(
    "downloadSlowly",
    tag="Actions",
    returns={200: None},
    permission=Permission.PUBLIC,
    audited=True,
)
async def download(request: HttpRequest) -> None:
    """Send one byte and wait."""
    audit.set_principal(request, audit.Principal(user_id="u1", name="Ada", organization_id="o1"))

    async def produce(send: Send) -> None:
        await send(b"x")
        await asyncio.Event().wait()

    await send_download(request, DownloadHead("x", "application/octet-stream"), produce)


class FailingAuditor:
    """Writes what has no details, unless the disk is full."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.tried: list[audit.Entry] = []

    async def record(self, entry: audit.Entry) -> None:
        self.tried.append(entry)
        if entry.details:
            raise self.error


@pytest.mark.parametrize(
    ("error", "written"),
    [
        (ValueError("what is this?"), [{"said": "unwritable text"}, {}]),
        # Nothing in the line is to blame: it is not worth a second try.
        (
            sqlite3.OperationalError("database or disk is full"),
            [{"said": "unwritable text"}],
        ),
    ],
)
async def test_a_line_that_cannot_be_written_is_written_without_its_details(
    tmp_path, error, written
):
    auditor = FailingAuditor(error)
    app = make_app(settings_for(tmp_path), {audit.Auditor: auditor})
    app.blueprint(actions)
    async with serving(app) as client:
        assert (await client.post("/api/v1/actions")).status_code == 204
    assert [dict(entry.details) for entry in auditor.tried] == written
    assert {entry.principal.name for entry in auditor.tried} == {"Ada"}


async def test_request_that_its_client_leaves_is_audited(tmp_path):
    auditor = FailingAuditor(ValueError())
    app = make_app(settings_for(tmp_path), {audit.Auditor: auditor})
    app.blueprint(actions)
    async with serving(app) as client:
        async with client.stream("GET", "/api/v1/actions/slow") as answer:
            assert await anext(answer.aiter_raw()) == b"x"
        await until(lambda: auditor.tried)
    [entry] = auditor.tried
    assert (entry.action, entry.result, entry.reason) == (
        "downloadSlowly", "failed", "DISCONNECTED",
    )  # fmt: skip
