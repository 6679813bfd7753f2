"""API schemas of passkeys."""

from zerobyte.core import clock
from zerobyte.features.auth.models import Passkey
from zerobyte.features.auth.schemas.passkeys import PasskeyView


def passkey_view(passkey: Passkey) -> PasskeyView:
    """Return a passkey for its owner."""
    return PasskeyView(
        name=passkey.name,
        public_key=passkey.public_key,
        user_id=passkey.user_id,
        credential_id=passkey.credential_id,
        counter=passkey.counter,
        device_type=passkey.device_type,
        backed_up=passkey.backed_up,
        transports=passkey.transports,
        created_at=clock.iso(passkey.created_at),
        aaguid=passkey.aaguid,
        id=passkey.id,
    )
