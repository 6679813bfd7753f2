"""Account operations accept and return all documented fields."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.http_server import settings_for
from zerobyte.app import create_app
from zerobyte.http.openapi import document

CONTRACT = json.loads((Path(__file__).parent / "contract.json").read_text())
V1 = sorted(
    (path, method)
    for path, methods in CONTRACT["paths"].items()
    for method, operation in methods.items()
    if path.startswith(("/api/v1/auth/", "/api/v1/system/"))
    and operation["operationId"] != "createDesktopSession"
)
USER = (
    "name email emailVerified image createdAt updatedAt username displayUsername role banned "
    "banReason banExpires twoFactorEnabled hasDownloadedResticPassword dateFormat timeFormat id"
)
ORGANIZATION = "name slug logo createdAt metadata id"
MEMBER = "organizationId userId role createdAt id user"
INVITATION = "organizationId email role status expiresAt createdAt inviterId id"
# Request fields (`?` is optional), response fields, and error codes of the operation.
AUTH = {
    "two-factor/enable": ("password issuer?", "totpURI backupCodes", "400 401 429"),
    "two-factor/verify-totp": ("code trustDevice?", "token user", "400 401 429"),
    "two-factor/verify": ("code trustDevice?", "token user", "400 401 429"),
    "two-factor/verify-backup-code": (
        "code trustDevice? disableSession?", "token user", "400 401 409 429",
    ),
    "two-factor/get-totp-uri": ("password", "totpURI", "400 401"),
    "two-factor/generate-backup-codes": ("password", "status backupCodes", "400 401"),
    "two-factor/disable": ("password", "status", "400 401"),
    "GET organization/list": ("", [ORGANIZATION], "401"),
    "GET organization/get-full-organization": (
        "organizationId? organizationSlug?", f"{ORGANIZATION} members invitations", "400 401 403",
    ),
    "organization/set-active": ("organizationId? organizationSlug?", ORGANIZATION, "400 401 403"),
    "organization/invite-member": (
        "email role organizationId? resend?", INVITATION, "400 401 403",
    ),
    "organization/cancel-invitation": ("invitationId", INVITATION, "400 401 403"),
    "organization/accept-invitation": ("invitationId", "invitation member", "400 401 403"),
    "organization/reject-invitation": ("invitationId", "invitation member", "400 401 403"),
    "GET organization/get-invitation": (
        "id", f"{INVITATION} organizationName organizationSlug inviterEmail", "400 401 403",
    ),
    "GET organization/list-invitations": ("organizationId?", [INVITATION], "401 403"),
    "GET organization/list-user-invitations": ("", [INVITATION], "401 403"),
    "GET organization/list-members": (
        "organizationId? limit? offset?", "members total", "401 403",
    ),
    "GET organization/get-active-member": ("", MEMBER, "401"),
    "GET organization/get-active-member-role": ("", "role", "401"),
    "organization/update-member-role": (
        "memberId role organizationId?", MEMBER, "400 401 403",
    ),
    "organization/update": ("data organizationId?", ORGANIZATION, "400 401 403"),
    "organization/delete": ("organizationId password", ORGANIZATION, "401 403 409"),
    "organization/check-slug": ("slug", "status", "400 401"),
    "organization/has-permission": ("permissions organizationId?", "error success", "401"),
    "organization/remove-member": ("", "success", "404"),
    "organization/leave": ("", "success", "404"),
    "admin/create-user": ("email name password? role? data?", "user", "400 401 403"),
    "admin/set-role": ("userId role", "user", "401 403 404 409"),
    "admin/ban-user": ("userId banReason? banExpiresIn?", "user", "400 401 403 404 409"),
    "admin/unban-user": ("userId", "user", "401 403 404"),
    "admin/remove-user": ("userId", "success", "400 401 403 404 409"),
    "admin/set-user-password": ("userId newPassword", "status", "400 401 403 404"),
    "admin/update-user": ("userId data", USER, "400 401 403 404"),
    "admin/list-user-sessions": ("userId", "sessions", "401 403"),
    "admin/revoke-user-session": ("sessionToken", "success", "401 403"),
    "admin/revoke-user-sessions": ("userId", "success", "401 403"),
    "admin/impersonate-user": ("userId", "session user", "401 403 404"),
    "admin/stop-impersonating": ("", "session user", "400 401"),
    "GET admin/list-users": (
        "limit? offset? searchValue? searchField? searchOperator? sortBy? sortDirection? "
        "filterField? filterValue? filterOperator?",
        "users total limit offset",
        "401 403",
    ),
    "GET admin/get-user": ("id", USER, "401 403 404"),
    "admin/has-permission": ("permissions userId? role?", "error success", "401"),
}  # fmt: skip


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory):
    app = create_app(settings_for(tmp_path_factory.mktemp("fields")))
    return cache(lambda under: document(app, under=under))


def plain(whole: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without `$ref` and without its null alternative."""
    while True:
        if "$ref" in schema:
            schema = whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif "anyOf" in schema and {"type": "null"} in schema["anyOf"]:
            [schema] = [one for one in schema["anyOf"] if one != {"type": "null"}]
        else:
            return schema


