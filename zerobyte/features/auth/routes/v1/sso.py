"""Identity providers and their invitations, on `/api/v1/auth`."""

from typing import Final

from sanic import HTTPResponse

from zerobyte.contract.base import Success
from zerobyte.core.errors import Conflict, Invalid, NotFound
from zerobyte.features.auth.present.sso import (
    invitation_settings_view,
    provider_settings_view,
    user_invitation_view,
)
from zerobyte.features.auth.routes.guards import TAG, auth_v1
from zerobyte.features.auth.schemas.sso import (
    AutoLinking,
    ForceQuery,
    LoginErrorQuery,
    PublicProvider,
    PublicProviders,
    SsoSettings,
    UserInvitation,
    VerifyInvitation,
)
from zerobyte.features.auth.service import Sessions, SsoInvitations, SsoProviders
from zerobyte.features.auth.service.sso.sign_in import login_error
from zerobyte.http.auth import Actor, HttpRequest, Permission
from zerobyte.http.endpoint import endpoint
from zerobyte.settings import Settings

_ADMIN: Final = Permission.ORG_ADMIN_BROWSER


@auth_v1.get("/sso-providers")
@endpoint(
    "getPublicSsoProviders",
    tag=TAG,
    returns={200: PublicProviders},
    permission=Permission.PUBLIC,
)
async def public_providers(
    request: HttpRequest, providers: SsoProviders, sessions: Sessions
) -> PublicProviders:
    """List the identity providers for the login page.

    `organizationSlug` is empty unless the user is a member of the organization.
    """
    found = await sessions.find(request)
    return PublicProviders(
        providers=[
            PublicProvider(provider_id=provider_id, organization_slug=slug)
            for provider_id, slug in await providers.list_public(found and found.user.id)
        ]
    )


@auth_v1.get("/sso-settings")
@endpoint("getSsoSettings", tag=TAG, returns={200: SsoSettings}, permission=_ADMIN)
async def sso_settings(
    actor: Actor, providers: SsoProviders, invitations: SsoInvitations
) -> SsoSettings:
    """Read the organization's identity providers and invitations."""
    organization_id = actor.organization_id
    return SsoSettings(
        providers=[
            provider_settings_view(row)
            for row in await providers.list_for_organization(organization_id)
        ],
        invitations=[
            invitation_settings_view(row)
            for row in await invitations.list_for_organization(organization_id)
        ],
    )


@auth_v1.patch("/sso-providers/<provider_id:str>/auto-linking")
@endpoint(
    "updateSsoProviderAutoLinking",
    tag=TAG,
    body=AutoLinking,
    returns={200: Success},
    errors=(NotFound,),
    permission=_ADMIN,
)
async def auto_linking(
    actor: Actor, provider_id: str, body: AutoLinking, providers: SsoProviders
) -> Success:
    """Allow or forbid linking a member's account by its verified e-mail."""
    await providers.set_auto_linking(actor.organization_id, provider_id, enabled=body.enabled)
    return Success()


@auth_v1.delete("/sso-providers/<provider_id:str>")
@endpoint(
    "deleteSsoProvider",
    tag=TAG,
    query=ForceQuery,
    returns={200: Success},
    errors=(NotFound, Conflict),
    permission=_ADMIN,
)
async def delete_provider(
    actor: Actor, provider_id: str, query: ForceQuery, providers: SsoProviders
) -> Success:
    """Delete an identity provider with its account links; end the sessions of linked users.

    Rejected while it is the only sign-in of a member, unless `force` is true.
    """
    await providers.delete(actor.organization_id, provider_id, force=query.force)
    return Success()


@auth_v1.get("/sso-invitations")
@endpoint(
    "getUserSsoInvitations",
    tag=TAG,
    returns={200: list[UserInvitation]},
    permission=Permission.BROWSER,
)
async def user_invitations(
    request: HttpRequest, sessions: Sessions, invitations: SsoInvitations
) -> list[UserInvitation]:
    """List the pending invitations to the user's e-mail."""
    found = await sessions.require(request)
    return [
        user_invitation_view(row, ids) for row, ids in await invitations.list_for_user(found.user)
    ]


@auth_v1.post("/sso-invitations/<invitation_id:str>/verify")
@endpoint(
    "startInvitationSsoVerification",
    tag=TAG,
    body=VerifyInvitation,
    returns={200: Success},
    errors=(Invalid, NotFound),
    permission=Permission.BROWSER,
)
async def verify_invitation(
    request: HttpRequest,
    actor: Actor,
    invitation_id: str,
    body: VerifyInvitation,
    invitations: SsoInvitations,
) -> Success:
    """Announce that the user accepts an invitation with their next sign-in through a provider."""
    await invitations.verify(request, actor.user_id, invitation_id, body.provider_id)
    return Success()


@auth_v1.delete("/sso-invitations/<invitation_id:str>")
@endpoint(
    "deleteSsoInvitation",
    tag=TAG,
    returns={200: Success},
    errors=(NotFound,),
    permission=_ADMIN,
)
async def delete_invitation(
    actor: Actor, invitation_id: str, invitations: SsoInvitations
) -> Success:
    """Delete an invitation into the organization."""
    await invitations.delete(actor.organization_id, invitation_id)
    return Success()


@auth_v1.get("/login-error")
@endpoint(
    "showLoginError",
    tag=TAG,
    query=LoginErrorQuery,
    returns={302: None},
    permission=Permission.PUBLIC,
)
async def show_login_error(query: LoginErrorQuery, settings: Settings) -> HTTPResponse:
    """Redirect to the login page with a known error code."""
    location = f"{settings.base_url}/login?error={login_error(query.error)}"
    return HTTPResponse(status=302, headers={"Location": location})
