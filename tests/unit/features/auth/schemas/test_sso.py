"""Tests that valid requests to account routes are far below the body size limit."""

from zerobyte.features.auth.schemas.sso import RegisterProvider
from zerobyte.http.rate_limit import AUTH_BODY_LIMIT_BYTES
from zerobyte.http.validation import from_json


def test_largest_identity_provider_fits_twice_into_the_body_limit():
    address = "https://idp.example/" + "a" * 2028
    body = {
        "provider_id": "p",
        "issuer": address,
        "domain": ",".join(["a" * 60 + ".example"] * 14),
        "oidc_config": {
            "client_id": "c" * 2048,
            "client_secret": "s" * 2048,
            **{
                f"{name}_endpoint": address
                for name in ("discovery", "authorization", "token", "user_info", "jwks")
            },
            "scopes": ["s" * 128] * 32,
            "mapping": {
                **dict.fromkeys(("id", "email", "name", "image"), "m" * 128),
                "extra_fields": {f"field{number}": "v" * 128 for number in range(40)},
            },
        },
    }
    sent = RegisterProvider.model_validate(body).model_dump_json(by_alias=True).encode()
    assert from_json(RegisterProvider, sent)
    assert 20_000 < len(sent) < AUTH_BODY_LIMIT_BYTES / 2