def content(operation: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the success response."""
    return operation["responses"]["200"]["content"]["application/json"]["schema"]


def fields(whole: dict[str, Any], schema: dict[str, Any]) -> Any:
    """Return the names of all fields at any depth, with `?` after optional ones."""
    schema = plain(whole, schema)
    if schema.get("type") == "array":
        return [fields(whole, schema["items"])]
    if "properties" not in schema:
        return None
    required = schema.get("required", ())
    return {
        name if name in required else f"{name}?": fields(whole, inner)
        for name, inner in schema["properties"].items()
    }


def holds(ours: Any, promised: Any) -> bool:
    """Return True if all documented fields are present; more are allowed."""
    if isinstance(promised, list):
        return isinstance(ours, list) and holds(ours[0], promised[0])
    if isinstance(promised, dict):
        return all(name in ours and holds(ours[name], promised[name]) for name in promised)
    return True


@pytest.mark.parametrize(("path", "method"), V1)
def test_an_operation_of_v1_has_the_documented_fields(described, path: str, method: str):
    whole = described("/api/v1/")
    ours, theirs = whole["paths"][path][method], CONTRACT["paths"][path][method]
    if "requestBody" in theirs:
        sent = [
            fields(home, operation["requestBody"]["content"]["application/json"]["schema"])
            for home, operation in ((whole, ours), (CONTRACT, theirs))
        ]
        assert holds(*sent)
        # Additional fields of ours must be optional.
        assert all(name.endswith("?") for name in set(sent[0]) - set(sent[1]))
    if "application/json" in theirs["responses"]["200"].get("content", {}):
        assert holds(fields(whole, content(ours)), fields(CONTRACT, content(theirs)))
    assert set(theirs["responses"]) <= set(ours["responses"])


@pytest.mark.parametrize("what", AUTH)
def test_an_operation_of_auth_has_the_documented_fields(described, what: str):
    whole = described("/api/auth/")
    sent, answered, refusals = AUTH[what]
    method, _, path = what.rpartition(" ")
    operation = whole["paths"][f"/api/auth/{path}"][method.lower() or "post"]
    requests = {
        one["name"] if one["required"] else f"{one['name']}?" for one in operation["parameters"]
    }
    if "requestBody" in operation:
        requests |= set(
            fields(whole, operation["requestBody"]["content"]["application/json"]["schema"])
        )
    assert requests == set(sent.split())
    shown = fields(whole, content(operation))
    if isinstance(answered, list):
        [shown], [answered] = shown, answered
    assert set(shown) == set(answered.split())
    assert set(refusals.split()) <= set(operation["responses"])
