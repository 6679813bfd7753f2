"""OpenID Connect as its client speaks it: where people are sent, and what is believed afterwards.

Owns what makes an identity believable. The ID token's signature, issuer, audience, times and nonce
are checked by libraries; that userinfo speaks of the same person is checked here.
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
# Signatures of a key that the provider alone holds: neither `none` nor a shared secret.
_ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519",
)  # fmt: skip

# authlib tells no types.
_grant_address = cast("Callable[..., str]", parameters.prepare_grant_uri)
_s256_challenge = cast("Callable[[str], str]", rfc7636.create_s256_code_challenge)
_EMAIL: Final[TypeAdapter[str]] = TypeAdapter(Email)

FAILED: Final = "SSO_LOGIN_FAILED"


class SsoSignInRefused(Exception):
    """A sign-in ends here. `code` is what the browser is told, `reason` what the log is told.

    user_id     who would have come in, once that is known.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.user_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom a provider vouches for. `email` is in lower case."""

    subject: str
    email: str
    email_verified: bool
    name: str
    image: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What only we and the browser's ticket know of one way there and back."""

    redirect_uri: str
    nonce: str
    verifier: str


def aad(provider: SsoProvider) -> str:
    """What a provider's sealed client secret is bound to."""
    return f"sso_providers:{provider.id}:client_secret"


def settings_of(provider: SsoProvider) -> OidcSettings:
    """How to speak with a provider. Raises Invalid: what is stored is damaged or not allowed."""
    found = _read(provider)
    if found is None:
        raise Invalid(
            "The stored settings of this identity provider are damaged. Change its settings."
        )
    require_valid(found, RULES, at=("oidcConfig",))
    return found


def shown_settings(provider: SsoProvider) -> OidcSettings:
    """Return how to speak with a provider for people; empty addresses where it is damaged."""
    return _read(provider) or OidcSettings(
        authorization_endpoint="", token_endpoint="", discovery_endpoint="", scopes=[]
    )


def _read(provider: SsoProvider) -> OidcSettings | None:
    try:
        return OidcSettings.model_validate(provider.config)
    except ValidationError:
        return None


class Protocol:
    """Speaks with providers."""

    def __init__(self, outgoing: SafeHttpClient, sealer: Sealer) -> None:
        self._outgoing = outgoing
        self._sealer = sealer

    def address(
        self,
        provider: SsoProvider,
        attempt: Attempt,
        *,
        state: str,
        scopes: list[str] | None,
        login_hint: str | None,
    ) -> str:
        """Where the browser must go to sign in."""
        settings = settings_of(provider)
        more: dict[str, str] = {"nonce": attempt.nonce}
        if login_hint:
            more["login_hint"] = login_hint
        if settings.pkce:
            more["code_challenge_method"] = "S256"
            more["code_challenge"] = _s256_challenge(attempt.verifier)
        return _grant_address(
            settings.authorization_endpoint,
            client_id=provider.client_id,
            response_type="code",
            redirect_uri=attempt.redirect_uri,
            scope=list(dict.fromkeys(["openid", *(scopes or settings.scopes)])),
            state=state,
            **more,
        )

    async def identity(self, provider: SsoProvider, attempt: Attempt, code: str) -> Identity:
        """Whom a code stands for. Raises SsoSignInRefused."""
        settings = settings_of(provider)
        try:
            tokens = await self._tokens(provider, settings, attempt, code)
            proven = await self._proven(provider, settings, attempt, tokens)
            told = await self._told(settings, tokens)
        except ProviderUnreachable as error:
            raise SsoSignInRefused(FAILED, error.message) from None
        if proven and told and proven.get("sub") != told.get("sub"):
            raise SsoSignInRefused(FAILED, "userinfo speaks of somebody else than the ID token")
        return _identity(settings.mapping or ClaimMapping(), proven, told)

    async def _tokens(
        self, provider: SsoProvider, settings: OidcSettings, attempt: Attempt, code: str
    ) -> dict[str, Any]:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.redirect_uri,
        }
        if settings.pkce:
            fields["code_verifier"] = attempt.verifier
        secret = self._sealer.unseal(provider.client_secret, aad=aad(provider))
        basic = None
        if settings.token_endpoint_authentication == "client_secret_post":  # noqa: S105
            fields |= {"client_id": provider.client_id, "client_secret": secret}
        else:
            # RFC 6749, 2.3.1: both are form-encoded before they become user and password.
            basic = (quote(provider.client_id, safe=""), quote(secret, safe=""))
        tokens = await self._outgoing.post(settings.token_endpoint, fields, basic=basic)
        if not isinstance(tokens.get("access_token"), str):
            raise SsoSignInRefused(FAILED, "the token endpoint gave no access token")
        return tokens

    async def _proven(
        self,
        provider: SsoProvider,
        settings: OidcSettings,
        attempt: Attempt,
        tokens: Mapping[str, Any],
    ) -> dict[str, Any]:
        """The claims of the ID token; none when the provider has no keys to check it with."""
        if not settings.jwks_endpoint:
            return {}
        token = tokens.get("id_token")
        if not isinstance(token, str):
            raise SsoSignInRefused(FAILED, "the token endpoint gave no ID token")
        keys = await self._outgoing.get(settings.jwks_endpoint)
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
                    "nonce": attempt.nonce,
                    "client_id": provider.client_id,
                    "access_token": tokens["access_token"],
                },
            )
            claims.validate(now=clock.now_ms() // 1000, leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            # A hostile token can trip a parser in many ways; all of them mean the same.
            raise SsoSignInRefused(FAILED, f"the ID token is not valid: {error}") from None
        return dict(opened.claims)

    async def _told(self, settings: OidcSettings, tokens: Mapping[str, Any]) -> dict[str, Any]:
        """The claims of userinfo; none when the provider has no such endpoint."""
        if not settings.user_info_endpoint:
            return {}
        return await self._outgoing.get(
            settings.user_info_endpoint, bearer=cast("str", tokens["access_token"])
        )


def _key_set(document: dict[str, Any]) -> KeySet:
    if not isinstance(document.get("keys"), list):
        raise SsoSignInRefused(FAILED, "the provider publishes no signing keys")
    return KeySet.import_key_set(cast("Any", document))


def _identity(
    mapping: ClaimMapping, proven: Mapping[str, Any], told: Mapping[str, Any]
) -> Identity:
    claims = {**proven, **told}
    subject = claims.get(mapping.id)
    if isinstance(subject, int) and not isinstance(subject, bool):
        subject = str(subject)
    email = claims.get(mapping.email)
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
        raise SsoSignInRefused(FAILED, "the provider does not say who it is")
    try:
        address = _EMAIL.validate_python(email, strict=True)
    except ValidationError:
        raise SsoSignInRefused(FAILED, "the provider gives no e-mail address") from None
    name = claims.get(mapping.name)
    image = claims.get(mapping.image)
    return Identity(
        subject=subject,
        email=address,
        # The address and its verification must come from the same hand.
        email_verified=any(
            source.get(mapping.email) == email
            and source.get(mapping.email_verified) in (True, "true")
            for source in (proven, told)
        ),
        name=name.strip()[:200] if isinstance(name, str) and name.strip() else "",
        image=image if _is_picture(image) else None,
    )


def _is_picture(image: object) -> bool:
    return isinstance(image, str) and len(image) <= 2048 and image.startswith("https://")
