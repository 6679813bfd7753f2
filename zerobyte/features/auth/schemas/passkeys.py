"""Passkeys on the wire."""

from typing import Annotated, Any, Literal

from pydantic import Field

from zerobyte.contract.base import Wire
from zerobyte.features.auth.schemas.common import named

PasskeyName = Annotated[str, Field(min_length=1, max_length=200)]


class RegisterOptionsQuery(Wire):
    """How the new passkey is to be kept."""

    name: Annotated[str, Field(max_length=200)] | None = None
    authenticator_attachment: Literal["platform", "cross-platform"] | None = None


class Credential(Wire):
    """What `navigator.credentials` gave, as JSON with bytes in base64url."""

    response: dict[str, Any]


class VerifyRegistration(Credential):
    """Keep a new passkey."""

    name: PasskeyName | None = None


class UpdatePasskey(Wire):
    """Rename a passkey."""

    id: str
    name: PasskeyName


class DeletePasskey(Wire):
    """Delete a passkey."""

    id: str


class PasskeyView(Wire):
    """A passkey, for the person who has it. The public key is no secret."""

    name: str | None
    public_key: str
    user_id: str
    credential_id: str = named("credentialID")
    counter: int
    device_type: str
    backed_up: bool
    transports: str | None
    created_at: str
    aaguid: str
    id: str


class UpdatedPasskey(Wire):
    """A passkey under its new name."""

    passkey: PasskeyView
