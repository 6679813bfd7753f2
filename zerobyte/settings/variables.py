"""How one environment variable is declared and what is wrong when it cannot be read."""

import dataclasses
from collections.abc import Callable, Iterable
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


def markdown_table(variables: Iterable[tuple[str, str, str, str]]) -> str:
    """Return a Markdown table of settings: name, default, unit and meaning of each."""
    rows = ["| variable | default | unit | meaning |", "|---|---|---|---|"]
    for name, default, unit, description in variables:
        shown = default.replace("{data_dir}", "$ZEROBYTE_DATA_DIR")
        shown = f"`{shown.replace('{port}', '$PORT')}`" if shown else ""
        rows.append(f"| `{name}` | {shown} | {unit} | {description} |")
    rows.append(
        "| `APP_SECRET` | | 32 to 256 characters | Seals stored secrets and signs cookies; "
        "by default made once and kept as `app-secret` in the data directory. |"
    )
    rows.append("| `APP_SECRET_FILE` | | file | Holds APP_SECRET; set only one of the two. |")
    rows.append(
        "| `SETUP_TOKEN` | | 16 to 256 characters | When set, the sign-up that creates the first "
        "account needs it, as `setupToken` in the body or in the header `X-Setup-Token`. |"
    )
    rows.append("| `SETUP_TOKEN_FILE` | | file | Holds SETUP_TOKEN; set only one of the two. |")
    return "\n".join(rows)
