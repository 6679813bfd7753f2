"""Identity providers on `/api/auth`: management and single sign-on."""

from typing import Final

from sanic import HTTPResponse

from zerobyte.contract.base import Success
from zerobyte.core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
    Unprocessable,
    ZerobyteError,
)
from zerobyte.features.auth.present.sso import registered_provider_view, sanitized_provider_view
from zerobyte.features.auth.routes.guards import TAG, accounts_auth
from zerobyte.features.auth.schemas.sso import (
    CallbackQuery,
    DeleteProvider,
    ProviderQuery,
    RegisteredProvider,
    RegisterProvider,
    SanitizedProvider,
    SanitizedProviders,
    SignInSso,
    SsoRedirect,
    UpdateProvider,
)
from zerobyte.features.auth.service import Sessions, SsoProviders, SsoSignIn
from zerobyte.http import audit
from zerobyte.http.auth import HttpRequest, Permission
from zerobyte.http.endpoint import endpoint
from zerobyte.settings import Settings

_MANAGE: Final[tuple[type[ZerobyteError], ...]] = (Invalid, Unauthenticated, Forbidden, NotFound)


@accounts_auth.post("/sso/register")
@endpoint(
    "registerSsoProvider",
    tag=TAG,
    audit_fields=("provider_id",),
    body=RegisterProvider,
    returns={200: RegisteredProvider},
    errors=(Invalid, Unauthenticated, Forbidden, Unprocessable),
    permission=Permission.SIGNED_IN,
)
async def register(
    request: HttpRequest,
    body: RegisterProvider,
    providers: SsoProviders,
    sessions: Sessions,
    settings: Settings,
) -> RegisteredProvider:
    """Register an identity provider; the user must be an owner of the organization."""
    found = await sessions.require(request)
    provider = await providers.register(found.user, body)
    audit.add_details(request, organization_id=provider.organization_id)
    return registered_provider_view(provider, settings)


@accounts_auth.get("/sso/providers")
@endpoint(
    "listSsoProviders",
    tag=TAG,
    returns={200: SanitizedProviders},
    errors=(Unauthenticated,),
    permission=Permission.SIGNED_IN,
)
async def list_providers(
    request: HttpRequest, providers: SsoProviders, sessions: Sessions, settings: Settings
) -> SanitizedProviders:
    """List the identity providers of organizations where the user is owner or admin."""
    found = await sessions.require(request)
    rows = await providers.list_administered(found.user)
    return SanitizedProviders(providers=[sanitized_provider_view(row, settings) for row in rows])


@accounts_auth.get("/sso/get-provider")
@endpoint(
    "getSsoProvider",
    tag=TAG,
    query=ProviderQuery,
    returns={200: SanitizedProvider},
    errors=_MANAGE,
    permission=Permission.SIGNED_IN,
)
async def get_provider(
    request: HttpRequest,
    query: ProviderQuery,
    providers: SsoProviders,
    sessions: Sessions,
    settings: Settings,
) -> SanitizedProvider:
    """Read an identity provider."""
    found = await sessions.require(request)
    return sanitized_provider_view(
        await providers.get_administered(found.user, query.provider_id), settings
    )


@accounts_auth.post("/sso/update-provider")
@endpoint(
    "updateSsoProvider",
    tag=TAG,
    audit_fields=("provider_id",),
    body=UpdateProvider,
    returns={200: SanitizedProvider},
    errors=(*_MANAGE, Conflict),
    permission=Permission.SIGNED_IN,
)
async def update_provider(
    request: HttpRequest,
    body: UpdateProvider,
    providers: SsoProviders,
    sessions: Sessions,
    settings: Settings,
) -> SanitizedProvider:
    """Change an identity provider; the user must be an owner of its organization."""
    found = await sessions.require(request)
    provider = await providers.update(found.user, body)
    audit.add_details(request, organization_id=provider.organization_id)
    return sanitized_provider_view(provider, settings)


@accounts_auth.post("/sso/delete-provider")
@endpoint(
    "deleteSsoProviderByPost",
    tag=TAG,
    audit_fields=("provider_id",),
    body=DeleteProvider,
    returns={200: Success},
    errors=(*_MANAGE, Conflict),
    permission=Permission.SIGNED_IN,
)
async def delete_provider(
    request: HttpRequest, body: DeleteProvider, providers: SsoProviders, sessions: Sessions
) -> Success:
    """Delete an identity provider with its account links; end the sessions of linked users."""
    found = await sessions.require(request)
    provider = await providers.get_administered(found.user, body.provider_id)
    audit.add_details(request, organization_id=provider.organization_id)
    await providers.delete(provider.organization_id, provider.provider_id, force=body.force)
    return Success()


@accounts_auth.post("/sign-in/sso")
@endpoint(
    "signInSso",
    tag=TAG,
    body=SignInSso,
    returns={200: SsoRedirect},
    errors=(Invalid, Forbidden, NotFound),
    permission=Permission.PUBLIC,
)
async def sign_in(request: HttpRequest, body: SignInSso, sso: SsoSignIn) -> SsoRedirect:
    """Start a sign-in through an identity provider."""
    return SsoRedirect(url=await sso.start(request, body))


@accounts_auth.get("/sso/callback/<provider_id:str>")
@endpoint(
    "finishSsoSignIn",
    tag=TAG,
    audited=True,
    query=CallbackQuery,
    returns={302: None},
    errors=(Invalid,),
    permission=Permission.PUBLIC,
)
async def callback(
    request: HttpRequest, provider_id: str, query: CallbackQuery, sso: SsoSignIn
) -> HTTPResponse:
    """Handle the callback of an identity provider."""
    location = await sso.finish(request, provider_id, query)
    return HTTPResponse(status=302, headers={"Location": location})
