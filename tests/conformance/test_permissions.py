"""The permission of each operation, listed by name.

`tests/integration/security/test_guard.py` shows that the running server does what is declared.
"""

import pytest

from tests.support.http_server import settings_for
from zerobyte.app import create_app
from zerobyte.http.auth import Permission
from zerobyte.http.openapi import operations

DEMANDS: dict[Permission, set[str]] = {
    Permission.PUBLIC: {"getPublicSsoProviders", "getStatus", "showLoginError"},
    # Any role, with a browser session.
    Permission.BROWSER: {
        "createApiKey", "deleteApiKey", "getApiKeys", "getUserSsoInvitations",
        "startInvitationSsoVerification",
    },
    # Owners and admins, by session or key.
    Permission.ORG_ADMIN: {"getOrgMembers", "listAuditTrail"},
    Permission.ORG_ADMIN_BROWSER: {
        "deleteSsoInvitation", "deleteSsoProvider", "getSsoSettings", "removeOrgMember",
        "updateMemberRole", "updateSsoProviderAutoLinking",
    },
    Permission.RECOVERY: {"downloadResticPassword"},
    Permission.INSTANCE_ADMIN: {
        "createWorkerToken", "deleteUserAccount", "getAdminUsers", "getAllowedRoots",
        "getUserDeletionImpact", "listWorkerTokens", "revokeWorkerToken", "rotateWorkerToken",
        "setAllowedRoots", "setPasswordLoginStatus", "setRegistrationStatus",
    },
    Permission.INSTANCE_READER: {"getPasswordLoginStatus", "getRegistrationStatus"},
}  # fmt: skip
# Free restic commands against a repository: neither API keys nor plain members.
COMMANDS = {"devPanelExec"}
# The tests of the OpenAPI document cover access to these operations.
DESCRIPTION = {"getDocsScript", "getOpenApi", "showDocs"}


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Permission]:
    app = create_app(settings_for(tmp_path_factory.mktemp("permissions")))
    return {
        operation.operation_id: operation.permission
        for (path, method), operation in operations(app).items()
        if path.startswith("/api/v1/") and method not in ("head", "options")
    }


def test_each_operation_demands_what_is_documented_and_the_rest_a_member(declared):
    documented = {name: demand for demand, names in DEMANDS.items() for name in names}
    assert set(documented) <= set(declared)
    rest = set(declared) - set(documented) - COMMANDS - DESCRIPTION
    others = dict.fromkeys(rest, Permission.MEMBER)
    wanted = documented | others
    assert {name: declared[name] for name in wanted} == wanted
    assert len(others) > 40


def test_only_a_browser_s_admin_runs_commands_of_their_own(declared):
    for name in COMMANDS & set(declared):
        assert declared[name] is Permission.ORG_ADMIN_BROWSER


@pytest.mark.parametrize(
    ("permission", "browser", "instance_admin", "roles"),
    [
        (Permission.MEMBER, False, False, {"owner", "admin", "member"}),
        (Permission.BROWSER, True, False, {"owner", "admin", "member"}),
        (Permission.ORG_ADMIN, False, False, {"owner", "admin"}),
        (Permission.ORG_ADMIN_BROWSER, True, False, {"owner", "admin"}),
        (Permission.ORG_OWNER, True, False, {"owner"}),
        (Permission.RECOVERY, True, False, {"owner", "admin"}),
        (Permission.INSTANCE_ADMIN, True, True, {"owner", "admin", "member"}),
        (Permission.INSTANCE_READER, False, True, {"owner", "admin", "member"}),
    ],
)
def test_a_permission_demands_what_its_name_says(permission, browser, instance_admin, roles):
    demand = permission.value
    assert (demand.browser, demand.instance_admin) == (browser, instance_admin)
    assert (set(demand.roles), demand.organization) == (roles, True)


def test_an_api_key_changes_no_accounts_and_no_memberships(tmp_path_factory):
    """Every changing operation on accounts refuses API keys: by its family or its permission.

    `test_guard.py` walks the same registry on a running server and checks the refusals.
    """
    app = create_app(settings_for(tmp_path_factory.mktemp("people")))
    changing = {
        operation.operation_id: operation.permission
        for (path, method), operation in operations(app).items()
        if path.startswith("/api/v1/auth/") and method not in ("get", "head", "options")
    }
    assert {"removeOrgMember", "updateMemberRole", "deleteUserAccount"} <= set(changing)
    assert {name for name, demand in changing.items() if not demand.needs_browser} == set()
