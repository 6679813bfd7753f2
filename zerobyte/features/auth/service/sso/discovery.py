"""Learns how to speak with an identity provider from the document that it publishes.

Owns what such a document must say. How it is fetched, and from where it may come, belongs to
`outgoing`.
"""

from typing import Any, Final

from authlib.oidc.discovery import get_well_known_url

from zerobyte.core import urls
from zerobyte.core.errors import Invalid
from zerobyte.features.auth.schemas.sso import OidcSettings, RegisterOidc, TokenAuthentication
from zerobyte.features.auth.service.sso.http_client import ProviderUnreachable, SafeHttpClient

SCOPES: Final = ("openid", "email", "profile")
_ENDPOINTS: Final = {
    "authorization_endpoint": "authorization_endpoint",
    "token_endpoint": "token_endpoint",
    "user_info_endpoint": "userinfo_endpoint",
    "jwks_endpoint": "jwks_uri",
}


class Discovery:
    """Turns what a person typed into settings that can be used."""

    def __init__(self, outgoing: SafeHttpClient) -> None:
        self._outgoing = outgoing

    async def settings_of(self, issuer: str, given: RegisterOidc) -> OidcSettings:
        """The settings of a provider; what was given stands before what is discovered.

        Raises Invalid with the code of what is wrong.
        """
        _check_issuer(issuer)
        try:
            return await self._settings_of(issuer, given)
        except ProviderUnreachable as error:
            raise Invalid(error.message, code=error.code) from None

    async def _settings_of(self, issuer: str, given: RegisterOidc) -> OidcSettings:
        where = given.discovery_endpoint or get_well_known_url(issuer, external=True)
        document = {} if given.skip_discovery else await self._document(issuer, where)
        endpoints: dict[str, Any] = {
            name: getattr(given, name) or _text(document, published)
            for name, published in _ENDPOINTS.items()
        }
        _check_complete(endpoints)
        for url in endpoints.values():
            if url:
                await self._outgoing.check(url)
        return OidcSettings(
            **endpoints,
            discovery_endpoint=where,
            token_endpoint_authentication=given.token_endpoint_authentication
            or _authentication(document),
            scopes=with_openid(given.scopes or SCOPES),
            pkce=given.pkce,
            mapping=given.mapping,
            skip_discovery=given.skip_discovery,
            iss_parameter=document.get("authorization_response_iss_parameter_supported") is True,
        )

    async def _document(self, issuer: str, where: str) -> dict[str, Any]:
        document = await self._outgoing.get(where)
        published = document.get("issuer")
        if published != issuer:
            raise Invalid(
                "The document of the identity provider is that of another issuer. Enter the "
                "issuer exactly as the provider publishes it, with or without the slash at its end",
                code="issuer_mismatch",
            )
        return document


def _check_issuer(issuer: str) -> None:
    # Also when nothing is discovered at it: every answer must come from just this issuer.
    try:
        urls.origin(issuer)
    except ValueError:
        raise Invalid("Invalid issuer. Must be a valid URL", code="INVALID_ISSUER") from None


def _check_complete(endpoints: dict[str, Any]) -> None:
    for name in ("authorization_endpoint", "token_endpoint"):
        if not endpoints[name]:
            raise _incomplete(f"The {name.replace('_', ' ')} of the provider is not known")
    if not (endpoints["user_info_endpoint"] or endpoints["jwks_endpoint"]):
        raise _incomplete("The provider has neither a userinfo endpoint nor signing keys")


def with_openid(scopes: list[str] | tuple[str, ...]) -> list[str]:
    """Scopes with the one that makes it OpenID Connect, each once."""
    return list(dict.fromkeys(("openid", *scopes)))


def _text(document: dict[str, Any], name: str) -> str | None:
    value = document.get(name)
    return value if isinstance(value, str) and value else None


def _authentication(document: dict[str, Any]) -> TokenAuthentication:
    supported = document.get("token_endpoint_auth_methods_supported")
    if not isinstance(supported, list) or "client_secret_basic" in supported:
        return "client_secret_basic"  # what the absence of the field means
    if "client_secret_post" in supported:
        return "client_secret_post"
    raise Invalid(
        "The identity provider takes neither client_secret_basic nor client_secret_post",
        code="unsupported_token_auth_method",
    )


def _incomplete(message: str) -> Invalid:
    return Invalid(message, code="discovery_incomplete")
