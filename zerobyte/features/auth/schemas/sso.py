"""Schemas of identity providers and single sign-on."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from zerobyte.contract.base import ApiModel, NonEmpty, not_given
from zerobyte.features.auth.schemas.common import callback_field, named

_DOMAIN: Final = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)*")
_SCOPE: Final = r"^[\x21\x23-\x5B\x5D-\x7E]{1,128}$"


def _domains(value: str) -> str:
    parts = [part.strip().lower() for part in value.split(",")]
    if not all(_DOMAIN.fullmatch(part) for part in parts):
        raise ValueError("The domain must be one such as example.com, or several between commas")
    return ",".join(dict.fromkeys(parts))


# Part of URLs, such as the callback URL.
ProviderId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$")]
Domain = Annotated[str, Field(max_length=1024), AfterValidator(_domains)]
Address = Annotated[str, Field(min_length=1, max_length=2048)]
Scope = Annotated[str, StringConstraints(pattern=_SCOPE)]
Scopes = Annotated[list[Scope], Field(min_length=1, max_length=32)]
TokenAuthentication = Literal["client_secret_basic", "client_secret_post"]
Claim = Annotated[str, Field(min_length=1, max_length=128)]


class ClaimMapping(ApiModel):
    """Names of the claims, for providers that use other names."""

    id: Claim = "sub"
    email: Claim = "email"
    email_verified: Claim = "email_verified"
    name: Claim = "name"
    image: Claim = "picture"
    extra_fields: dict[str, str] | None = None


class RegisterOidc(ApiModel):
    """OpenID Connect settings of a provider; omitted endpoints are discovered."""

    client_id: NonEmpty
    client_secret: NonEmpty
    discovery_endpoint: Address | None = None
    authorization_endpoint: Address | None = None
    token_endpoint: Address | None = None
    user_info_endpoint: Address | None = None
    jwks_endpoint: Address | None = None
    token_endpoint_authentication: TokenAuthentication | None = None
    skip_discovery: bool = False
    scopes: Scopes | None = None
    pkce: bool = True
    mapping: ClaimMapping | None = None


class RegisterProvider(ApiModel):
    """Register an identity provider for an organization."""

    provider_id: ProviderId
    issuer: Address
    domain: Domain
    organization_id: str | None = None
    oidc_config: RegisterOidc
    saml_config: Any = None


class UpdateOidc(ApiModel):
    """Changed OpenID Connect settings; omitted fields stay. `***` keeps the secret."""

    client_id: NonEmpty = not_given()
    client_secret: NonEmpty = not_given()
    discovery_endpoint: Address = not_given()
    authorization_endpoint: Address = not_given()
    token_endpoint: Address = not_given()
    user_info_endpoint: Address | None = None
    jwks_endpoint: Address | None = None
    token_endpoint_authentication: TokenAuthentication = not_given()
    skip_discovery: bool = not_given()
    scopes: Scopes = not_given()
    pkce: bool = not_given()
    mapping: ClaimMapping | None = None


class UpdateProvider(ApiModel):
    """Change an identity provider."""

    provider_id: ProviderId
    issuer: Address = not_given()
    domain: Domain = not_given()
    oidc_config: UpdateOidc = not_given()


class DeleteProvider(ApiModel):
    """Delete an identity provider.

    force   delete even if users can then no longer sign in.
    """

    provider_id: ProviderId
    force: bool = False


class ProviderQuery(ApiModel):
    """Selects an identity provider."""

    provider_id: str


class ForceQuery(ApiModel):
    """Delete even if users can then no longer sign in."""

    force: bool = False


class OidcSettings(ApiModel):
    """Stored OpenID Connect settings of a provider, without any secret.

    iss_parameter   True: the provider sends `iss` in each authorization response.
    """

    authorization_endpoint: str
    token_endpoint: str
    user_info_endpoint: str | None = None
    jwks_endpoint: str | None = None
    discovery_endpoint: str
    token_endpoint_authentication: TokenAuthentication = "client_secret_basic"  # noqa: S105
    scopes: list[str]
    pkce: bool = True
    mapping: ClaimMapping | None = None
    skip_discovery: bool = False
    iss_parameter: bool = False


class RegisteredOidc(OidcSettings):
    """The registered settings; the secret is masked."""

    issuer: str
    client_id: str
    client_secret: str
    override_user_info: bool = False


class RegisteredProvider(ApiModel):
    """A new provider, and the callback URL to configure there."""

    issuer: str
    oidc_config: RegisteredOidc
    saml_config: None = None
    user_id: str
    provider_id: str
    organization_id: str
    domain: str
    id: str
    redirect_uri: str = named("redirectURI")


class SanitizedOidc(OidcSettings):
    """OpenID Connect settings of a provider, for its organization's admins."""

    client_id_last_four: str


class SanitizedProvider(ApiModel):
    """A provider, for its organization's admins."""

    provider_id: str
    type: Literal["oidc"] = "oidc"
    issuer: str
    domain: str
    organization_id: str
    auto_link_matching_emails: bool
    oidc_config: SanitizedOidc
    saml_config: None = None
    redirect_uri: str = named("redirectURI")


class SanitizedProviders(ApiModel):
    """The providers of the organizations that a user administers."""

    providers: list[SanitizedProvider]


class SignInSso(ApiModel):
    """Sign in through a provider, selected by id, e-mail, domain or organization."""

    provider_id: str | None = Field(default=None, max_length=2048)
    email: str | None = Field(default=None, max_length=320)
    organization_slug: str | None = Field(default=None, max_length=64)
    domain: str | None = Field(default=None, max_length=320)
    callback_url: str = Field(alias="callbackURL", max_length=2048)
    error_callback_url: str | None = callback_field("errorCallbackURL")
    new_user_callback_url: str | None = callback_field("newUserCallbackURL")
    login_hint: str | None = Field(default=None, max_length=320)
    scopes: Scopes | None = None


class SsoRedirect(ApiModel):
    """Redirect target for the browser."""

    url: str
    redirect: bool = True


class CallbackQuery(ApiModel):
    """Parameters of a provider's authorization response.

    An empty `iss` names another issuer; treating it as absent would accept the response.
    """

    empty_is_absent = False

    state: str
    code: str | None = None
    error: str | None = None
    iss: str | None = None


class LoginErrorQuery(ApiModel):
    """Error text from the site that redirected the browser here."""

    error: str = ""


class PublicProvider(ApiModel):
    """A provider on the login page."""

    provider_id: str
    organization_slug: str


class PublicProviders(ApiModel):
    """The providers on the login page."""

    providers: list[PublicProvider]


class ProviderSettings(ApiModel):
    """A provider, for the settings of its organization."""

    provider_id: str
    type: Literal["oidc"] = "oidc"
    issuer: str
    domain: str
    auto_link_matching_emails: bool
    organization_id: str | None


class InvitationSettings(ApiModel):
    """An invitation, for the settings of its organization."""

    id: str
    email: str
    role: str
    status: str
    expires_at: str


class SsoSettings(ApiModel):
    """The providers and invitations of an organization."""

    providers: list[ProviderSettings]
    invitations: list[InvitationSettings]


class AutoLinking(ApiModel):
    """Allows or forbids linking an account by its verified e-mail."""

    enabled: bool


class InvitationProvider(ApiModel):
    """A provider through which an invitation can be accepted."""

    provider_id: str


class UserInvitation(ApiModel):
    """An invitation for the invited user."""

    id: str
    organization_name: str
    role: str
    expires_at: str
    sso_providers: list[InvitationProvider]


class VerifyInvitation(ApiModel):
    """Accept an invitation by signing in through a provider."""

    provider_id: str
