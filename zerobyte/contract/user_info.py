"""Separation of user name and password from an address.

Addresses are shown, logged and passed to programs, so a password must not stay inside.
"""

import base64
import re
from typing import Final
from urllib.parse import unquote

_ADDRESS: Final = re.compile(r"(?s)([A-Za-z][A-Za-z0-9+.-]*://)([^/?#]*)(.*)")
_PORT: Final = re.compile(r"(?:\[[^\]]*\]|[^:\[\]]*)(?::[0-9]*)?")


def split(address: str) -> tuple[str, str | None, str | None]:
    """Return the address without user info, the user name and the password, both decoded.

    Raises
        ValueError      a character of the user name or password makes the host ambiguous.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return address, None, None
    scheme, authority, rest = found.groups()
    info, at, host = authority.rpartition("@")
    # `http://u:pa/ss@host` has the host `u` and the port `pa` for most programs.
    if "\\" in authority or not _PORT.fullmatch(host):
        raise ValueError(
            "must be an address of a host and a port; write special characters of a user name "
            "or password percent-encoded, such as %2F for '/'"
        )
    if not at:
        return address, None, None
    user, _, password = info.partition(":")
    return f"{scheme}{host}{rest}", unquote(user) or None, unquote(password) or None


def checked(address: str) -> str:
    """Refuse an address whose user info cannot be separated from its host."""
    split(address)
    return address


def refused(address: str) -> str:
    """Refuse an address that holds a user name or password."""
    _, user, password = split(address)
    if user is not None or password is not None:
        raise ValueError("must not hold a user name or password")
    return address


def as_header(address: str, headers: list[str] | None) -> tuple[str, list[str] | None]:
    """Move the user info of an address into an Authorization header.

    Raises
        ValueError      the headers already contain an Authorization header.
    """
    plain, user, password = split(address)
    if user is None and password is None:
        return plain, headers
    kept = list(headers or [])
    if any(line.partition(":")[0].lower() == "authorization" for line in kept):
        raise ValueError("The address and an Authorization header both hold credentials")
    token = base64.b64encode(f"{user or ''}:{password or ''}".encode()).decode()
    return plain, [*kept, f"Authorization: Basic {token}"]
