"""Request and response models of `/api/v1/system`."""

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from zerobyte.contract.base import ApiModel
from zerobyte.contract.repositories import RepositoryType
from zerobyte.contract.volumes import VolumeType

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


class Capabilities(ApiModel):
    """The capabilities of this host."""

    rclone: bool
    sys_admin: bool
    volume_backends: list[VolumeType]
    repository_backends: list[RepositoryType]


class SystemInfo(ApiModel):
    """The runtime and capabilities of the server."""

    runtime: Literal["server"] = "server"
    capabilities: Capabilities


class MissedRelease(ApiModel):
    """A newer release."""

    version: str
    url: str
    published_at: str
    body: str


class Updates(ApiModel):
    """The running version. The server makes no network request, so it announces no updates."""

    current_version: str
    latest_version: str
    has_update: bool = False
    missed_releases: list[MissedRelease] = Field(default_factory=list[MissedRelease])


class Registration(ApiModel):
    """True if anyone may create an account."""

    enabled: bool


class PasswordLogin(ApiModel):
    """True if sign-in with a password is disabled."""

    disabled: bool


class DevPanel(ApiModel):
    """True if organization admins may run their own restic commands."""

    enabled: bool


class DownloadResticPassword(ApiModel):
    """Request the organization's repository password.

    code    two-factor code, for users who have two-factor authentication.
    """

    password: str
    code: Annotated[str, Field(max_length=32)] | None = None


def _root(value: str) -> str:
    """Reject a root that could resolve to another folder than it appears to name."""
    if not value.startswith("/"):
        raise ValueError("must be an absolute path")
    if _CONTROL.search(value):
        raise ValueError("must not contain control characters")
    if ".." in value.split("/"):
        raise ValueError("must not contain the path segment ..")
    return value


class RootGrant(ApiModel):
    """The folders of one host in which one organization may use paths."""

    organization_id: str
    organization_name: str
    host: str
    roots: list[str]


class FirstOrganizationRoots(ApiModel):
    """The folders of the first organization on every host that has no grant.

    roots   the setting ZEROBYTE_ALLOWED_ROOTS.
    """

    organization_id: str
    organization_name: str
    roots: list[str]


class AllowedRoots(ApiModel):
    """The folders that each organization may use; an organization not listed may use none."""

    grants: list[RootGrant]
    first_organization: FirstOrganizationRoots | None


class PutAllowedRoots(ApiModel):
    """Replace the folders of one organization on one host.

    host    the host name as shown in volumes; `local` is the host of the API.
    roots   absolute paths without `..`; an empty list removes every folder.
    """

    organization_id: Annotated[str, Field(min_length=1, max_length=64)]
    host: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,255}$")]
    roots: Annotated[
        list[Annotated[str, Field(max_length=4096), AfterValidator(_root)]], Field(max_length=64)
    ]


class CreateWorkerToken(ApiModel):
    """Issue a token for the worker of one host."""

    host: Annotated[str, Field(min_length=1, max_length=255)]


class WorkerTokenView(ApiModel):
    """The token of one worker, without its secret; times in epoch ms.

    issued_at       when the current secret was created.
    last_used_at    to the minute; null before the first use.
    revoked_at      null while the token is accepted.
    is_local        true for the worker on the API's host; its token changes at each start.
    """

    id: str
    host: str
    issued_at: int
    last_used_at: int | None
    revoked_at: int | None
    is_local: bool


class IssuedWorkerToken(WorkerTokenView):
    """A new token; `token` is returned only in this response."""

    token: str
