"""Two-factor enrollment: secrets, backup codes and code checks.

Secrets and backup codes are stored encrypted. Repeated wrong codes lock the account. The steps
after a right code are in `verification`.
"""

import hmac
import re
from dataclasses import dataclass
from typing import Final, Literal

import orjson
from tortoise.exceptions import IntegrityError
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from zerobyte.core import clock
from zerobyte.core.errors import Conflict, Invalid, TooManyRequests, Unauthenticated
from zerobyte.core.secrets import Sealer
from zerobyte.db import constraints
from zerobyte.features.auth.models import TrustedDevice, TwoFactor, TwoFactorChallenge, User
from zerobyte.features.auth.service.two_factor import totp

ISSUER: Final = "Zerobyte"
_LOCK_AFTER: Final = 10
_LOCK_MS: Final = 15 * 60_000
_CODE: Final = re.compile(r"[0-9]{6}")

_Field = Literal["secret", "backup_codes", "pending_secret", "pending_backup_codes"]


@dataclass(frozen=True, slots=True)
class Enrollment:
    """The data for setting up the authenticator app; shown once."""

    uri: str
    backup_codes: list[str]


class TwoFactors:
    """Manages the two-factor data of users."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def start(self, user: User, *, issuer: str | None = None) -> Enrollment:
        """Create a pending secret; a current secret stays valid until the first right code."""
        row = await _get_or_create(user)
        secret, codes = totp.new_secret(), totp.new_backup_codes()
        await TwoFactor.filter(id=row.id).update(
            pending_secret=self._seal(row, "pending_secret", secret),
            pending_backup_codes=self._seal(row, "pending_backup_codes", _as_json(codes)),
        )
        return Enrollment(
            totp.otpauth_uri(secret, issuer=issuer or ISSUER, email=user.email), codes
        )

    async def otpauth_uri(self, user: User) -> str:
        """Return the otpauth URI again. Raises Invalid."""
        row = await TwoFactor.get_or_none(user_id=user.id)
        if row is None or (row.secret is None and row.pending_secret is None):
            raise not_enabled()
        secret = self._open(row, "secret" if row.secret is not None else "pending_secret")
        return totp.otpauth_uri(secret, issuer=ISSUER, email=user.email)

    async def activate(self, user: User, code: str) -> bool:
        """Activate the pending secret. Returns False if the code does not match it."""
        row = await TwoFactor.get_or_none(user_id=user.id)
        if row is None or row.pending_secret is None:
            return False
        secret = self._open(row, "pending_secret")
        step = totp.matching_step(secret, _normalized(code))
        if step is None:
            return False
        codes = self._open(row, "pending_backup_codes")
        async with in_transaction():
            activated = await TwoFactor.filter(id=row.id, pending_secret=row.pending_secret).update(
                secret=self._seal(row, "secret", secret),
                backup_codes=self._seal(row, "backup_codes", codes),
                pending_secret=None,
                pending_backup_codes=None,
                last_step=step,
            )
            if activated:
                await User.filter(id=user.id).update(
                    two_factor_enabled=True, updated_at=clock.now_ms()
                )
        return bool(activated)

    async def check_code(self, user: User, code: str) -> None:
        """Accept a code of the app, each only once. Raises Unauthenticated, Invalid."""
        row = await _enabled(user)
        step = totp.matching_step(self._open(row, "secret"), _normalized(code))
        # One conditional UPDATE, so that only one of two requests with the same code succeeds.
        if step is None or not await TwoFactor.filter(
            id=row.id, secret=row.secret, last_step__lt=step
        ).update(last_step=step):
            raise Unauthenticated("Invalid code", code="INVALID_CODE")

    async def check_backup_code(self, user: User, code: str) -> None:
        """Consume a backup code. Raises Unauthenticated, Invalid, Conflict."""
        row = await _enabled(user)
        codes: list[str] = orjson.loads(self._open(row, "backup_codes"))
        left = [kept for kept in codes if not hmac.compare_digest(kept.encode(), code.encode())]
        if len(left) == len(codes):
            raise Unauthenticated("Invalid backup code", code="INVALID_BACKUP_CODE")
        used = await TwoFactor.filter(id=row.id, backup_codes=row.backup_codes).update(
            backup_codes=self._seal(row, "backup_codes", _as_json(left))
        )
        if not used:
            raise Conflict("A concurrent request used a backup code. Try again.")

    async def renew_backup_codes(self, user: User) -> list[str]:
        """Replace the backup codes. Raises Invalid."""
        row = await TwoFactor.get_or_none(user_id=user.id, secret__isnull=False)
        if row is None:
            raise Invalid("Two factor isn't enabled", code="TWO_FACTOR_NOT_ENABLED")
        codes = totp.new_backup_codes()
        await TwoFactor.filter(id=row.id).update(
            backup_codes=self._seal(row, "backup_codes", _as_json(codes))
        )
        return codes

    async def count_attempt(self, user: User) -> None:
        """Count an attempt at sign-in; ten failures in a row lock the account for 15 minutes.

        Sessions and trusted devices continue. Raises TooManyRequests.
        """
        now = clock.now_ms()
        mine = TwoFactor.filter(user_id=user.id)
        await mine.filter(failures__gte=_LOCK_AFTER, failed_at__lte=now - _LOCK_MS).update(
            failures=0
        )
        if await mine.filter(failures__lt=_LOCK_AFTER).update(
            failures=F("failures") + 1, failed_at=now
        ):
            return
        row = await mine.first()
        if row is None:
            raise not_enabled()
        left_s = max(1, round((row.failed_at + _LOCK_MS - now) / 1000))
        raise TooManyRequests(
            "This account is locked for a while because of too many wrong codes. Try again "
            "later, or sign in from a device that you trust.",
            retry_after_s=left_s,
            code="ACCOUNT_TEMPORARILY_LOCKED",
        )

    async def reset_failures(self, user: User) -> None:
        """Reset the failure counter after a right code."""
        await TwoFactor.filter(user_id=user.id).update(failures=0)

    def _seal(self, row: TwoFactor, field: _Field, text: str) -> str:
        return self._sealer.seal(text, aad=f"two_factors:{row.id}:{field}")

    def _open(self, row: TwoFactor, field: _Field) -> str:
        sealed: str | None = getattr(row, field)
        assert sealed is not None
        return self._sealer.unseal(sealed, aad=f"two_factors:{row.id}:{field}")


async def delete_two_factor(user_id: str) -> None:
    """Delete a user's two-factor data, trusted devices and challenges."""
    async with in_transaction():
        await TwoFactor.filter(user_id=user_id).delete()
        await TrustedDevice.filter(user_id=user_id).delete()
        await TwoFactorChallenge.filter(user_id=user_id).delete()
        await User.filter(id=user_id).update(two_factor_enabled=False, updated_at=clock.now_ms())


def not_enabled() -> Invalid:
    """Return the error for a code when two-factor is not set up."""
    return Invalid("TOTP not enabled", code="TOTP_NOT_ENABLED")


async def _get_or_create(user: User) -> TwoFactor:
    row = await TwoFactor.get_or_none(user_id=user.id)
    if row is not None:
        return row
    try:
        return await TwoFactor.create(user_id=user.id)
    except IntegrityError as error:
        if not constraints.breaks_unique(error, "user_id"):
            raise
        # A concurrent request created it.
        return await TwoFactor.get(user_id=user.id)


async def _enabled(user: User) -> TwoFactor:
    row = await TwoFactor.get_or_none(user_id=user.id)
    if row is None or (row.secret is None and row.pending_secret is None):
        raise not_enabled()
    if row.secret is None:
        # Only a pending secret exists; no code is valid before its activation.
        raise Unauthenticated("Invalid code", code="INVALID_CODE")
    return row


def _normalized(code: str) -> str:
    code = code.replace(" ", "")
    return code if _CODE.fullmatch(code) else ""


def _as_json(codes: list[str]) -> str:
    return orjson.dumps(codes).decode()
