"""Measure the steps of one backup, from the request to the end of its run.

A platform with real parts writes its debug log; each step is a line of it. Prefect's own times of
the run are in the table too.
"""

import asyncio
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx

from bench.data import fill
from bench.measure import SETTLE_S, run_to_end
from bench.rows import Row, seconds
from zerobyte.core import ids
from zerobyte.demo.client import signed_out_client
from zerobyte.demo.platform import Platform, platform

_LINE: Final = re.compile(
    r"^(?P<part>\w+) +(?P<at>\S+Z) (?P<level>\w+) +[\w.]+: (?P<event>.*?)"
    r"(?P<facts>(?: \w+=\S+)*)$"
)
_FACTS: Final = ("step", "kind", "program")


@dataclass
class DebugLog:
    """The lines of the platform's log: when, and what happened."""

    events: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])

    def on_line(self, line: bytes) -> None:
        """Keep one line, if it is a line of our log."""
        found = _LINE.match(line.decode(errors="replace"))
        if found is None or found["level"] not in ("debug", "info"):
            return
        facts = dict(pair.split("=", 1) for pair in found["facts"].split())
        shown = [facts[name] for name in _FACTS if name in facts]
        words = " ".join((f"{found['part']}:", found["event"], *shown))
        self.events.append((datetime.fromisoformat(found["at"]).timestamp(), words))

    def since(self, began: float) -> dict[str, float]:
        """Return the first time of each event after `began`, in seconds after it."""
        steps: dict[str, float] = {}
        for at, words in sorted(self.events):
            if at >= began - 0.001:
                steps.setdefault(words, at - began)
        return steps


async def prefect_times(stage: Platform, began: float) -> dict[str, float]:
    """Return Prefect's times of the newest flow run: its states and its task runs."""
    name, _, password = (stage.home / "prefect-auth").read_text().strip().partition(":")
    async with httpx.AsyncClient(auth=(name, password), timeout=60, trust_env=False) as client:

        async def ask(path: str, body: dict[str, Any]) -> Any:
            return (await client.post(f"{stage.prefect_url}{path}", json=body)).json()

        (run,) = await ask("/flow_runs/filter", {"sort": "START_TIME_DESC", "limit": 1})
        reply = await client.get(
            f"{stage.prefect_url}/flow_run_states/", params={"flow_run_id": run["id"]}
        )
        tasks = await ask("/task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
    found = {f"Prefect: flow run {state['name']}": state["timestamp"] for state in reply.json()}
    for task in tasks:
        title = task["task_key"] if not task.get("name") else task["name"].rsplit("-", 1)[0]
        found[f"Prefect: task run {title} began"] = task["start_time"]
    return {
        words: datetime.fromisoformat(at).timestamp() - began for words, at in found.items() if at
    }


async def timeline(work: Path, *, restic: str, runs: int) -> list[Row]:
    """Return the median time of every step that most runs have, in their order."""
    source, home, log = work / "timed", work / "timed data", DebugLog()
    await asyncio.to_thread(fill, source, files=10, size_bytes=10_000)
    env = {"LOG_LEVEL": "debug", "NO_COLOR": "1", "RESTIC_COMMAND": restic}
    steps: dict[str, list[float]] = defaultdict(list)
    async with (
        platform(home, env=env, on_line=log.on_line) as stage,
        signed_out_client(stage.url) as client,
    ):
        await client.sign_up(ids.token())
        repository = await client.add_repository("timed", str(home / "repositories"))
        schedule = await client.add_schedule(
            "timed",
            volume=await client.add_volume("timed", str(source)),
            repository=str(repository["shortId"]),
        )
        await run_to_end(client, schedule)
        for _ in range(runs):
            began = time.time()
            await run_to_end(client, schedule)
            await asyncio.sleep(SETTLE_S)
            for words, at in (log.since(began) | await prefect_times(stage, began)).items():
                steps[words].append(at)
    usual = {words: at for words, at in steps.items() if len(at) * 2 >= runs}
    in_order = sorted(usual.items(), key=lambda entry: median(entry[1]))
    return [
        Row(f"{words} ({len(at)} of {runs} runs)", seconds(median(at))) for words, at in in_order
    ]
