"""Cache the snapshot lists of the API, with the categories that a policy keeps each snapshot for.

A repeated request only compares the list's inputs with those of the cached list.
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

_MAX_LISTS: Final = 256
_MAX_ENTRIES: Final = 20_000

_ListKey = tuple[str, str, str | None]
"""Key of a list: organization, repository, and a tag or None for all snapshots."""


@dataclass(frozen=True, slots=True)
class _List:
    """A cached list and its inputs.

    to_come     how many of its snapshots are later than the clock, and later than the latest time
                that counts.
    """

    entries: Sequence[Indexed]
    policy: tuple[RetentionPolicy, str | None] | None
    to_come: tuple[int, int]
    rendered: list[bytes]


class SnapshotListCache:
    """Cache of snapshot lists; a list is rebuilt when one of its inputs changes."""

    def __init__(self, zone: tzinfo) -> None:
        """Use `zone`, the server's, for schedules without one: days and months start in it."""
        self._zone = zone
        self._cache: dict[_ListKey, _List] = {}

    async def get(
        self,
        key: _ListKey,
        entries: list[Indexed],
        policy: tuple[RetentionPolicy, str | None] | None,
    ) -> list[bytes]:
        """Return each snapshot as JSON, oldest first, with its categories under a policy.

        policy      the schedule's policy and zone; the zone is None for the server's zone.
        entries     every snapshot of the repository, from the index and oldest first.
        """
        now = Moment.parse(clock.now().isoformat())
        to_come = _later(entries, now.order), _later(entries, forget_policy.latest_counted(now))
        known = self._cache.get(key)
        is_same = (
            known is not None
            and known.to_come == to_come
            and known.policy == policy
            and known.entries == entries
        )
        if known is not None and is_same:
            return known.rendered
        rendered = await self._render(key[2], entries, policy, now)
        self._store(key, _List(entries, policy, to_come, rendered))
        return rendered

    async def _render(
        self,
        tag: str | None,
        entries: list[Indexed],
        policy: tuple[RetentionPolicy, str | None] | None,
        now: Moment,
    ) -> list[bytes]:
        wanted = [entry for entry in entries if tag is None or tag in entry.record.tags]
        rules, zone = policy or (None, None)
        if rules is None or not rules.has_rules():
            return [_render_entry(entry, ()) async for entry in aio.in_turns(wanted)]
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
            _render_entry(entry, forget_policy.categories(plan.get(entry.record.id, ())))
            async for entry in aio.in_turns(wanted)
        ]

    def _zone_of(self, name: str | None) -> tzinfo:
        """Return a schedule's zone; an unreadable stored name must not break a list."""
        try:
            return cron.zone(name) if name else self._zone
        except ValueError:
            return self._zone

    def _store(self, key: _ListKey, new: _List) -> None:
        self._cache.pop(key, None)
        held = sum(len(known.entries) for known in self._cache.values())
        if len(self._cache) >= _MAX_LISTS or held + len(new.entries) > _MAX_ENTRIES:
            self._cache = {}
        self._cache[key] = new


def _later(entries: list[Indexed], limit: tuple[datetime, int]) -> int:
    """Return how many snapshots are not before a time; the policy's result depends on it."""
    count = 0
    for entry in reversed(entries):
        if entry.moment.order < limit:
            break
        count += 1
    return count


def _render_entry(entry: Indexed, categories: Sequence[str]) -> bytes:
    key = tuple(categories)
    if key not in entry.rendered:
        view = present.snapshot(
            entry.record,
            is_suspect=entry.is_suspect,
            is_incomplete=entry.is_incomplete,
            categories=key,
        )
        entry.rendered[key] = view.model_dump_json(by_alias=True).encode()
    return entry.rendered[key]
