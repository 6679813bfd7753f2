"""Sealed texts open only where they belong, and nothing secret shows."""

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from zerobyte.core.secrets import Sealer, Unsealable, derive

SECRET = "an application secret of 40 characters.."
AAD = "volumes:abc:password"


@given(st.text())
def test_what_is_sealed_opens_again(text: str):
    sealer = Sealer(SECRET)
    sealed = sealer.seal(text, aad=AAD)
    assert sealer.unseal(sealed, aad=AAD) == text
    assert sealed.startswith("zb1:")
    assert len(sealed.split(":")) == 4
    assert Sealer.is_sealed(sealed)


def test_the_same_text_is_sealed_differently_each_time():
    sealer = Sealer(SECRET)
    assert sealer.seal("x", aad=AAD) != sealer.seal("x", aad=AAD)


def test_a_sealed_text_cannot_be_moved():
    sealer = Sealer(SECRET)
    sealed = sealer.seal("x", aad=AAD)
    with pytest.raises(Unsealable):
        sealer.unseal(sealed, aad="volumes:other:password")


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "plain",
        "zb1:",
        "zb1:00000000:AAAA:AAAA",
        "zb2:a:b:c",
        "zb1:a:b:c:d",
        "encv1:zz:zz:zz:zz",
        "encv1:00:00",
        "encv1:" + "00" * 16 + ":" + "00" * 12 + ":00:" + "00" * 16,
    ],
)
def test_anything_else_is_refused_with_one_error(broken: str):
    with pytest.raises(Unsealable, match="APP_SECRET"):
        Sealer(SECRET).unseal(broken, aad=AAD)


def test_a_changed_byte_is_noticed():
    sealer = Sealer(SECRET)
    sealed = sealer.seal("x" * 20, aad=AAD)
    place = sealed.rindex(":") + 3
    changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
    with pytest.raises(Unsealable):
        sealer.unseal(changed, aad=AAD)


def test_another_secret_does_not_open_it_and_a_former_one_does():
    sealed = Sealer("former secret").seal("x", aad=AAD)
    with pytest.raises(Unsealable):
        Sealer(SECRET).unseal(sealed, aad=AAD)
    sealer = Sealer(SECRET, former=["former secret"])
    assert sealer.unseal(sealed, aad=AAD) == "x"
    assert sealer.seal("x", aad=AAD).split(":")[1] != sealed.split(":")[1]


def test_texts_of_the_older_scheme_are_still_read():
    salt, nonce = bytes(range(16)), bytes(range(12))
    key = hashlib.pbkdf2_hmac("sha256", SECRET.encode(), salt, 100_000, 32)
    box = AESGCM(key).encrypt(nonce, b"old password", None)
    sealed = f"encv1:{salt.hex()}:{nonce.hex()}:{box[:-16].hex()}:{box[-16:].hex()}"
    assert Sealer(SECRET).unseal(sealed, aad="anything") == "old password"
    assert Sealer("x" * 32, former=[SECRET]).unseal(sealed, aad="anything") == "old password"
    with pytest.raises(Unsealable):
        Sealer("x" * 32).unseal(sealed, aad="anything")


def test_derived_keys_are_hkdf_with_an_empty_salt():
    extracted = hmac.digest(b"\0" * 32, SECRET.encode(), "sha256")
    assert derive(SECRET, "label") == hmac.digest(extracted, b"label\x01", "sha256")
    assert derive(SECRET, "label") != derive(SECRET, "other")


def test_no_secret_shows_in_a_repr():
    shown = repr(Sealer(SECRET))
    assert SECRET not in shown
    assert derive(SECRET, "zerobyte:sealed-fields").hex() not in shown
