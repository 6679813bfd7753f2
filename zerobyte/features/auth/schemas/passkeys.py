"""Schemas of passkeys."""

from typing import Annotated, Any, Literal

from pydantic import Field

from zerobyte.contract.base import ApiModel
from zerobyte.features.auth.schemas.common import named

PasskeyName = Annotated[str, Field(min_length=1, max_length=200)]


class RegisterOptionsQuery(ApiModel):
    """Options for a new passkey."""

    name: Annotated[str, Field(max_length=200)] | None = None
    authenticator_attachment: Literal["platform", "cross-platform"] | None = None


class Credential(ApiModel):
    """Response of `navigator.credentials` as JSON, with bytes in base64url."""

    response: dict[str, Any]


class VerifyRegistration(Credential):
    """Register a new passkey."""

    name: PasskeyName | None = None


class UpdatePasskey(ApiModel):
    """Rename a passkey."""

    id: str
    name: PasskeyName


class DeletePasskey(ApiModel):
    """Delete a passkey."""

    id: str


class PasskeyView(ApiModel):
    """A passkey for its owner. The public key is no secret."""

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


class UpdatedPasskey(ApiModel):
    """A renamed passkey."""

    passkey: PasskeyView
