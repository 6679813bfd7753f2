"""Reads an identity provider's settings from its discovery document and validates them.

`http_client` decides which addresses may be fetched.
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
    """Completes the entered settings of a provider."""

    def __init__(self, http: SafeHttpClient) -> None:
        self._http = http

    async def settings_of(self, issuer: str, entered: RegisterOidc) -> OidcSettings:
        """Return the settings of a provider; entered values override discovered ones.

        Raises Invalid with the code of the problem.
        """
        _check_issuer(issuer)
        try:
            return await self._settings_of(issuer, entered)
        except ProviderUnreachable as error:
            raise Invalid(error.message, code=error.code) from None

    async def _settings_of(self, issuer: str, entered: RegisterOidc) -> OidcSettings:
        url = entered.discovery_endpoint or get_well_known_url(issuer, external=True)
        document = {} if entered.skip_discovery else await self._document(issuer, url)
        endpoints: dict[str, Any] = {
            name: getattr(entered, name) or _text(document, published)
            for name, published in _ENDPOINTS.items()
        }
        _check_complete(endpoints)
        for url in endpoints.values():
            if url:
                await self._http.check(url)
        return OidcSettings(
            **endpoints,
            discovery_endpoint=url,
            token_endpoint_authentication=entered.token_endpoint_authentication
            or _authentication(document),
            scopes=with_openid(entered.scopes or SCOPES),
            pkce=entered.pkce,
            mapping=entered.mapping,
            skip_discovery=entered.skip_discovery,
            iss_parameter=document.get("authorization_response_iss_parameter_supported") is True,
        )

    async def _document(self, issuer: str, url: str) -> dict[str, Any]:
        document = await self._http.get(url)
        published = document.get("issuer")
        if published != issuer:
            raise Invalid(
                "The document of the identity provider is that of another issuer. Enter the "
                "issuer exactly as the provider publishes it, with or without the slash at its end",
                code="issuer_mismatch",
            )
        return document


def _check_issuer(issuer: str) -> None:
    # Checked without discovery too: every response must come from exactly this issuer.
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
    """Return the scopes without duplicates, starting with `openid`."""
    return list(dict.fromkeys(("openid", *scopes)))


def _text(document: dict[str, Any], name: str) -> str | None:
    value = document.get(name)
    return value if isinstance(value, str) and value else None


def _authentication(document: dict[str, Any]) -> TokenAuthentication:
    supported = document.get("token_endpoint_auth_methods_supported")
    if not isinstance(supported, list) or "client_secret_basic" in supported:
        return "client_secret_basic"  # the default of RFC 8414 when the field is absent
    if "client_secret_post" in supported:
        return "client_secret_post"
    raise Invalid(
        "The identity provider takes neither client_secret_basic nor client_secret_post",
        code="unsupported_token_auth_method",
    )


def _incomplete(message: str) -> Invalid:
    return Invalid(message, code="discovery_incomplete")
