"""Instance-wide operations."""

from typing import Final

from sanic import Blueprint, HTTPResponse

from zerobyte.core.errors import Conflict, Forbidden, NotFound, TooManyRequests, Unauthenticated
from zerobyte.features.auth.service import RegistrationSettings, RootGrants
from zerobyte.features.system import present
from zerobyte.features.system.schemas import (
    AllowedRoots,
    CreateWorkerToken,
    DevPanel,
    DownloadResticPassword,
    FirstOrganizationRoots,
    IssuedWorkerToken,
    PasswordLogin,
    PutAllowedRoots,
    Registration,
    RootGrant,
    SystemInfo,
    Updates,
    WorkerTokenView,
)
from zerobyte.features.system.service import System
from zerobyte.features.tasks.service import WorkerTokens
from zerobyte.http.auth import Actor, Permission
from zerobyte.http.endpoint import endpoint
from zerobyte.settings import Settings

_TAG: Final = "System"

system_v1 = Blueprint("system", url_prefix="/api/v1/system")


@system_v1.get("/info")
@endpoint("getSystemInfo", tag=_TAG, returns={200: SystemInfo})
async def info(system: System) -> SystemInfo:
    """Get the volume and repository backends that this host supports."""
    return system.info()


@system_v1.get("/updates")
@endpoint("getUpdates", tag=_TAG, returns={200: Updates})
async def updates(system: System) -> Updates:
    """Get the running version."""
    return system.updates()


@system_v1.get("/registration-status")
@endpoint(
    "getRegistrationStatus",
    tag=_TAG,
    returns={200: Registration},
    permission=Permission.INSTANCE_READER,
)
async def registration(switches: RegistrationSettings) -> Registration:
    """Get whether anyone may create an account."""
    return Registration(enabled=await switches.registrations_enabled())


@system_v1.put("/registration-status")
@endpoint(
    "setRegistrationStatus",
    tag=_TAG,
    body=Registration,
    returns={200: Registration},
    permission=Permission.INSTANCE_ADMIN,
    audit_fields=("enabled",),
)
async def set_registration(body: Registration, switches: RegistrationSettings) -> Registration:
    """Enable or disable the creation of accounts by anyone."""
    await switches.set_registrations_enabled(body.enabled)
    return body


@system_v1.get("/password-login-status")
@endpoint(
    "getPasswordLoginStatus",
    tag=_TAG,
    returns={200: PasswordLogin},
    permission=Permission.INSTANCE_READER,
)
async def password_login(switches: RegistrationSettings) -> PasswordLogin:
    """Get whether sign-in with a password is disabled."""
    return PasswordLogin(disabled=await switches.password_login_disabled())


@system_v1.put("/password-login-status")
@endpoint(
    "setPasswordLoginStatus",
    tag=_TAG,
    body=PasswordLogin,
    returns={200: PasswordLogin},
    permission=Permission.INSTANCE_ADMIN,
    audit_fields=("disabled",),
)
async def set_password_login(body: PasswordLogin, switches: RegistrationSettings) -> PasswordLogin:
    """Disable or enable sign-in with a password."""
    await switches.set_password_login_disabled(body.disabled)
    return body


@system_v1.get("/allowed-roots")
@endpoint(
    "getAllowedRoots",
    tag=_TAG,
    returns={200: AllowedRoots},
    permission=Permission.INSTANCE_ADMIN,
)
async def allowed_roots(grants: RootGrants) -> AllowedRoots:
    """List the folders that organizations may use on each host."""
    first, stored = await grants.first(), await grants.stored()
    return AllowedRoots(
        grants=[RootGrant.model_validate(grant, from_attributes=True) for grant in stored],
        first_organization=first
        and FirstOrganizationRoots(
            organization_id=first.id, organization_name=first.name, roots=first.roots
        ),
    )


@system_v1.put("/allowed-roots")
@endpoint(
    "setAllowedRoots",
    tag=_TAG,
    body=PutAllowedRoots,
    returns={200: RootGrant},
    errors=(NotFound,),
    permission=Permission.INSTANCE_ADMIN,
    audit_fields=("organization_id", "host", "roots"),
)
async def set_allowed_roots(body: PutAllowedRoots, grants: RootGrants) -> RootGrant:
    """Set the folders that one organization may use on one host."""
    grant = await grants.put(body.organization_id, body.host, body.roots)
    return RootGrant.model_validate(grant, from_attributes=True)


@system_v1.get("/dev-panel")
@endpoint("getDevPanel", tag=_TAG, returns={200: DevPanel})
async def dev_panel(settings: Settings) -> DevPanel:
    """Get whether the developer panel is enabled."""
    return DevPanel(enabled=settings.enable_dev_panel)


@system_v1.post("/restic-password")
@endpoint(
    "downloadResticPassword",
    tag=_TAG,
    body=DownloadResticPassword,
    returns={200: str},
    errors=(Unauthenticated, Forbidden, NotFound, TooManyRequests),
    permission=Permission.RECOVERY,
    content_type="text/plain",
)
async def restic_password(
    actor: Actor, body: DownloadResticPassword, system: System
) -> HTTPResponse:
    """Download the password of the organization's repositories."""
    return HTTPResponse(
        await system.recovery_key(actor, body),
        content_type="text/plain; charset=UTF-8",
        headers={"Content-Disposition": 'attachment; filename="restic.pass"'},
    )


@system_v1.get("/worker-tokens")
@endpoint(
    "listWorkerTokens",
    tag=_TAG,
    returns={200: list[WorkerTokenView]},
    permission=Permission.INSTANCE_ADMIN,
)
async def worker_tokens(tokens: WorkerTokens) -> list[WorkerTokenView]:
    """List the tokens of all workers, without their secrets."""
    return [present.worker_token(row) for row in await tokens.listing()]


@system_v1.post("/worker-tokens")
@endpoint(
    "createWorkerToken",
    tag=_TAG,
    body=CreateWorkerToken,
    returns={201: IssuedWorkerToken},
    permission=Permission.INSTANCE_ADMIN,
    audit_fields=("host",),
)
async def create_worker_token(body: CreateWorkerToken, tokens: WorkerTokens) -> IssuedWorkerToken:
    """Issue a token for the worker of one host."""
    return present.issued_worker_token(*await tokens.issue(body.host))


@system_v1.delete("/worker-tokens/<token_id>")
@endpoint(
    "revokeWorkerToken",
    tag=_TAG,
    returns={200: WorkerTokenView},
    errors=(NotFound,),
    permission=Permission.INSTANCE_ADMIN,
)
async def revoke_worker_token(token_id: str, tokens: WorkerTokens) -> WorkerTokenView:
    """Revoke a worker's token."""
    return present.worker_token(await tokens.revoke(token_id))


@system_v1.post("/worker-tokens/<token_id>/rotate")
@endpoint(
    "rotateWorkerToken",
    tag=_TAG,
    returns={200: IssuedWorkerToken},
    errors=(NotFound, Conflict),
    permission=Permission.INSTANCE_ADMIN,
)
async def rotate_worker_token(token_id: str, tokens: WorkerTokens) -> IssuedWorkerToken:
    """Replace the secret of a worker's token and revoke the previous one."""
    return present.issued_worker_token(*await tokens.rotate(token_id))
