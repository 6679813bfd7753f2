"""Encryption of texts at rest, and keys derived from APP_SECRET.

The caller passes as `aad` the row and field that an encrypted text is bound to.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zerobyte.core.errors import Failed

_NONCE_BYTES: Final = 12
_OLD_ROUNDS: Final = 100_000


class Unsealable(Failed):
    """A stored secret cannot be decrypted: another APP_SECRET or another row encrypted it."""


def derive(app_secret: str, label: str) -> bytes:
    """Derive 32 bytes from a secret and a label (HKDF-SHA256, empty salt)."""
    return HKDF(algorithm=SHA256(), length=32, salt=b"", info=label.encode()).derive(
        app_secret.encode()
    )


class Sealer:
    """Encrypts with AES-256-GCM under a key derived from APP_SECRET; decrypts former keys too.

    An encrypted text is `zb1:<key id>:<nonce>:<ciphertext and tag>`, the last two in base64url.
    Decryption needs the same `aad`, so a text cannot be moved to another row.

    former      earlier secrets, for decryption only.
    """

    def __init__(self, app_secret: str, *, former: Sequence[str] = ()) -> None:
        self._secrets = (app_secret, *former)
        keys = [derive(secret, "zerobyte:sealed-fields") for secret in self._secrets]
        self._keys = {_key_id(key): key for key in reversed(keys)}
        self._key_id = _key_id(keys[0])

    def __repr__(self) -> str:
        return f"Sealer(key {self._key_id})"

    @staticmethod
    def is_sealed(text: str) -> bool:
        """Return True if a text looks encrypted, by this or by the older scheme."""
        return text.startswith(("zb1:", "encv1:"))

    def is_current(self, text: str) -> bool:
        """Return True if the current secret encrypted the text, not a former one."""
        return text.startswith(f"zb1:{self._key_id}:")

    def seal(self, text: str, *, aad: str) -> str:
        """Encrypt a text for one field.

        aad     `table:row:field`; decryption needs the same value.
        """
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._keys[self._key_id]).encrypt(nonce, text.encode(), aad.encode())
        return f"zb1:{self._key_id}:{_text(nonce)}:{_text(sealed)}"

    def unseal(self, sealed: str, *, aad: str) -> str:
        """Decrypt a text. Texts of the older `encv1:` scheme are bound to no field.

        Raises Unsealable.
        """
        try:
            if sealed.startswith("encv1:"):
                return self._unseal_old(sealed)
            scheme, key_id, nonce, ciphertext = sealed.split(":")
            key = {"zb1": self._keys}[scheme][key_id]
            return AESGCM(key).decrypt(_bytes(nonce), _bytes(ciphertext), aad.encode()).decode()
        except (ValueError, KeyError, InvalidTag, binascii.Error):
            raise Unsealable(
                "A stored secret cannot be read with this APP_SECRET. Start with the secret that "
                "it was saved with, or enter the secret again."
            ) from None

    def _unseal_old(self, sealed: str) -> str:
        salt, nonce, ciphertext, tag = (bytes.fromhex(part) for part in sealed.split(":")[1:])
        for secret in self._secrets:
            try:
                opened = AESGCM(_old_key(secret, salt)).decrypt(nonce, ciphertext + tag, None)
            except InvalidTag:
                continue
            return opened.decode()
        raise ValueError("encv1")


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"zerobyte:key-id" + key).hexdigest()[:8]


@lru_cache(maxsize=256)
def _old_key(secret: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", secret.encode(), salt, _OLD_ROUNDS, 32)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
