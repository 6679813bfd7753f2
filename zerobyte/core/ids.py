"""The only place that makes identifiers and random tokens."""

import secrets
import string
import uuid

from zerobyte.core import clock

_ALPHANUMERIC = string.ascii_letters + string.digits
_BASE64URL = _ALPHANUMERIC + "-_"


def short_id() -> str:
    """Eight characters of base64url, 48 bits less a little; the first is a letter or digit.

    A leading `-` would make the id look like an option where it meets a command line.
    """
    return secrets.choice(_ALPHANUMERIC) + "".join(secrets.choice(_BASE64URL) for _ in range(7))


def token(length: int = 32) -> str:
    """Random letters and digits, 5.95 bits each."""
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(length))


def letters(length: int) -> str:
    """Random letters, 5.7 bits each."""
    return "".join(secrets.choice(string.ascii_letters) for _ in range(length))


def hex_secret(size_bytes: int = 32) -> str:
    """A random secret as lower-case hexadecimal digits, two for each byte."""
    return secrets.token_hex(size_bytes)


def uuid7() -> str:
    """A UUID of version 7: its text sorts by the time it was made (RFC 9562)."""
    bits = (clock.now_ms() & (1 << 48) - 1) << 80 | secrets.randbits(80)
    bits = bits & ~(0xF << 76) | 0x7 << 76
    bits = bits & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=bits))
