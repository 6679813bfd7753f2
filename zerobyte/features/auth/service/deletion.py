"""Organizations and people that go, with everything that goes with them, or not at all.

Refuses to know what an organization holds: the composition root puts in who does.
"""

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

Tidy = Callable[[], Awaitable[None]]
"""What is left to do once a deletion is certain: nothing that could undo it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationCounts:
    """What an organization holds."""

    volumes: int = 0
    repositories: int = 0
    schedules: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing."""
        return not (self.volumes or self.repositories or self.schedules)

    @property
    def in_words(self) -> str:
        """For people: `2 volumes, 1 repository`."""
        counted = (
            (self.volumes, "volume", "volumes"),
            (self.repositories, "repository", "repositories"),
            (self.schedules, "backup schedule", "backup schedules"),
        )
        return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in counted if n)


class Contents(Protocol):
    """Knows what organizations hold."""

    async def count(self, organization_ids: Sequence[str]) -> Mapping[str, OrganizationCounts]:
        """What each of these organizations holds, all asked for in one query."""
        ...

    async def remove(self, organization_id: str) -> Tidy:
        """Delete the rows of all of it, inside the caller's transaction.

        Raises Conflict when work of the organization is still running.
        """
        ...


class Deletions:
    """Deletes organizations and people.

    contents    None when nothing but accounts is served.
    """

    def __init__(self) -> None:
        self.contents: Contents | None = None

    async def count(self, organization_ids: Sequence[str]) -> Mapping[str, OrganizationCounts]:
        """What each of these organizations holds."""
        if self.contents is None or not organization_ids:
            return dict.fromkeys(organization_ids, OrganizationCounts())
        return await self.contents.count(organization_ids)

    async def remove(self, organization: Organization) -> Tidy:
        """Delete an organization and what it holds, inside the caller's transaction.

        The sessions of those left behind go on in another organization of theirs, or in none;
        those of people who are linked through its providers end, as the links do.

        Raises Conflict.
        """
        await first_id()  # recorded before the first organization can be gone
        tidy = await self.contents.remove(organization.id) if self.contents else _nothing
        await unlink_all(await provider_ids_of(organization.id))
        await move_sessions(organization.id)
        await organization.delete()
        return tidy

    async def only_owned(self, user_id: str) -> list[Organization]:
        """The organizations that have no other owner."""
        owners = Member.filter(role="owner")
        owned = owners.filter(user_id=user_id).values("organization_id")
        shared = owners.exclude(user_id=user_id).values("organization_id")
        return (
            await Organization.filter(id__in=Subquery(owned))
            .exclude(id__in=Subquery(shared))
            .order_by("created_at", "id")
        )

    async def remove_person(self, user: User) -> list[Tidy]:
        """Delete a person and the organizations that only they own, in the caller's transaction.

        Raises
            Conflict    such an organization holds repositories, or its work is still running.
        """
        # Two owners who go at once must not leave an organization without one.
        places = Member.filter(user_id=user.id, role="owner")
        owned = await places.order_by("organization_id").values_list("organization_id", flat=True)
        await Organization.filter(id__in=list(owned)).order_by("id").select_for_update()
        alone = await self.only_owned(user.id)
        await self._refuse_repositories(alone)
        tidies = [await self.remove(organization) for organization in alone]
        await user.delete()
        return tidies

    async def _refuse_repositories(self, organizations: Sequence[Organization]) -> None:
        """Refuse while one holds repositories: their only password is a column of its row."""
        held = await self.count([row.id for row in organizations])
        for row in organizations:
            if held[row.id].repositories:
                content = OrganizationCounts(repositories=held[row.id].repositories).in_words
                raise Conflict(
                    f'Only this person owns the organization "{row.name}", which holds {content} '
                    "and the only password to open what is stored there; delete the repositories "
                    "or make another member an owner first",
                    code="ORGANIZATION_HOLDS_REPOSITORIES",
                )


async def tidy_up(tidies: Sequence[Tidy]) -> None:
    """Do what is left to do, one after the other."""
    for tidy in tidies:
        await tidy()


async def _nothing() -> None:
    """There is nothing to tidy."""
