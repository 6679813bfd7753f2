"""Time-based one-time passwords (RFC 6238) as authenticator apps make them; knows no person.

SHA-1, six digits, 30 seconds; a code is good for the step before and the step after its own.
"""

import base64
import hmac
from typing import Final
from urllib.parse import quote, quote_plus

from pyotp.totp import TOTP

from zerobyte.core import clock, ids

STEP_MS: Final = 30_000
BACKUP_CODES: Final = 5


def new_secret() -> str:
    """A secret as apps take it: 32 random characters in base32 without padding."""
    return base64.b32encode(ids.token(32).encode()).decode().rstrip("=")


def uri(secret: str, *, issuer: str, email: str) -> str:
    """What an app reads from a QR code."""
    return (
        f"otpauth://totp/{quote(issuer, safe='')}:{quote(email, safe='')}"
        f"?secret={secret}&issuer={quote_plus(issuer)}&digits=6&period=30"
    )


def step_of(secret: str, code: str) -> int | None:
    """The step whose code this is: now, just before or just after; the newest, if several."""
    now = clock.now_ms() // STEP_MS
    totp = TOTP(secret)
    fits = [
        step
        for step in (now - 1, now, now + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())
    ]
    return max(fits, default=None)


def new_backup_codes() -> list[str]:
    """Codes for somebody without their app: five letters or digits, a dash, five more."""
    return [f"{ids.token(5)}-{ids.token(5)}" for _ in range(BACKUP_CODES)]
