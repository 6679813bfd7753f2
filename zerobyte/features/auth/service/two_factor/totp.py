"""Time-based one-time passwords (RFC 6238), compatible with authenticator apps.

SHA-1, six digits, 30 seconds; codes of the previous and the next step are accepted.
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
    """Create a secret: 32 random characters in base32 without padding."""
    return base64.b32encode(ids.token(32).encode()).decode().rstrip("=")


def otpauth_uri(secret: str, *, issuer: str, email: str) -> str:
    """Return the otpauth URI for the QR code."""
    return (
        f"otpauth://totp/{quote(issuer, safe='')}:{quote(email, safe='')}"
        f"?secret={secret}&issuer={quote_plus(issuer)}&digits=6&period=30"
    )


def matching_step(secret: str, code: str) -> int | None:
    """Return the newest matching step: current, previous or next; None if there is none."""
    now = clock.now_ms() // STEP_MS
    totp = TOTP(secret)
    fits = [
        step
        for step in (now - 1, now, now + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())
    ]
    return max(fits, default=None)


def new_backup_codes() -> list[str]:
    """Create backup codes: five letters or digits, a dash, five more."""
    return [f"{ids.token(5)}-{ids.token(5)}" for _ in range(BACKUP_CODES)]
