"""Schemas of two-factor authentication."""

from typing import Annotated

from pydantic import AfterValidator, Field

from zerobyte.contract.base import ApiModel
from zerobyte.features.auth.schemas.users import UserView


def _issuer(value: str) -> str:
    if not value.strip() or not value.isprintable() or ":" in value:
        raise ValueError("The issuer must be a plain name")
    return value


Issuer = Annotated[str, Field(max_length=64), AfterValidator(_issuer)]
Code = Annotated[str, Field(max_length=64)]


class EnableTwoFactor(ApiModel):
    """Start two-factor setup. `issuer` is the name that the app shows."""

    password: str
    issuer: Issuer | None = None


class TwoFactorEnrolment(ApiModel):
    """Data for the authenticator app and the backup codes. Shown only once."""

    totp_uri: Annotated[str, Field(alias="totpURI")]
    backup_codes: list[str]


class TotpUri(ApiModel):
    """The otpauth URI for the authenticator app."""

    totp_uri: Annotated[str, Field(alias="totpURI")]


class BackupCodes(ApiModel):
    """New backup codes; the old ones are invalid."""

    status: bool = True
    backup_codes: list[str]


class VerifyTotp(ApiModel):
    """A code of the app."""

    code: Code
    trust_device: bool = False


class VerifyBackupCode(ApiModel):
    """A backup code. `disableSession` only checks the code and creates no session."""

    code: Code
    trust_device: bool = False
    disable_session: bool = False


class Verified(ApiModel):
    """The code was right. `token` identifies the session."""

    token: str | None
    user: UserView
