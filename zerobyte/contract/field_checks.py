"""Checks of single texts for programs with their own syntax.

Each raises ValueError with the end of a sentence ("must be ..."), never with the value, which may
be a secret. `field_rules` assigns the checks to fields.
"""

import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

Check = Callable[[str], None]

GOOGLE_TOKEN_ADDRESSES: Final = frozenset(
    {"https://oauth2.googleapis.com/token", "https://accounts.google.com/o/oauth2/token"}
)
_GOOGLE_FIELDS: Final = frozenset(
    {
        "type", "project_id", "private_key_id", "private_key", "client_email", "client_id",
        "auth_uri", "token_uri", "auth_provider_x509_cert_url", "client_x509_cert_url",
        "universe_domain",
    }
)  # fmt: skip
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_HOST_NAME: Final = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?")
_KEY: Final = re.compile(
    r"\s*-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[A-Za-z0-9+/=\s:,-]+-----END[A-Z0-9 ]*-----\s*"
)
_CERTIFICATE: Final = re.compile(
    r"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END "
)
_MAX_TEXT: Final = 1024 * 1024


def address_host(host: str) -> str:
    """Return a host without the brackets of an IPv6 literal. Raises ValueError for other text."""
    inner = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if "%" not in inner and (inner != host or ":" in inner):
        try:
            return str(ipaddress.IPv6Address(inner))
        except ValueError:
            raise ValueError("must be a host name or an IP address") from None
    if not _HOST_NAME.fullmatch(inner) or ".." in inner:
        raise ValueError("must be a host name or an IP address")
    return inner


def remote_names(rclone_conf: str) -> frozenset[str]:
    """Return the names of the remotes in an rclone.conf; none if it is encrypted."""
    names: set[str] = set()
    for line in rclone_conf.splitlines():
        if line.strip().startswith("RCLONE_ENCRYPT_"):
            return frozenset()
        if section := re.fullmatch(r"\s*\[([^\[\]]+)\]\s*", line):
            names.add(section[1])
    return frozenset(names)


def google_credentials(text: str) -> dict[str, str]:
    """Return the checked credentials of a Google service account.

    Raises
        ValueError      another type, an unknown field, or a token address that is not Google's:
                        such credentials make the client read files and call other servers.
    """
    refused = "must be the JSON key of a Google service account"

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError(refused)
        return dict(pairs)

    try:
        read: object = json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError):
        raise ValueError(refused) from None
    if not isinstance(read, dict):
        raise ValueError(refused)  # noqa: TRY004 - callers handle one kind of refusal
    key = cast("dict[str, object]", read)
    if key.get("type") != "service_account":
        raise ValueError(f"{refused}; other types of credentials are not supported")
    if unknown := set(key) - _GOOGLE_FIELDS:
        raise ValueError(f"{refused}; it has {len(unknown)} unknown field(s)")
    if not all(isinstance(value, str) for value in key.values()):
        raise ValueError(f"{refused}; every field must be a text")
    if key.get("token_uri", "https://oauth2.googleapis.com/token") not in GOOGLE_TOKEN_ADDRESSES:
        raise ValueError(f"{refused}; token_uri must be Google's own address")
    if key.get("universe_domain", "googleapis.com") != "googleapis.com":
        raise ValueError(f"{refused}; universe_domain must be googleapis.com")
    return cast("dict[str, str]", key)


def plain(value: str) -> None:
    """Refuse control characters."""
    if _CONTROL.search(value):
        raise ValueError("must not contain control characters")


def printable(value: str) -> None:
    """Refuse anything but printable ASCII."""
    if not re.fullmatch(r"[\x21-\x7e]*", value):
        raise ValueError("must hold printable ASCII characters without blanks")


def no_nul(value: str) -> None:
    """Refuse zero bytes and very long texts."""
    if "\0" in value or len(value) > _MAX_TEXT:
        raise ValueError("must not contain a zero byte or be longer than 1 MiB")


def alphabet(pattern: str, says: str) -> Check:
    """Return a check that the whole text matches a pattern."""
    compiled = re.compile(pattern)

    def check(value: str) -> None:
        if not compiled.fullmatch(value):
            raise ValueError(says)

    return check


def local_path(value: str) -> None:
    """Refuse a path that is not absolute."""
    plain(value)
    if not value.startswith("/"):
        raise ValueError("must be an absolute path")


