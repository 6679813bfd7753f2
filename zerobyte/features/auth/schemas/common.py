"""Field types that several schemas of accounts share."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from zerobyte.contract.base import ApiModel

_EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
)


def as_email(value: str) -> str:
    """Return an e-mail in its stored form. Raises ValueError."""
    if len(value) > 254 or not _EMAIL.fullmatch(value) or ".." in value.partition("@")[0]:
        raise ValueError("Invalid email address")
    return value.lower()


def _name(value: str) -> str:
    value = value.strip()
    if not value or not value.isprintable():
        raise ValueError("The name must not be empty")
    return value


def callback_field(name: str) -> Any:
    """Return a field for a redirect URL; its alias is the name in the contract."""
    return Field(default=None, alias=name, max_length=2048)


def named(alias: str) -> Any:
    """Return a field whose alias differs from the camelCase form."""
    return Field(alias=alias)


Email = Annotated[str, AfterValidator(as_email)]
# The service checks the syntax, to answer with its own error code.
EmailText = Annotated[str, Field(max_length=1024)]
PersonName = Annotated[str, Field(max_length=200), AfterValidator(_name)]
DateFormat = Annotated[
    str,
    Field(max_length=16, pattern=r"^[DMY]{2,4}[/. -][DMY]{2,4}[/. -][DMY]{2,4}$"),
]
TimeFormat = Literal["12h", "24h"]


class Status(ApiModel):
    """The operation succeeded."""

    status: bool = True
