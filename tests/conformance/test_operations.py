"""Every served operation has the path, method and responses of the documented API.

`NOT_BUILT` is exact: building one of these operations fails the test until it leaves the list.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.http_server import settings_for
from zerobyte import __version__
from zerobyte.app import create_app
from zerobyte.http.auth import Authenticator
from zerobyte.http.endpoint import Operation, operation_of
from zerobyte.http.openapi import document, operations

NOT_BUILT = {
    # more work on repositories
    "devPanelExec",
    # the desktop application is out of scope
    "createDesktopSession",
}
UNDOCUMENTED = {
    "createWorkerToken",
    "listWorkerTokens",
    "revokeWorkerToken",
    "rotateWorkerToken",
    "acceptSnapshot",
    "diffSnapshots",
    "previewRetention",
    "getAllowedRoots",
    "getDocsScript",
    "getOpenApi",
    "getRepositoryStatsHistory",
    "getRepositoryVerification",
    "listAuditTrail",
    "listRepositoryLeases",
    "setAllowedRoots",
    "showDocs",
    "showLoginError",
    "streamEvents",
}
DOCUMENTED: dict[str, tuple[str, str, dict[str, Any]]] = {
    operation["operationId"]: (path, method, operation)
    for path, methods in json.loads((Path(__file__).parent / "contract.json").read_text())[
        "paths"
    ].items()
    for method, operation in methods.items()
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory):
    return create_app(settings_for(tmp_path_factory.mktemp("conformance")))


@pytest.fixture(scope="module")
def built(app) -> dict[str, tuple[str, str, Operation]]:
    return {
        operation.operation_id: (path, method, operation)
        for (path, method), operation in operations(app).items()
        if path.startswith("/api/v1/")
    }


def test_the_fixture_holds_all_documented_operations():
    assert len(DOCUMENTED) == 85


def test_what_is_not_built_is_known_exactly(built):
    assert set(DOCUMENTED) - set(built) == NOT_BUILT


def test_what_is_built_beyond_the_document_is_known_exactly(built):
    assert set(built) - set(DOCUMENTED) == UNDOCUMENTED


@pytest.mark.parametrize("operation_id", sorted(set(DOCUMENTED) - NOT_BUILT))
def test_an_operation_stands_where_it_is_documented(built, operation_id: str):
    path, method, documented = DOCUMENTED[operation_id]
    assert operation_id in built
    our_path, our_method, operation = built[operation_id]
    assert (our_path, our_method) == (path, method)
    assert {status for status in operation.returns if status < 300} == {
        int(status) for status in documented["responses"] if int(status) < 300
    }
    assert operation.tag in documented["tags"]


@pytest.mark.parametrize("operation_id", sorted(set(DOCUMENTED) - NOT_BUILT))
def test_an_operation_reads_what_is_documented(app, operation_id: str):
    path, method, documented = DOCUMENTED[operation_id]
    ours = document(app)["paths"][path][method]
    names = {(p["in"], p["name"]) for p in ours["parameters"]}
    assert names >= {(p["in"], p["name"]) for p in documented.get("parameters", ())}
    if "requestBody" in documented:
        assert "requestBody" in ours
    elif "requestBody" in ours:
        # A body of our own must be optional: clients of the documented API send none.
        assert not ours["requestBody"].get("required", False)


def test_every_route_under_v1_is_an_operation(app):
    for route in app.router.routes:
        if f"/{route.path}".startswith("/api/v1/"):
            assert operation_of(route.handler), route.path


def test_operation_ids_are_unique(app):
    ids = [operation.operation_id for operation in operations(app).values()]
    assert sorted(ids) == sorted(set(ids))


def test_every_service_that_an_operation_needs_is_there(app):
    services = app.ctx.services
    assert Authenticator in services
    for operation in operations(app).values():
        for kind in operation.services:
            assert isinstance(services.get(kind), kind), f"{operation.operation_id}: {kind}"


def test_the_document_is_the_same_each_time_and_complete(app):
    first = document(app)
    assert json.dumps(first) == json.dumps(document(app))
    assert first["openapi"] == "3.1.0"
    assert (first["info"]["title"], first["info"]["version"]) == ("Zerobyte API", __version__)
    assert list(first["paths"]) == sorted(first["paths"])
    references = json.dumps(first).split('"#/components/schemas/')[1:]
    names = {reference.partition('"')[0] for reference in references}
    assert names <= set(first["components"]["schemas"])
