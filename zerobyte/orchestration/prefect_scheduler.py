"""The `Scheduler` over Prefect's REST API.

It defines all names that we keep in Prefect: pool, queues, flows, deployments, tags. They are ids,
except for the schedule's name. It does not import prefect.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Any, Final, cast

from zerobyte.core import clock
from zerobyte.core.errors import Failed, Invalid, NotFound
from zerobyte.orchestration import prefect_pool
from zerobyte.orchestration.prefect_api import PrefectApi
from zerobyte.orchestration.prefect_events import flow_run_states
from zerobyte.orchestration.scheduler import (
    ON_DEMAND,
    WORK_POOL,
    DeployedSchedule,
    DeploymentPlan,
    FlowName,
    PoolFault,
    RunView,
    SchedulerEvent,
    StateType,
    queue_of,
)

_PAGE: Final = 200
_ACTIVE: Final = ["PENDING", "RUNNING", "PAUSED", "CANCELLING"]
_LABEL: Final = "zerobyte.fingerprint"

Json = dict[str, Any]


class PrefectScheduler:
    """The scheduler of one Prefect server; close it with `aclose`.

    url         with `/api` at its end.
    auth        Prefect's shared secret, `name:password`.
    patience_s  for one call; see `PrefectApi`.
    """

    def __init__(self, url: str, auth: str | None, *, timeout_s: float = 60.0) -> None:
        self._api = PrefectApi(url, auth, timeout_s=timeout_s)
        self._flow_ids: dict[str, str] = {}
        self._deployment_ids: dict[tuple[str, str], str] = {}

    async def ensure_ready(self, hosts: Sequence[str]) -> None:
        """Create missing objects, and release a pool or queue that was paused or limited to 0."""
        await prefect_pool.repair(self._api, hosts)
        for host in hosts:
            for flow in ON_DEMAND:
                await self._put_deployment(
                    flow, host, {"work_queue_name": queue_of(host), "tags": [f"host:{host}"]}
                )

    async def pool_faults(self, hosts: Sequence[str]) -> list[PoolFault]:
        """Return faults of the pool and its queues, and deployments that no worker reads."""
        found = await prefect_pool.faults(self._api, hosts)
        rows = await self._pages(
            "/deployments/filter",
            {"flows": {"name": {"any_": list(ON_DEMAND)}}, "sort": "NAME_ASC"},
        )
        queues = {
            (str(row["entrypoint"]).rpartition(":")[2], str(row["name"])): (
                row.get("work_pool_name"),
                row.get("work_queue_name"),
            )
            for row in rows
        }
        for flow, host in product(ON_DEMAND, hosts):
            if (flow, host) not in queues:
                found.append(PoolFault(f"{flow}/{host}", "missing"))
            elif queues[flow, host] != (WORK_POOL, queue_of(host)):
                found.append(PoolFault(f"{flow}/{host}", "not in its queue"))
        return found

    async def put(self, plan: DeploymentPlan) -> str:
        """Upsert `backup/<shortId>`."""
        schedules: list[Json] = []
        if plan.cron is not None:
            cron = {"cron": plan.cron, "timezone": plan.timezone, "day_or": True}
            schedules.append({"schedule": cron, "active": True})
        return await self._put_deployment(
            "backup",
            plan.short_id,
            {
                "description": f"Backup schedule {plan.schedule_name}",
                "work_queue_name": queue_of(plan.host),
                "tags": plan.tags,
                "parameters": {"schedule_id": plan.short_id},
                "paused": plan.paused,
                "schedules": schedules,
                "labels": {_LABEL: plan.fingerprint},
            },
        )

    async def _put_deployment(self, flow: FlowName, name: str, body: Json) -> str:
        response = await self._api.call(
            "POST",
            "/deployments/",
            {
                "name": name,
                "flow_id": await self._flow_id(flow),
                "entrypoint": f"flows/{flow}.py:{flow}",
                "work_pool_name": WORK_POOL,
                "enforce_parameter_schema": False,
                **body,
            },
            accept=(404, 422),
        )
        if response.status_code == 422:
            raise Invalid("The schedule's cron or time zone is not understood by Prefect")
        if response.status_code == 404:
            self._flow_ids.clear()
            raise Failed("The work pool is missing in Prefect and will be created again")
        deployment_id = str(response.json()["id"])
        self._deployment_ids[flow, name] = deployment_id
        return deployment_id

    async def _flow_id(self, flow: str) -> str:
        if flow not in self._flow_ids:
            created: Json = await self._api.json("POST", "/flows/", {"name": flow})
            self._flow_ids[flow] = str(created["id"])
        return self._flow_ids[flow]

    async def remove(self, short_id: str) -> None:
        """Delete `backup/<shortId>`; Prefect deletes its scheduled runs as well."""
        self._deployment_ids.pop(("backup", short_id), None)
        found = await self._api.call("GET", f"/deployments/name/backup/{short_id}", accept=(404,))
        if found.status_code != 404:
            deployment_id = found.json()["id"]
            await self._api.call("DELETE", f"/deployments/{deployment_id}", accept=(404,))

    async def list_deployments(self) -> list[DeployedSchedule]:
        """Return all deployments of the flow `backup`."""
        found: list[Json] = await self._pages(
            "/deployments/filter", {"flows": {"name": {"any_": ["backup"]}}, "sort": "NAME_ASC"}
        )
        return [_deployed(row) for row in found]

    async def _pages(self, path: str, query: Json) -> list[Json]:
        rows: list[Json] = []
        while True:
            page: list[Json] = await self._api.json(
                "POST", path, {**query, "limit": _PAGE, "offset": len(rows)}
            )
            rows.extend(page)
            if len(page) < _PAGE:
                return rows

    async def start(
        self,
        flow: FlowName,
        target: str,
        parameters: Mapping[str, str],
        *,
        idempotency_key: str,
        run_name: str,
        tags: Sequence[str] = (),
        due_at_ms: int | None = None,
    ) -> str:
        """Create a run of a deployment; runs with an earlier due time come first."""
        details = {} if due_at_ms is None else {"scheduled_time": clock.iso(due_at_ms)}
        body = {
            "parameters": dict(parameters),
            "idempotency_key": idempotency_key,
            "name": run_name,
            "tags": list(tags),
            "enforce_parameter_schema": False,
            "state": {
                "type": "SCHEDULED",
                "message": "Started by Zerobyte",
                "state_details": details,
            },
        }
        for is_fresh in (False, True):
            deployment_id = await self._deployment_id(flow, target, is_fresh=is_fresh)
            response = await self._api.call(
                "POST", f"/deployments/{deployment_id}/create_flow_run", body, accept=(404,)
            )
            if response.status_code != 404:
                return str(response.json()["id"])
        raise NotFound(f"Prefect has no deployment {flow}/{target}")

    async def _deployment_id(self, flow: str, name: str, *, is_fresh: bool) -> str:
        if is_fresh or (flow, name) not in self._deployment_ids:
            found = await self._api.call("GET", f"/deployments/name/{flow}/{name}", accept=(404,))
            if found.status_code == 404:
                self._deployment_ids.pop((flow, name), None)
                raise NotFound(f"Prefect has no deployment {flow}/{name}")
            self._deployment_ids[flow, name] = str(found.json()["id"])
        return self._deployment_ids[flow, name]

    async def cancel(self, flow_run_id: str) -> None:
        """Set CANCELLING; Prefect changes it to CANCELLED if the run has not begun."""
        await self._set_state(flow_run_id, {"type": "CANCELLING", "name": "Cancelling"})

    async def force_crashed(self, flow_run_id: str, message: str) -> None:
        """Force the state CRASHED."""
        state = {"type": "CRASHED", "name": "Crashed", "message": message}
        await self._set_state(flow_run_id, state, force=True)

    async def _set_state(self, flow_run_id: str, state: Json, *, force: bool = False) -> None:
        await self._api.call(
            "POST",
            f"/flow_runs/{flow_run_id}/set_state",
            {"state": state, "force": force},
            accept=(404,),
        )

    async def active_runs(self) -> list[RunView]:
        """Return the active runs of our flows."""
        return await self._runs({"state": {"type": {"any_": _ACTIVE}}})

    async def due_runs(self) -> list[RunView]:
        """Return runs that wait for a worker, and active runs."""
        waiting = {
            "state": {"type": {"any_": ["SCHEDULED"]}},
            "next_scheduled_start_time": {"before_": clock.iso(clock.now_ms())},
        }
        # In this order, a run that a worker takes meanwhile appears twice and is never missed.
        return [*await self._runs(waiting), *await self.active_runs()]

    async def _runs(self, run_filter: Json) -> list[RunView]:
        rows = await self._pages(
            "/flow_runs/filter",
            {
                "flow_runs": run_filter,
                "work_pools": {"name": {"any_": [WORK_POOL]}},
                "sort": "EXPECTED_START_TIME_ASC",
            },
        )
        names = await self._names([str(row["deployment_id"]) for row in rows])
        return [_run(row, names.get(str(row["deployment_id"]), ("", ""))) for row in rows]

    async def states(self, flow_run_ids: Sequence[str]) -> dict[str, StateType]:
        """Return the states of one page of runs, filtered by id."""
        if not flow_run_ids:
            return {}
        rows: list[Json] = await self._api.json(
            "POST",
            "/flow_runs/filter",
            {"flow_runs": {"id": {"any_": list(flow_run_ids)}}, "limit": _PAGE},
        )
        return {str(row["id"]): row["state_type"] for row in rows}

    async def _names(self, deployment_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Return flow and name of each deployment."""
        known = {found: key for key, found in self._deployment_ids.items()}
        for deployment_id in set(deployment_ids) - set(known):
            reply = await self._api.call("GET", f"/deployments/{deployment_id}", accept=(404,))
            if reply.status_code != 404:
                row = _object(reply.json())
                key = (str(row["entrypoint"]).rpartition(":")[2], str(row["name"]))
                known[deployment_id] = key
                self._deployment_ids[key] = deployment_id
        return known

    async def is_healthy(self) -> bool:
        """Return True if Prefect answers a call with our secret; `/health` needs no secret."""
        try:
            return (await self._api.call("GET", "/admin/version", timeout_s=5)).is_success
        except Exception:
            return False

    def events(self) -> AsyncIterator[SchedulerEvent]:
        """Return Prefect's events of flow runs."""
        return flow_run_states(self._api.url, self._api.auth)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.aclose()


def _object(value: Any) -> Json:
    """Return a JSON object, or an empty one if it is absent."""
    return cast("Json", value) if isinstance(value, dict) else {}


def _deployed(row: Json) -> DeployedSchedule:
    crons = [
        (str(entry["schedule"].get("cron")), entry["schedule"].get("timezone"))
        for entry in row["schedules"]
        if entry["active"]
    ]
    return DeployedSchedule(
        short_id=row["name"],
        deployment_id=str(row["id"]),
        fingerprint=_object(row.get("labels")).get(_LABEL),
        crons=tuple(crons),
        paused=bool(row["paused"]),
        work_queue=row.get("work_queue_name"),
        work_pool=row.get("work_pool_name"),
        parameters=_object(row.get("parameters")),
    )


def _run(row: Json, names: tuple[str, str]) -> RunView:
    expected = row.get("expected_start_time")
    state = _object(row.get("state"))
    return RunView(
        flow_run_id=str(row["id"]),
        flow=names[0],
        target=names[1],
        state=row["state_type"],
        state_name=str(state.get("name", "")),
        name=str(row["name"]),
        task_id=_object(row.get("parameters")).get("task_id"),
        expected_at_ms=clock.to_ms(datetime.fromisoformat(expected)) if expected else None,
    )