def segments(value: str, *, forbidden: str) -> None:
    """Refuse some characters and the path segments . and .. ."""
    plain(value)
    if any(character in value for character in forbidden):
        raise ValueError(f"must not contain any of {' '.join(forbidden)}")
    parts = value.split("/")
    if any(part in (".", "..") for part in parts):
        raise ValueError("must not contain the path segments . or ..")


def remote_path(value: str) -> None:
    """Refuse server paths that climb, or that a URL or a quoted option reads as syntax."""
    if value.startswith(("-", "~")):
        raise ValueError("must not start with - or ~")
    segments(value, forbidden="?#%\\\"'`;|<>")


def smb_share(value: str) -> None:
    """Refuse a share that the kernel would read as further options: mount.cifs hands it on."""
    remote_path(value)
    if "," in value:
        raise ValueError("must not contain a comma")


def rclone_path(value: str) -> None:
    """Refuse a path that rclone could read as configuration."""
    if value.startswith(("-", ":")):
        raise ValueError("must not start with - or :")
    segments(value, forbidden="\\\"'`,:;|<>{}*?")


def url_path(value: str) -> None:
    """Refuse a path that changes its meaning inside a URL."""
    segments(value, forbidden="?#%\\\"'`")
    if "//" in value.strip("/"):
        raise ValueError("must not contain empty path segments")


def bucket(value: str) -> None:
    """Refuse anything but a bucket with an optional prefix."""
    bucket, _, prefix = value.partition("/")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}", bucket) or ".." in bucket:
        raise ValueError("must begin with the name of a bucket: letters, digits, dots, dashes")
    url_path(prefix)
    if prefix.startswith("/"):
        raise ValueError("must not contain empty path segments")


def host(value: str) -> None:
    """Refuse anything but a host name or an IP address."""
    address_host(value)


def authority(value: str) -> None:
    """Refuse anything but a host with an optional port."""
    host, port = value, ""
    found = re.fullmatch(r"(.*):([0-9]{1,5})", value)
    # The colons of a bare IPv6 address do not separate a port.
    if found and (":" not in found[1] or found[1].endswith("]")):
        host, port = found[1], found[2]
    address_host(host)
    if port and not 1 <= int(port) <= 65535:
        raise ValueError("must name a port from 1 to 65535")


def s3_endpoint(value: str) -> None:
    """Refuse an S3 endpoint with a path or user info."""
    bare = re.sub(r"\Ahttps?://", "", value).rstrip("/")
    if "/" in bare or (bare == value.rstrip("/") and bare.startswith("http")):
        raise ValueError("must be a host with an optional port, after http:// or https:// or alone")
    authority(bare)


def http_address(value: str) -> None:
    """Refuse http(s) addresses that programs read in different ways."""
    printable(value)
    if not re.match(r"https?://[^/?#]", value) or "\\" in value:
        raise ValueError("must be an http:// or https:// address")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError("must be a valid http:// or https:// address") from None
    if port == 0 or not parts.hostname:
        raise ValueError("must be a valid http:// or https:// address")
    address_host(f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname)


def rest_address(value: str) -> None:
    """Refuse an address of a REST server that could name another place."""
    http_address(value)
    if "?" in value or "#" in value:
        raise ValueError("must not contain ? or #")
    # A server decodes %2e%2e to .. and %2f to a slash: the decoded path must be harmless too.
    segments(unquote(urlsplit(value).path), forbidden="?#%\\")


def google(value: str) -> None:
    """Refuse credentials that are not of a Google service account."""
    google_credentials(value)


def private_key(value: str) -> None:
    """Refuse anything but one private key in PEM form."""
    if len(value) > _MAX_TEXT or not _KEY.fullmatch(value):
        raise ValueError("must be one private key in PEM form")


def known_hosts(value: str) -> None:
    """Refuse lines that are not printable ASCII."""
    no_nul(value)
    for line in value.splitlines():
        if line.strip() and not re.fullmatch(r"[\x20-\x7e\t]+", line):
            raise ValueError("must hold lines of printable ASCII characters")


def certificate(value: str) -> None:
    """Refuse anything but certificates in PEM form."""
    if value.strip() and (len(value) > _MAX_TEXT or not _CERTIFICATE.search(value)):
        raise ValueError("must hold certificates in PEM form")
