"""The request of a download."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from zerobyte.contract.base import ApiModel

TAR: Final = "application/x-tar"
ZIP: Final = "application/zip"
FILE: Final = "application/octet-stream"
TYPES: Final = (TAR, FILE, ZIP)

_MAX_PATH: Final = 4096


def _inside(path: str) -> str:
    if path and not path.startswith("/"):
        raise ValueError("must be an absolute path")
    if "\0" in path:
        raise ValueError("must not contain a zero byte")
    return path


class DumpQuery(ApiModel):
    """Selects what is downloaded; without a path, the whole snapshot.

    kind        type of the path: required with a path below the snapshot's base.
    format      format of the archive of a folder; an extension of this API.
    """

    path: Annotated[str, Field(max_length=_MAX_PATH), AfterValidator(_inside)] = ""
    kind: Literal["file", "dir"] | None = None
    format: Annotated[
        Literal["tar", "zip"] | None, Field(description="Format of a folder's archive.")
    ] = None
