"""How one environment variable is declared and what is wrong when it cannot be read."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from zerobyte.core.errors import ZerobyteError

T = TypeVar("T")


class SettingsError(ZerobyteError):
    """The environment is wrong; one sentence for each variable, which it names."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable; in its default, `{attribute}` stands for an earlier setting."""

    name: str
    default: str
    read: Callable[[str], Any]
    unit: str
    description: str


def set_by(
    name: str,
    default: str,
    read: Callable[[str], T],
    description: str,
    *,
    unit: str = "",
    secret: bool = False,
) -> T:
    known = Variable(name, default, read, unit, description)
    return cast("T", dataclasses.field(metadata={"variable": known}, repr=not secret))


def optional(
    name: str, read: Callable[[str], T], description: str, *, unit: str = "", secret: bool = False
) -> T | None:
    return set_by(name, "", read, description, unit=unit, secret=secret)
