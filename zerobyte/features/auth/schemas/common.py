"""The words that several families of accounts speak."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from zerobyte.contract.base import ResponseModel

_EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
)


def as_email(value: str) -> str:
    """An e-mail as it is stored. Raises ValueError."""
    if len(value) > 254 or not _EMAIL.fullmatch(value) or ".." in value.partition("@")[0]:
        raise ValueError("Invalid email address")
    return value.lower()


def _name(value: str) -> str:
    value = value.strip()
    if not value or not value.isprintable():
        raise ValueError("The name must not be empty")
    return value


def callback_field(name: str) -> Any:
    """A place to go to afterwards; its name is written as the contract does."""
    return Field(default=None, alias=name, max_length=2048)


def named(alias: str) -> Any:
    """A field whose name outside is not what camelCase makes of it."""
    return Field(alias=alias)


Email = Annotated[str, AfterValidator(as_email)]
# Its form is for the service to refuse, under a code of its own.
EmailText = Annotated[str, Field(max_length=1024)]
PersonName = Annotated[str, Field(max_length=200), AfterValidator(_name)]
DateFormat = Annotated[
    str,
    Field(max_length=16, pattern=r"^[DMY]{2,4}[/. -][DMY]{2,4}[/. -][DMY]{2,4}$"),
]
TimeFormat = Literal["12h", "24h"]


class Status(ResponseModel):
    """It is done, as most of `/api/auth` says it."""

    status: bool = True
