"""The work pool and its queues in Prefect: what stops their runs, and the repair.

Prefect delivers no run of a pool or queue that is paused, limited to 0 runs or deleted, and
reports no error: the runs only become late.
"""

from collections.abc import Sequence
from typing import Any, Final

from zerobyte.orchestration.prefect_api import PrefectApi
from zerobyte.orchestration.scheduler import WORK_POOL, WORKER_TYPE, PoolFault, queue_of

_PAGE: Final = 200
_POOL_PATH: Final = f"/work_pools/{WORK_POOL}"
_RELEASED: Final = {"is_paused": False, "concurrency_limit": None}

Json = dict[str, Any]


async def faults(api: PrefectApi, hosts: Sequence[str]) -> list[PoolFault]:
    """Return all faults of the pool and the hosts' queues; changes nothing."""
    pool = await _pool(api)
    if pool is None:
        return [PoolFault(f"pool {WORK_POOL}", "missing")]
    found = [PoolFault(f"pool {WORK_POOL}", problem) for problem in _problems(pool)]
    if pool["type"] != WORKER_TYPE:
        # A pool's type cannot be changed, and our workers take no run of another type.
        found.append(PoolFault(f"pool {WORK_POOL}", f"of type {pool['type']}, not {WORKER_TYPE}"))
    queues = await _queues(api)
    for host in hosts:
        queue = queues.get(queue_of(host))
        problems = ["missing"] if queue is None else _problems(queue)
        found += [PoolFault(f"queue {queue_of(host)}", problem) for problem in problems]
    return found


async def repair(api: PrefectApi, hosts: Sequence[str]) -> None:
    """Create a missing pool and missing queues, and release stopped ones."""
    pool = await _pool(api)
    if pool is None:
        body = {"name": WORK_POOL, "type": WORKER_TYPE}
        await api.call("POST", "/work_pools/", body, accept=(409,))
    elif _problems(pool):
        await api.call("PATCH", _POOL_PATH, _RELEASED, accept=(404,))
    queues = await _queues(api)
    for name in map(queue_of, hosts):
        if name not in queues:
            await api.call("POST", f"{_POOL_PATH}/queues", {"name": name}, accept=(409,))
        elif _problems(queues[name]):
            await api.call("PATCH", f"{_POOL_PATH}/queues/{name}", _RELEASED, accept=(404,))


def _problems(row: Json) -> list[str]:
    """Return why Prefect delivers no run of this pool or queue; limits above 0 are allowed."""
    found = ["paused"] if row.get("is_paused") else []
    return [*found, "limited to 0 runs"] if row.get("concurrency_limit") == 0 else found


async def _pool(api: PrefectApi) -> Json | None:
    answer = await api.call("GET", _POOL_PATH, accept=(404,))
    return None if answer.status_code == 404 else answer.json()


async def _queues(api: PrefectApi) -> dict[str, Json]:
    rows: list[Json] = []
    while True:
        answer = await api.call(
            "POST",
            f"{_POOL_PATH}/queues/filter",
            {"limit": _PAGE, "offset": len(rows)},
            accept=(404,),
        )
        page: list[Json] = [] if answer.status_code == 404 else answer.json()
        rows.extend(page)
        if len(page) < _PAGE:
            return {str(row["name"]): row for row in rows}
