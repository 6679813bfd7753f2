"""The second factor of a person: turning it on and off, and judging codes.

Owns the secret and the backup codes, sealed, and the lock of an account whose codes are guessed.
What a right code leads to belongs to `second_step`.
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
class Enrolment:
    """What a person needs to set their app up; shown once."""

    uri: str
    backup_codes: list[str]


class TwoFactors:
    """Keeps second factors."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def begin(self, user: User, *, issuer: str | None = None) -> Enrolment:
        """Make a secret that counts once a code of it was right; one in use goes on until then."""
        row = await _row_of(user)
        secret, codes = totp.new_secret(), totp.new_backup_codes()
        await TwoFactor.filter(id=row.id).update(
            pending_secret=self._seal(row, "pending_secret", secret),
            pending_backup_codes=self._seal(row, "pending_backup_codes", _listed(codes)),
        )
        return Enrolment(totp.uri(secret, issuer=issuer or ISSUER, email=user.email), codes)

    async def uri_of(self, user: User) -> str:
        """What the app reads, once more. Raises Invalid."""
        row = await TwoFactor.get_or_none(user_id=user.id)
        if row is None or (row.secret is None and row.pending_secret is None):
            raise not_enabled()
        secret = self._open(row, "secret" if row.secret is not None else "pending_secret")
        return totp.uri(secret, issuer=ISSUER, email=user.email)

    async def activate(self, user: User, code: str) -> bool:
        """Put the pending secret to use if the code is one of its; False if it is not."""
        row = await TwoFactor.get_or_none(user_id=user.id)
        if row is None or row.pending_secret is None:
            return False
        secret = self._open(row, "pending_secret")
        step = totp.step_of(secret, _plain(code))
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
        """Take a code of the person's app; each is taken once. Raises Unauthenticated, Invalid."""
        row = await _active(user)
        step = totp.step_of(self._open(row, "secret"), _plain(code))
        # One statement decides, so that of two requests with the same code one is taken.
        if step is None or not await TwoFactor.filter(
            id=row.id, secret=row.secret, last_step__lt=step
        ).update(last_step=step):
            raise Unauthenticated("Invalid code", code="INVALID_CODE")

    async def check_backup_code(self, user: User, code: str) -> None:
        """Use a backup code up. Raises Unauthenticated, Invalid, Conflict."""
        row = await _active(user)
        codes: list[str] = orjson.loads(self._open(row, "backup_codes"))
        left = [kept for kept in codes if not hmac.compare_digest(kept.encode(), code.encode())]
        if len(left) == len(codes):
            raise Unauthenticated("Invalid backup code", code="INVALID_BACKUP_CODE")
        used = await TwoFactor.filter(id=row.id, backup_codes=row.backup_codes).update(
            backup_codes=self._seal(row, "backup_codes", _listed(left))
        )
        if not used:
            raise Conflict("Another request used a backup code at this moment. Try again.")

    async def renew_backup_codes(self, user: User) -> list[str]:
        """Make new backup codes; the old ones are void. Raises Invalid."""
        row = await TwoFactor.get_or_none(user_id=user.id, secret__isnull=False)
        if row is None:
            raise Invalid("Two factor isn't enabled", code="TWO_FACTOR_NOT_ENABLED")
        codes = totp.new_backup_codes()
        await TwoFactor.filter(id=row.id).update(
            backup_codes=self._seal(row, "backup_codes", _listed(codes))
        )
        return codes

    async def take_try(self, user: User) -> None:
        """Count one more code at sign-in; ten wrong in a row lock for 15 minutes.

        Sessions and trusted devices go on. Raises TooManyRequests.
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

    async def forgive(self, user: User) -> None:
        """A right code: the wrong ones before it count no more."""
        await TwoFactor.filter(user_id=user.id).update(failures=0)

    def _seal(self, row: TwoFactor, field: _Field, text: str) -> str:
        return self._sealer.seal(text, aad=f"two_factors:{row.id}:{field}")

    def _open(self, row: TwoFactor, field: _Field) -> str:
        sealed: str | None = getattr(row, field)
        assert sealed is not None
        return self._sealer.unseal(sealed, aad=f"two_factors:{row.id}:{field}")


async def turn_off(user_id: str) -> None:
    """Remove a person's second factor, with the trusted devices and challenges it led to."""
    async with in_transaction():
        await TwoFactor.filter(user_id=user_id).delete()
        await TrustedDevice.filter(user_id=user_id).delete()
        await TwoFactorChallenge.filter(user_id=user_id).delete()
        await User.filter(id=user_id).update(two_factor_enabled=False, updated_at=clock.now_ms())


def not_enabled() -> Invalid:
    """The answer to a code where no second factor is."""
    return Invalid("TOTP not enabled", code="TOTP_NOT_ENABLED")


async def _row_of(user: User) -> TwoFactor:
    row = await TwoFactor.get_or_none(user_id=user.id)
    if row is not None:
        return row
    try:
        return await TwoFactor.create(user_id=user.id)
    except IntegrityError as error:
        if not constraints.breaks_unique(error, "user_id"):
            raise
        # Another request made it.
        return await TwoFactor.get(user_id=user.id)


async def _active(user: User) -> TwoFactor:
    row = await TwoFactor.get_or_none(user_id=user.id)
    if row is None or (row.secret is None and row.pending_secret is None):
        raise not_enabled()
    if row.secret is None:
        # One that waits for its first code is there, but no code holds before that one.
        raise Unauthenticated("Invalid code", code="INVALID_CODE")
    return row


def _plain(code: str) -> str:
    code = code.replace(" ", "")
    return code if _CODE.fullmatch(code) else ""


def _listed(codes: list[str]) -> str:
    return orjson.dumps(codes).decode()
