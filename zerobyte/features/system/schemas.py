"""What `/api/v1/system` reads and answers."""

from typing import Annotated, Literal

from pydantic import Field

from zerobyte.contract.base import View, Wire


class Capabilities(Wire):
    """What this host can do."""

    rclone: bool
    sys_admin: bool
    volume_backends: list[str]
    repository_backends: list[str]


class SystemInfo(View):
    """How the server runs and what it can do."""

    runtime: Literal["server"] = "server"
    capabilities: Capabilities


class MissedRelease(Wire):
    """A newer release."""

    version: str
    url: str
    published_at: str
    body: str


class Updates(View):
    """The running version. Nothing is asked of the network: no update is ever announced."""

    current_version: str
    latest_version: str
    has_update: bool = False
    missed_releases: list[MissedRelease] = Field(default_factory=list[MissedRelease])


class Registration(Wire):
    """Whether anybody may make an account."""

    enabled: bool


class PasswordLogin(Wire):
    """Whether passwords are refused at sign-in."""

    disabled: bool


class DevPanel(Wire):
    """Whether organization admins may run restic commands of their own."""

    enabled: bool


class DownloadResticPassword(Wire):
    """Ask for the organization's repository password.

    code    of the second factor, for those who have one.
    """

    password: str
    code: Annotated[str, Field(max_length=32)] | None = None


class CreateWorkerToken(Wire):
    """Issue a token for the worker of one host."""

    host: Annotated[str, Field(min_length=1, max_length=255)]


class WorkerTokenView(View):
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
