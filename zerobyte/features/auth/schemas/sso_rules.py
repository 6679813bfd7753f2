"""Syntax rules for the fields of an identity provider; documented in docs/field-rules.md."""

from typing import Final

from zerobyte.contract import field_checks as checks
from zerobyte.contract.field_rules import FieldRule, Rules
from zerobyte.features.auth.schemas import sso

_BOOLEAN: Final = FieldRule("true or false")
_CLAIM: Final = FieldRule(
    "names of claims; only looked up in the answer of the provider; no control characters",
    checks.plain,
)
_ENDPOINT: Final = FieldRule(
    "same as issuer; with discovery, what the provider states", checks.http_address
)
_OPTIONS: Final = {
    "discovery_endpoint": _ENDPOINT,
    "authorization_endpoint": _ENDPOINT,
    "token_endpoint": _ENDPOINT,
    "user_info_endpoint": _ENDPOINT,
    "jwks_endpoint": _ENDPOINT,
    "token_endpoint_authentication": FieldRule("one of the listed words"),
    "skip_discovery": _BOOLEAN,
    "scopes": FieldRule(
        "at most 32 scopes in the alphabet of RFC 6749",
        checks.alphabet(r"[\x21\x23-\x5b\x5d-\x7e]{1,128}", "must be a scope of RFC 6749"),
        33,  # the server adds `openid` to the request's scopes
    ),
    "pkce": _BOOLEAN,
    "mapping": FieldRule("see ClaimMapping"),
}
_OIDC: Final = {
    "client_id": FieldRule("text without control characters; sent as a form field", checks.plain),
    "client_secret": FieldRule(
        "text without zero byte; encrypted; sent as a form field or Basic credentials",
        checks.no_nul,
    ),
    **_OPTIONS,
}
_PROVIDER: Final = {
    "provider_id": FieldRule(
        "letters, digits, . _ ~ -, at most 64; part of URLs",
        checks.alphabet(r"[A-Za-z0-9._~-]{1,64}", "must hold only letters, digits and . _ ~ -"),
    ),
    "issuer": FieldRule(
        "https address at a public IP address, or an origin in TRUSTED_ORIGINS",
        checks.http_address,
    ),
    "domain": FieldRule("lower-case domain names between commas", checks.printable),
    "oidc_config": FieldRule("see RegisterOidc"),
}

RULES: Final[Rules] = {
    sso.RegisterProvider: {
        **_PROVIDER,
        "organization_id": FieldRule("an organization that the actor administers"),
        "saml_config": FieldRule("refused: SAML is not supported"),
    },
    sso.UpdateProvider: _PROVIDER,
    sso.RegisterOidc: _OIDC,
    sso.UpdateOidc: _OIDC,
    sso.OidcSettings: {**_OPTIONS, "iss_parameter": _BOOLEAN},
    sso.ClaimMapping: dict.fromkeys(sso.ClaimMapping.model_fields, _CLAIM),
}
