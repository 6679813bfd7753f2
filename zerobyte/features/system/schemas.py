"""What `/api/v1/system` reads and answers."""

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from zerobyte.contract.base import ApiModel, ResponseModel

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class Capabilities(ApiModel):
    """What this host can do."""

    rclone: bool
    sys_admin: bool
    volume_backends: list[str]
    repository_backends: list[str]


class SystemInfo(ResponseModel):
    """How the server runs and what it can do."""

    runtime: Literal["server"] = "server"
    capabilities: Capabilities


class MissedRelease(ApiModel):
    """A newer release."""

    version: str
    url: str
    published_at: str
    body: str


class Updates(ResponseModel):
    """The running version. Nothing is asked of the network: no update is ever announced."""

    current_version: str
    latest_version: str
    has_update: bool = False
    missed_releases: list[MissedRelease] = Field(default_factory=list[MissedRelease])


class Registration(ApiModel):
    """Whether anybody may make an account."""

    enabled: bool


class PasswordLogin(ApiModel):
    """Whether passwords are refused at sign-in."""

    disabled: bool


class DevPanel(ApiModel):
    """Whether organization admins may run restic commands of their own."""

    enabled: bool


class DownloadResticPassword(ApiModel):
    """Ask for the organization's repository password.

    code    of the second factor, for those who have one.
    """

    password: str
    code: Annotated[str, Field(max_length=32)] | None = None


def _root(value: str) -> str:
    """Refuse a root that could mean another folder than the one it seems to name."""
    if not value.startswith("/"):
        raise ValueError("must be an absolute path")
    if _CONTROL.search(value):
        raise ValueError("must not contain control characters")
    if ".." in value.split("/"):
        raise ValueError("must not contain the path segment ..")
    return value


class RootGrant(ApiModel):
    """The folders of one host below which one organization may name paths."""

    organization_id: str
    organization_name: str
    host: str
    roots: list[str]


class FirstOrganizationRoots(ApiModel):
    """The folders of the first organization on every host without a grant of its own.

    roots   the setting ZEROBYTE_ALLOWED_ROOTS.
    """

    organization_id: str
    organization_name: str
    roots: list[str]


class AllowedRoots(ApiModel):
    """Which organization may name which folders; one that is not listed may name none."""

    grants: list[RootGrant]
    first_organization: FirstOrganizationRoots | None


class PutAllowedRoots(ApiModel):
    """Set the folders of one organization on one host, in place of the former ones.

    host    the name of the host as volumes show it; `local` is the one of the API.
    roots   absolute paths without `..`; an empty list takes every folder away.
    """

    organization_id: Annotated[str, Field(min_length=1, max_length=64)]
    host: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,255}$")]
    roots: Annotated[
        list[Annotated[str, Field(max_length=4096), AfterValidator(_root)]], Field(max_length=64)
    ]


class CreateWorkerToken(ApiModel):
    """Issue a token for the worker of one host."""

    host: Annotated[str, Field(min_length=1, max_length=255)]


class WorkerTokenView(ResponseModel):
    """The credential of one worker, without its secret; times in epoch ms.

    issued_at       when the present secret was made.
    last_used_at    to the minute; null before the first use.
    revoked_at      null while the token is accepted.
    is_local        it belongs to the worker beside the API and changes with each start.
    """

    id: str
    host: str
    issued_at: int
    last_used_at: int | None
    revoked_at: int | None
    is_local: bool


class IssuedWorkerToken(WorkerTokenView):
    """A new credential; `token` is shown in this answer only."""

    token: str
