"""OpenID Connect client: builds authorization URLs and verifies the provider's responses.

Libraries check the ID token's signature, issuer, audience, times and nonce. This module checks that
userinfo and ID token have the same subject.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import quote

from authlib.oauth2 import rfc7636
from authlib.oauth2.rfc6749 import parameters
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import TypeAdapter, ValidationError

from zerobyte.core import clock
from zerobyte.core.config_check import require_valid
from zerobyte.core.errors import Invalid
from zerobyte.core.secrets import Sealer
from zerobyte.features.auth.models import SsoProvider
from zerobyte.features.auth.schemas.common import Email
from zerobyte.features.auth.schemas.sso import ClaimMapping, OidcSettings
from zerobyte.features.auth.schemas.sso_rules import RULES
from zerobyte.features.auth.service.sso.http_client import ProviderUnreachable, SafeHttpClient

LEEWAY_S: Final = 60
# Only asymmetric signatures, whose key the provider alone holds; no `none`, no shared secret.
_ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519",
)  # fmt: skip

# authlib has no type hints.
_grant_address = cast("Callable[..., str]", parameters.prepare_grant_uri)
_s256_challenge = cast("Callable[[str], str]", rfc7636.create_s256_code_challenge)
_EMAIL: Final[TypeAdapter[str]] = TypeAdapter(Email)

FAILED: Final = "SSO_LOGIN_FAILED"


class SsoSignInRejected(Exception):
    """The sign-in is rejected. `code` goes to the browser, `reason` to the log.

    user_id     the user who would have been signed in, if known.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.user_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderIdentity:
    """A verified identity from a provider. `email` is in lower case."""

    subject: str
    email: str
    email_verified: bool
    name: str
    image: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """Parameters of one authorization request; only the server knows nonce and verifier."""

    redirect_uri: str
    nonce: str
    verifier: str


def client_secret_aad(provider: SsoProvider) -> str:
    """Return the associated data that binds an encrypted client secret to its provider."""
    return f"sso_providers:{provider.id}:client_secret"


def settings_of(provider: SsoProvider) -> OidcSettings:
    """Return the validated settings of a provider. Raises Invalid if stored data is damaged."""
    found = _stored_settings(provider)
    if found is None:
        raise Invalid(
            "The stored settings of this identity provider are damaged. Change its settings."
        )
    require_valid(found, RULES, at=("oidcConfig",))
    return found


def settings_or_empty(provider: SsoProvider) -> OidcSettings:
    """Return the settings of a provider for display; empty endpoints if they are damaged."""
    return _stored_settings(provider) or OidcSettings(
        authorization_endpoint="", token_endpoint="", discovery_endpoint="", scopes=[]
    )


def _stored_settings(provider: SsoProvider) -> OidcSettings | None:
    try:
        return OidcSettings.model_validate(provider.config)
    except ValidationError:
        return None


