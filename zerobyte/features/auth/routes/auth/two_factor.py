"""Two-factor authentication: enable, disable, and verify codes."""

from zerobyte.core.errors import Conflict, Forbidden, Invalid, TooManyRequests, Unauthenticated
from zerobyte.features.auth.present.users import user_view
from zerobyte.features.auth.routes.guards import TAG, accounts_auth
from zerobyte.features.auth.schemas.common import Status
from zerobyte.features.auth.schemas.profile import Password
from zerobyte.features.auth.schemas.two_factor import (
    BackupCodes,
    EnableTwoFactor,
    TotpUri,
    TwoFactorEnrolment,
    Verified,
    VerifyBackupCode,
    VerifyTotp,
)
from zerobyte.features.auth.service import Profile, Sessions, TwoFactors, TwoFactorVerifier
from zerobyte.features.auth.service.profile import wrong_password
from zerobyte.http.auth import HttpRequest, Permission
from zerobyte.http.endpoint import endpoint

_ERRORS = (Invalid, Unauthenticated, Forbidden, Conflict, TooManyRequests)


@accounts_auth.post("/two-factor/enable")
@endpoint(
    "enableTwoFactor",
    tag=TAG,
    body=EnableTwoFactor,
    returns={200: TwoFactorEnrolment},
    errors=(Invalid, TooManyRequests),
    permission=Permission.SIGNED_IN,
)
async def enable(
    request: HttpRequest,
    body: EnableTwoFactor,
    sessions: Sessions,
    profile: Profile,
    two_factors: TwoFactors,
) -> TwoFactorEnrolment:
    """Create a secret for an authenticator app; it becomes active with its first right code."""
    found = await sessions.require(request)
    await profile.check_password(found, body.password)
    enrollment = await two_factors.start(found.user, issuer=body.issuer)
    return TwoFactorEnrolment(totp_uri=enrollment.uri, backup_codes=enrollment.backup_codes)


@accounts_auth.post("/two-factor/verify-totp")
@endpoint(
    "verifyTotp",
    tag=TAG,
    body=VerifyTotp,
    returns={200: Verified},
    errors=_ERRORS,
    permission=Permission.PUBLIC,
)
async def verify_totp(
    request: HttpRequest, body: VerifyTotp, verifier: TwoFactorVerifier
) -> Verified:
    """Verify a code of the app: at sign-in, to activate two-factor, or again."""
    return await _totp(request, body, verifier)


@accounts_auth.post("/two-factor/verify")
@endpoint(
    "verifyTwoFactor",
    tag=TAG,
    body=VerifyTotp,
    returns={200: Verified},
    errors=_ERRORS,
    permission=Permission.PUBLIC,
)
async def verify(request: HttpRequest, body: VerifyTotp, verifier: TwoFactorVerifier) -> Verified:
    """Verify a code of the app; identical to `verify-totp`."""
    return await _totp(request, body, verifier)


@accounts_auth.post("/two-factor/verify-backup-code")
@endpoint(
    "verifyBackupCode",
    tag=TAG,
    body=VerifyBackupCode,
    returns={200: Verified},
    errors=_ERRORS,
    permission=Permission.PUBLIC,
)
async def verify_backup_code(
    request: HttpRequest, body: VerifyBackupCode, verifier: TwoFactorVerifier
) -> Verified:
    """Use a backup code instead of the app."""
    signed_in, user = await verifier.verify(
        request,
        "backup",
        body.code,
        trust_device=body.trust_device,
        begins_session=not body.disable_session,
    )
    return Verified(token=signed_in.session.id if signed_in else None, user=user_view(user))


@accounts_auth.post("/two-factor/get-totp-uri")
@endpoint(
    "getTotpUri",
    tag=TAG,
    body=Password,
    returns={200: TotpUri},
    errors=(Invalid, TooManyRequests),
    permission=Permission.SIGNED_IN,
)
async def get_totp_uri(
    request: HttpRequest,
    body: Password,
    sessions: Sessions,
    profile: Profile,
    two_factors: TwoFactors,
) -> TotpUri:
    """Read the otpauth URI again."""
    found = await sessions.require(request)
    await profile.check_password(found, body.password)
    return TotpUri(totp_uri=await two_factors.otpauth_uri(found.user))


@accounts_auth.post("/two-factor/generate-backup-codes")
@endpoint(
    "generateBackupCodes",
    tag=TAG,
    body=Password,
    returns={200: BackupCodes},
    errors=(Invalid, TooManyRequests),
    permission=Permission.SIGNED_IN,
)
async def generate_backup_codes(
    request: HttpRequest,
    body: Password,
    sessions: Sessions,
    profile: Profile,
    two_factors: TwoFactors,
) -> BackupCodes:
    """Create new backup codes; the old ones become invalid."""
    found = await sessions.require(request)
    await profile.check_password(found, body.password)
    return BackupCodes(backup_codes=await two_factors.renew_backup_codes(found.user))


@accounts_auth.post("/two-factor/disable")
@endpoint(
    "disableTwoFactor",
    tag=TAG,
    body=Password,
    returns={200: Status},
    errors=(Invalid, TooManyRequests),
    permission=Permission.SIGNED_IN,
)
async def disable(
    request: HttpRequest,
    body: Password,
    sessions: Sessions,
    profile: Profile,
    verifier: TwoFactorVerifier,
) -> Status:
    """Disable two-factor and delete all trusted devices."""
    found = await sessions.require(request)
    checked = await profile.check_password(found, body.password)
    await verifier.disable(request, found, unless_changed=(checked, wrong_password()))
    return Status()


async def _totp(request: HttpRequest, body: VerifyTotp, verifier: TwoFactorVerifier) -> Verified:
    signed_in, user = await verifier.verify(
        request, "totp", body.code, trust_device=body.trust_device
    )
    return Verified(token=signed_in.session.id if signed_in else None, user=user_view(user))
