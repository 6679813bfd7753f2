"""Measure sign-ins, and how many at once slow down other requests."""

import asyncio
import time
from statistics import median, quantiles

import httpx

from bench.rows import Row, seconds

_CROWD = 20


async def sign_ins(url: str, username: str, password: str, *, rounds: int) -> list[Row]:
    """Sign in one by one, then twenty at a time beside requests of `/api/healthcheck`.

    rounds      of each: single sign-ins, and crowds.
    """
    body = {"username": username, "password": password}
    limits = httpx.Limits(max_connections=_CROWD + 1)
    async with httpx.AsyncClient(
        base_url=url, headers={"Origin": url}, timeout=60, trust_env=False, limits=limits
    ) as client:
        alone = [await _sign_in(client, body) for _ in range(rounds)]
        calm = await _probes(client, asyncio.create_task(asyncio.sleep(1)))
        crowd: list[float] = []

        async def crowds() -> None:
            for _ in range(rounds):
                crowd.extend(await asyncio.gather(*(_sign_in(client, body) for _ in range(_CROWD))))

        busy = await _probes(client, asyncio.create_task(crowds()))
    return [
        Row("sign-in, p50", seconds(median(alone))),
        Row(f"sign-in among {_CROWD} at once, p50", seconds(median(crowd))),
        Row("healthcheck, p99", seconds(_p99(calm))),
        Row(f"healthcheck under {_CROWD} sign-ins, p99", seconds(_p99(busy))),
    ]


async def _sign_in(client: httpx.AsyncClient, body: dict[str, str]) -> float:
    begun = time.perf_counter()
    answer = await client.post("/api/auth/sign-in/username", json=body)
    if answer.status_code != 200:
        raise RuntimeError(f"The sign-in was answered with {answer.status_code}.")
    # Each sign-in uses a new client without cookies.
    client.cookies.clear()
    return time.perf_counter() - begun


async def _probes(client: httpx.AsyncClient, while_running: asyncio.Task[None]) -> list[float]:
    took: list[float] = []
    while not while_running.done():
        begun = time.perf_counter()
        await client.get("/api/healthcheck")
        took.append(time.perf_counter() - begun)
        await asyncio.sleep(0.002)
    await while_running
    return took


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100)[98] if len(values) > 1 else values[0]
