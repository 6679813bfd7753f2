"""Cascading deletion of organizations and users, in one transaction."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tortoise.expressions import Subquery

from zerobyte.core.errors import Conflict
from zerobyte.features.auth.models import Member, Organization, User
from zerobyte.features.auth.service.first_organization import first_id
from zerobyte.features.auth.service.members import move_sessions
from zerobyte.features.auth.service.sso.account_linking import unlink_all
from zerobyte.features.auth.service.sso.providers import provider_ids_of

Cleanup = Callable[[], Awaitable[None]]
"""Work to do after a deletion is committed; it cannot undo the deletion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationCounts:
    """Numbers of resources of an organization."""

    volumes: int = 0
    repositories: int = 0
    schedules: int = 0

    @property
    def is_empty(self) -> bool:
        """Return True if the organization has no resources."""
        return not (self.volumes or self.repositories or self.schedules)

    @property
    def summary(self) -> str:
        """The counts as text for messages: `2 volumes, 1 repository`."""
        counts = (
            (self.volumes, "volume", "volumes"),
            (self.repositories, "repository", "repositories"),
            (self.schedules, "backup schedule", "backup schedules"),
        )
        return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counts if n)


class OrganizationData(Protocol):
    """Counts and deletes the backup data of organizations."""

    async def count(self, organization_ids: Sequence[str]) -> Mapping[str, OrganizationCounts]:
        """Return the counts of each of these organizations, in one query."""
        ...

    async def remove(self, organization_id: str) -> Cleanup:
        """Delete all rows of the organization, inside the caller's transaction.

        Raises Conflict if a task of the organization is still active.
        """
        ...


class Deletions:
    """Deletes organizations and users."""

    def __init__(self, organization_data: OrganizationData | None) -> None:
        """`organization_data` is None if only accounts are served."""
        self._organization_data = organization_data

    async def count(self, organization_ids: Sequence[str]) -> Mapping[str, OrganizationCounts]:
        """Return the counts of each of these organizations."""
        if self._organization_data is None or not organization_ids:
            return dict.fromkeys(organization_ids, OrganizationCounts())
        return await self._organization_data.count(organization_ids)

    async def delete_organization(self, organization: Organization) -> Cleanup:
        """Delete an organization and its data, inside the caller's transaction.

        Sessions of former members switch to another organization of theirs, or to none. Users who
        are linked through the organization's providers lose these links and all their sessions.

        Raises Conflict.
        """
        await first_id()  # recorded before the first organization can be deleted
        cleanup = (
            await self._organization_data.remove(organization.id)
            if self._organization_data
            else _no_cleanup
        )
        await unlink_all(await provider_ids_of(organization.id))
        await move_sessions(organization.id)
        await organization.delete()
        return cleanup

    async def solely_owned_by(self, user_id: str) -> list[Organization]:
        """List the organizations that have no other owner."""
        owners = Member.filter(role="owner")
        owned = owners.filter(user_id=user_id).values("organization_id")
        shared = owners.exclude(user_id=user_id).values("organization_id")
        return (
            await Organization.filter(id__in=Subquery(owned))
            .exclude(id__in=Subquery(shared))
            .order_by("created_at", "id")
        )

    async def delete_user(self, user: User) -> list[Cleanup]:
        """Delete a user and the organizations that only they own, in the caller's transaction.

        Raises
            Conflict    such an organization has repositories, or one of its tasks is active.
        """
        # Lock the organizations, so that two owners who are deleted at once leave no organization
        # without one.
        memberships = Member.filter(user_id=user.id, role="owner")
        owned = await memberships.order_by("organization_id").values_list(
            "organization_id", flat=True
        )
        await Organization.filter(id__in=list(owned)).order_by("id").select_for_update()
        solely_owned = await self.solely_owned_by(user.id)
        await self._require_no_repositories(solely_owned)
        cleanups = [await self.delete_organization(organization) for organization in solely_owned]
        await user.delete()
        return cleanups

    async def _require_no_repositories(self, organizations: Sequence[Organization]) -> None:
        """Raise Conflict if one has repositories: only its row stores their password."""
        counts = await self.count([row.id for row in organizations])
        for row in organizations:
            if counts[row.id].repositories:
                content = OrganizationCounts(repositories=counts[row.id].repositories).summary
                raise Conflict(
                    f'This user is the only owner of the organization "{row.name}", which has '
                    f"{content} and stores their only password. Delete the repositories or make "
                    "another member an owner first",
                    code="ORGANIZATION_HOLDS_REPOSITORIES",
                )


async def run_cleanups(cleanups: Sequence[Cleanup]) -> None:
    """Run the cleanups one after the other."""
    for cleanup in cleanups:
        await cleanup()


async def _no_cleanup() -> None:
    """Do nothing: no backup data was deleted."""
