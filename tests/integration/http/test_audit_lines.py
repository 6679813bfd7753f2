"""What becomes of a line of the audit trail that cannot be written as it is."""

import sqlite3

import pytest
from sanic import Blueprint

from tests.support.http_server import serving, settings_for
from zerobyte.http import audit
from zerobyte.http.app import make_app
from zerobyte.http.auth import HttpRequest, Permission
from zerobyte.http.endpoint import endpoint

deeds = Blueprint("deeds", url_prefix="/api/v1/deeds")


@deeds.post("")
@endpoint("doDeed", tag="Deeds", returns={204: None}, permission=Permission.PUBLIC)
async def do(request: HttpRequest) -> None:
    """Do something."""
    audit.set_principal(request, audit.Principal(user_id="u1", name="Ada", organization_id="o1"))
    audit.add_details(request, said="words that nobody can write")


class Trail:
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
        (ValueError("what is this?"), [{"said": "words that nobody can write"}, {}]),
        # Nothing in the line is to blame: it is not worth a second try.
        (
            sqlite3.OperationalError("database or disk is full"),
            [{"said": "words that nobody can write"}],
        ),
    ],
)
async def test_a_line_that_cannot_be_written_is_written_without_its_details(
    tmp_path, error, written
):
    trail = Trail(error)
    app = make_app(settings_for(tmp_path), {audit.Auditor: trail})
    app.blueprint(deeds)
    async with serving(app) as client:
        assert (await client.post("/api/v1/deeds")).status_code == 204
    assert [dict(entry.details) for entry in trail.tried] == written
    assert {entry.principal.name for entry in trail.tried} == {"Ada"}
