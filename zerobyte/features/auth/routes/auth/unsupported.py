"""Operations of the contract that are not supported; each response explains the reason."""

from typing import NoReturn

from zerobyte.core.errors import Invalid, NotFound
from zerobyte.features.auth.routes.guards import TAG, accounts_auth
from zerobyte.features.auth.schemas.common import Status
from zerobyte.http.auth import Permission
from zerobyte.http.endpoint import endpoint


@accounts_auth.post("/change-email")
@endpoint(
    "changeEmail",
    tag=TAG,
    returns={200: Status},
    errors=(Invalid,),
    permission=Permission.SIGNED_IN,
)
async def change_email() -> NoReturn:
    """Always rejected: use `zerobyte change-email`."""
    raise Invalid("Change email is disabled", code="CHANGE_EMAIL_DISABLED")


@accounts_auth.post("/update-session")
@endpoint(
    "updateSession",
    tag=TAG,
    returns={200: Status},
    errors=(Invalid,),
    permission=Permission.SIGNED_IN,
)
async def update_session() -> NoReturn:
    """Always rejected: a session has no field that clients may write."""
    raise Invalid("The fields of a session are not allowed to be set", code="FIELD_NOT_ALLOWED")


@accounts_auth.post("/request-password-reset")
@endpoint(
    "requestPasswordReset",
    tag=TAG,
    returns={200: Status},
    errors=(Invalid,),
    permission=Permission.PUBLIC,
    audited=False,
)
async def request_password_reset() -> NoReturn:
    """Always rejected: use `zerobyte reset-password`."""
    raise Invalid("Reset password isn't enabled", code="RESET_PASSWORD_DISABLED")


@accounts_auth.post("/sign-in/social")
@endpoint(
    "signInSocial",
    tag=TAG,
    returns={200: Status},
    errors=(NotFound,),
    permission=Permission.PUBLIC,
    audited=False,
)
async def sign_in_social() -> NoReturn:
    """Always rejected: use `sign-in/sso` for identity providers."""
    raise NotFound("Provider not found", code="PROVIDER_NOT_FOUND")


@accounts_auth.post("/link-social")
@endpoint(
    "linkSocial",
    tag=TAG,
    returns={200: Status},
    errors=(NotFound,),
    permission=Permission.SIGNED_IN,
)
async def link_social() -> NoReturn:
    """Always rejected: use `sign-in/sso` for identity providers."""
    raise NotFound("Provider not found", code="PROVIDER_NOT_FOUND")


@accounts_auth.post("/two-factor/send-otp")
@endpoint(
    "sendOtp",
    tag=TAG,
    returns={200: Status},
    errors=(Invalid,),
    permission=Permission.PUBLIC,
    audited=False,
)
async def send_otp() -> NoReturn:
    """Always rejected: codes come from an app and are never sent."""
    raise Invalid("OTP isn't configured", code="OTP_NOT_CONFIGURED")


@accounts_auth.post("/two-factor/verify-otp")
@endpoint(
    "verifyOtp",
    tag=TAG,
    returns={200: Status},
    errors=(Invalid,),
    permission=Permission.PUBLIC,
    audited=False,
)
async def verify_otp() -> NoReturn:
    """Always rejected: codes come from an app and are never sent."""
    raise Invalid("OTP has expired", code="OTP_HAS_EXPIRED")
