"""Lists of snapshots as clients see them, with what a policy keeps each snapshot for.

Owns the memory of lists that were worked out already: asking again costs a look at what has
changed since. Knows no database and no restic.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from zerobyte.contract.retention import RetentionPolicy
from zerobyte.core import aio, clock, cron
from zerobyte.features.repositories import present
from zerobyte.features.repositories.service.snapshot_index import Indexed
from zerobyte.restic import forget_policy
from zerobyte.restic.forget_policy import Moment

_LISTS_KEPT: Final = 256
_ENTRIES_KEPT: Final = 20_000

Place = tuple[str, str, str | None]
"""Which list it is: of an organization's repository, all of it or what carries one tag."""


@dataclass(frozen=True, slots=True)
class _List:
    """A list and what it was made of.

    to_come     how many of its snapshots are later than the clock, and later than the latest time
                that counts.
    """

    found: Sequence[Indexed]
    policy: tuple[RetentionPolicy, str | None] | None
    to_come: tuple[int, int]
    shown: list[bytes]


class SnapshotListCache:
    """Shows lists of snapshots, each worked out once for as long as nothing about it changes."""

    def __init__(self, zone: tzinfo) -> None:
        """`zone` is the server's: days and months of schedules without a zone begin there."""
        self._zone = zone
        self._known: dict[Place, _List] = {}

    async def get(
        self,
        place: Place,
        found: list[Indexed],
        policy: tuple[RetentionPolicy, str | None] | None,
    ) -> list[bytes]:
        """Each snapshot as JSON, oldest first, with its categories under a policy.

        policy  the schedule's policy and zone; the zone is None where it is the server's.
        found       every snapshot of the repository, from the index and oldest first.
        """
        now = Moment.parse(clock.now().isoformat())
        to_come = _later(found, now.order), _later(found, forget_policy.latest_counted(now))
        known = self._known.get(place)
        is_same = (
            known is not None
            and known.to_come == to_come
            and known.policy == policy
            and known.found == found
        )
        if known is not None and is_same:
            return known.shown
        shown = await self._made(place[2], found, policy, now)
        self._remember(place, _List(found, policy, to_come, shown))
        return shown

    async def _made(
        self,
        tag: str | None,
        found: list[Indexed],
        policy: tuple[RetentionPolicy, str | None] | None,
        now: Moment,
    ) -> list[bytes]:
        wanted = [entry for entry in found if tag is None or tag in entry.record.tags]
        rules, zone = policy or (None, None)
        if rules is None or not rules.has_rules():
            return [_shown(entry, ()) async for entry in aio.in_turns(wanted)]
        counted = [(entry.record.id, entry.moment) for entry in wanted if not entry.is_suspect]
        plan = await asyncio.to_thread(
            forget_policy.plan_of_schedule,
            counted,
            rules,
            now=now,
            zone=self._zone_of(zone),
            incomplete={entry.record.id for entry in wanted if entry.is_incomplete},
            pace=aio.with_pauses,
        )
        return [
            _shown(entry, forget_policy.categories(plan.get(entry.record.id, ())))
            async for entry in aio.in_turns(wanted)
        ]

    def _zone_of(self, name: str | None) -> tzinfo:
        """Return a schedule's zone; a stored name that cannot be read must not break a list."""
        try:
            return cron.zone(name) if name else self._zone
        except ValueError:
            return self._zone

    def _remember(self, place: Place, made: _List) -> None:
        self._known.pop(place, None)
        held = sum(len(known.found) for known in self._known.values())
        if len(self._known) >= _LISTS_KEPT or held + len(made.found) > _ENTRIES_KEPT:
            self._known = {}
        self._known[place] = made


def _later(found: list[Indexed], limit: tuple[datetime, int]) -> int:
    """Return how many snapshots are not before a time; what a policy keeps depends on it."""
    count = 0
    for entry in reversed(found):
        if entry.moment.order < limit:
            break
        count += 1
    return count


def _shown(entry: Indexed, categories: Sequence[str]) -> bytes:
    key = tuple(categories)
    if key not in entry.shown:
        view = present.snapshot(
            entry.record,
            is_suspect=entry.is_suspect,
            is_incomplete=entry.is_incomplete,
            categories=key,
        )
        entry.shown[key] = view.model_dump_json(by_alias=True).encode()
    return entry.shown[key]
