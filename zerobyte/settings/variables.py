"""The declaration of environment variables, their error, and their Markdown table."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from zerobyte.core.errors import ZerobyteError
from zerobyte.settings import parsers

# For these parsers an empty text is an empty list, not an absent value.
_LISTS = (parsers.origins, parsers.readable_origins, parsers.memory)

T = TypeVar("T")


class SettingsError(ZerobyteError):
    """The environment is invalid; one sentence for each wrong variable, with its name."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable; in its default, `{attribute}` means an earlier setting."""

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


def variables_of(settings: type) -> Iterator[tuple[str, Variable]]:
    """Return each attribute of a settings class that a variable sets."""
    for field in dataclasses.fields(settings):
        variable = field.metadata.get("variable")
        if isinstance(variable, Variable):
            yield field.name, variable


def read_value(variable: Variable, value: str, earlier: Mapping[str, Any]) -> Any:
    """Parse a value, or the variable's default if it is empty. Raises ValueError."""
    # If PORT itself is invalid, the defaults built from it do not matter.
    known = {"port": 1, "data_dir": "/", **earlier}
    value = value.strip("\"'") or variable.default.format_map(known)
    if not value and variable.read not in _LISTS:
        return "" if variable.name == "PREFECT_API_AUTH_STRING" else None
    return variable.read(value)


def markdown_table(variables: Iterable[tuple[str, str, str, str]]) -> str:
    """Return a Markdown table of the variables and of the secrets."""
    rows = ["| variable | default | unit | meaning |", "|---|---|---|---|"]
    for name, default, unit, description in variables:
        shown = default.replace("{data_dir}", "$ZEROBYTE_DATA_DIR")
        shown = f"`{shown.replace('{port}', '$PORT')}`" if shown else ""
        rows.append(f"| `{name}` | {shown} | {unit} | {description} |")
    rows.append(
        "| `APP_SECRET` | | 32 to 256 characters | Encrypts stored secrets and signs cookies; by "
        "default generated and stored as `app-secret` in the data directory. |"
    )
    rows.append("| `APP_SECRET_FILE` | | file | Holds APP_SECRET; set only one of the two. |")
    rows.append(
        "| `SETUP_TOKEN` | | 16 to 256 characters | If set, the sign-up of the first account must "
        "send it, as `setupToken` in the body or in the header `X-Setup-Token`. |"
    )
    rows.append("| `SETUP_TOKEN_FILE` | | file | Holds SETUP_TOKEN; set only one of the two. |")
    return "\n".join(rows)
