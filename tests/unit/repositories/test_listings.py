"""The store of listings: whole pages, bounded room, nothing left open."""

from collections.abc import AsyncIterator

from zerobyte.contract.restic_output import NodeRecord
from zerobyte.features.repositories.service.listings import Listing, ListingKey, RecentListings


async def nodes(count: int) -> AsyncIterator[NodeRecord]:
    for number in range(count):
        name = f"ä{number}\n"
        yield NodeRecord(name=name, type="file", path=f"/{name}", size=number)


async def listing(count: int) -> Listing:
    return await Listing.read(nodes(count), None)


async def test_pages_are_what_was_read_in_order() -> None:
    ten = await listing(10)
    assert len(ten) == 10
    assert [node.size for node in ten.page(8, 5)] == [8, 9]
    assert ten.page(10, 5) == []
    assert ten.page(2**53 - 1, 5) == []
    assert ten.page(0, 0) == []
    found = ten.find("/ä3\n")
    assert found is not None
    assert found.size == 3
    assert ten.find("/nowhere") is None
    ten.close()


async def test_the_least_recently_used_listing_is_dropped_first() -> None:
    store = RecentListings(most_listings=2)
    keys = [ListingKey("r", "s", f"/{number}") for number in range(3)]
    for key in keys[:2]:
        store.put(key, await listing(1))
    assert store.get(keys[0]) is not None
    store.put(keys[2], await listing(1))
    assert [store.get(key) is not None for key in keys] == [True, False, True]
    store.close()
    assert store.get(keys[0]) is None


async def test_room_is_bounded_but_the_newest_is_always_kept() -> None:
    store = RecentListings(most_bytes=1)
    for number in range(3):
        store.put(ListingKey("r", "s", str(number)), await listing(5))
    assert store.get(ListingKey("r", "s", "1")) is None
    assert store.get(ListingKey("r", "s", "2")) is not None
    store.close()


async def test_listings_go_with_their_snapshot_or_their_repository() -> None:
    store = RecentListings()
    for repository, snapshot in (("r1", "s1"), ("r1", "s2"), ("r2", "s1")):
        store.put(ListingKey(repository, snapshot, None), await listing(1))
    store.drop("r1", ["s1"])
    assert store.get(ListingKey("r1", "s1", None)) is None
    assert store.get(ListingKey("r1", "s2", None)) is not None
    store.drop("r1")
    assert store.get(ListingKey("r1", "s2", None)) is None
    assert store.get(ListingKey("r2", "s1", None)) is not None
    store.close()
