"""Private keys of SSH servers, in the form that ssh accepts."""

import base64
import binascii
import re

from zerobyte.core.errors import Invalid


def private_key(text: str) -> str:
    """Return a private key in the form that ssh accepts: Unix line ends, one at the end.

    Raises
        Invalid     the key has a passphrase, which no user can enter.
    """
    key = text.replace("\r\n", "\n").replace("\r", "\n").strip() + "\n"
    if "ENCRYPTED" in key or _openssh_cipher(key) not in (None, b"none"):
        raise Invalid(
            "Passphrase-protected SSH keys are not supported. "
            "Please provide an unencrypted private key."
        )
    return key


def _openssh_cipher(key: str) -> bytes | None:
    """Return the cipher in the header of an OpenSSH key, or None for other key formats."""
    body = re.search(r"-----BEGIN OPENSSH PRIVATE KEY-----(.+?)-----END", key, re.DOTALL)
    if body is None:
        return None
    try:
        raw = base64.b64decode(body[1], validate=False)
    except binascii.Error:
        return None
    magic = b"openssh-key-v1\0"
    if not raw.startswith(magic):
        return None
    length = int.from_bytes(raw[len(magic) : len(magic) + 4], "big")
    return raw[len(magic) + 4 : len(magic) + 4 + length]