class OidcClient:
    """Sends OpenID Connect requests to providers."""

    def __init__(self, http: SafeHttpClient, sealer: Sealer) -> None:
        self._http = http
        self._sealer = sealer

    def authorization_url(
        self,
        provider: SsoProvider,
        authorization: AuthorizationRequest,
        *,
        state: str,
        scopes: list[str] | None,
        login_hint: str | None,
    ) -> str:
        """Return the authorization URL for the browser."""
        settings = settings_of(provider)
        more: dict[str, str] = {"nonce": authorization.nonce}
        if login_hint:
            more["login_hint"] = login_hint
        if settings.pkce:
            more["code_challenge_method"] = "S256"
            more["code_challenge"] = _s256_challenge(authorization.verifier)
        return _grant_address(
            settings.authorization_endpoint,
            client_id=provider.client_id,
            response_type="code",
            redirect_uri=authorization.redirect_uri,
            scope=list(dict.fromkeys(["openid", *(scopes or settings.scopes)])),
            state=state,
            **more,
        )

    async def fetch_identity(
        self, provider: SsoProvider, authorization: AuthorizationRequest, code: str
    ) -> ProviderIdentity:
        """Exchange an authorization code for the identity. Raises SsoSignInRejected."""
        settings = settings_of(provider)
        try:
            tokens = await self._tokens(provider, settings, authorization, code)
            id_claims = await self._id_token_claims(provider, settings, authorization, tokens)
            user_claims = await self._userinfo_claims(settings, tokens)
        except ProviderUnreachable as error:
            raise SsoSignInRejected(FAILED, error.message) from None
        if id_claims and user_claims and id_claims.get("sub") != user_claims.get("sub"):
            raise SsoSignInRejected(FAILED, "userinfo and ID token have different subjects")
        return _identity(settings.mapping or ClaimMapping(), id_claims, user_claims)

    async def _tokens(
        self,
        provider: SsoProvider,
        settings: OidcSettings,
        authorization: AuthorizationRequest,
        code: str,
    ) -> dict[str, Any]:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": authorization.redirect_uri,
        }
        if settings.pkce:
            fields["code_verifier"] = authorization.verifier
        secret = self._sealer.unseal(provider.client_secret, aad=client_secret_aad(provider))
        basic = None
        if settings.token_endpoint_authentication == "client_secret_post":  # noqa: S105
            fields |= {"client_id": provider.client_id, "client_secret": secret}
        else:
            # RFC 6749, 2.3.1: form-encode both before they become user and password.
            basic = (quote(provider.client_id, safe=""), quote(secret, safe=""))
        tokens = await self._http.post(settings.token_endpoint, fields, basic=basic)
        if not isinstance(tokens.get("access_token"), str):
            raise SsoSignInRejected(FAILED, "the token endpoint returned no access token")
        return tokens

    async def _id_token_claims(
        self,
        provider: SsoProvider,
        settings: OidcSettings,
        authorization: AuthorizationRequest,
        tokens: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Return the verified claims of the ID token; empty without a JWKS endpoint."""
        if not settings.jwks_endpoint:
            return {}
        token = tokens.get("id_token")
        if not isinstance(token, str):
            raise SsoSignInRejected(FAILED, "the token endpoint returned no ID token")
        keys = await self._http.get(settings.jwks_endpoint)
        try:
            opened = jwt.decode(token, _key_set(keys), algorithms=_ALGORITHMS)
            claims = CodeIDToken(
                opened.claims,
                opened.header,
                options={
                    "iss": {"essential": True, "value": provider.issuer},
                    "aud": {"essential": True, "value": provider.client_id},
                    "sub": {"essential": True},
                },
                params={
                    "nonce": authorization.nonce,
                    "client_id": provider.client_id,
                    "access_token": tokens["access_token"],
                },
            )
            claims.validate(now=clock.now_ms() // 1000, leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            # A hostile token can fail a parser in many ways; each means that the token is
            # invalid.
            raise SsoSignInRejected(FAILED, f"the ID token is not valid: {error}") from None
        return dict(opened.claims)

    async def _userinfo_claims(
        self, settings: OidcSettings, tokens: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the claims of userinfo; empty if the provider has no such endpoint."""
        if not settings.user_info_endpoint:
            return {}
        return await self._http.get(
            settings.user_info_endpoint, bearer=cast("str", tokens["access_token"])
        )


def _key_set(document: dict[str, Any]) -> KeySet:
    if not isinstance(document.get("keys"), list):
        raise SsoSignInRejected(FAILED, "the provider publishes no signing keys")
    return KeySet.import_key_set(cast("Any", document))


def _identity(
    mapping: ClaimMapping, id_claims: Mapping[str, Any], user_claims: Mapping[str, Any]
) -> ProviderIdentity:
    claims = {**id_claims, **user_claims}
    subject = claims.get(mapping.id)
    if isinstance(subject, int) and not isinstance(subject, bool):
        subject = str(subject)
    email = claims.get(mapping.email)
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
        raise SsoSignInRejected(FAILED, "the provider sent no valid subject")
    try:
        address = _EMAIL.validate_python(email, strict=True)
    except ValidationError:
        raise SsoSignInRejected(FAILED, "the provider gives no e-mail address") from None
    name = claims.get(mapping.name)
    image = claims.get(mapping.image)
    return ProviderIdentity(
        subject=subject,
        email=address,
        # E-mail and `email_verified` must come from the same source.
        email_verified=any(
            source.get(mapping.email) == email
            and source.get(mapping.email_verified) in (True, "true")
            for source in (id_claims, user_claims)
        ),
        name=name.strip()[:200] if isinstance(name, str) and name.strip() else "",
        image=image if _is_picture(image) else None,
    )


def _is_picture(image: object) -> bool:
    return isinstance(image, str) and len(image) <= 2048 and image.startswith("https://")
