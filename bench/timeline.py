"""`python -m bench.timeline`: the steps of one backup, from the request to the end of its run.

A platform with real parts writes its debug log; each step is a line of it. Prefect's own times of
the run are in the table too. Afterwards ten backups start at once on ten repositories.
"""

import argparse
import asyncio
import re
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx
from rich.console import Console
from rich.table import Table

from bench.bare import BareRestic
from bench.cost import OwnCost
from bench.data import fill
from zerobyte.core import ids
from zerobyte.demo.client import Client, signed_out_client
from zerobyte.demo.platform import Platform, platform, remove_folder

_LINE: Final = re.compile(
    r"^(?P<part>\w+) +(?P<at>\S+Z) (?P<level>\w+) +[\w.]+: (?P<event>.*?)"
    r"(?P<facts>(?: \w+=\S+)*)$"
)
_FACTS: Final = ("step", "kind", "program")
_SETTLE_S: Final = 1.5
"""Pause after a run: Prefect writes what belongs to it a moment later."""


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


async def run_to_end(client: Client, schedule: str) -> float:
    """Run a schedule and return the seconds from the request to the end of its task."""
    began = time.perf_counter()
    status = ""
    async for state in client.follow(await client.run(schedule)):
        status = state["status"]
    if status != "succeeded":
        raise RuntimeError(f"The run {status}.")
    return time.perf_counter() - began


async def schedules(client: Client, home: Path, volume: str, number: int) -> list[str]:
    """Create schedules, each with a repository of its own."""
    made: list[str] = []
    for one in range(number):
        repository = await client.add_repository(f"r{one}", str(home / "repositories"))
        made.append(
            await client.add_schedule(
                f"s{one}", volume=volume, repository=str(repository["shortId"])
            )
        )
    return made


async def measure(work: Path, options: argparse.Namespace, console: Console) -> None:
    """Measure and print."""
    source, home, log = work / "small", work / "data", DebugLog()
    await asyncio.to_thread(fill, source, files=10, size_bytes=10_000)
    bare = BareRestic(work / "bare", restic=options.restic)
    await bare.init()
    argv = ["backup", "--json", str(source)]
    env = {"LOG_LEVEL": "debug", "NO_COLOR": "1", "RESTIC_COMMAND": options.restic}
    async with (
        platform(home, env=env, on_line=log.on_line) as stage,
        signed_out_client(stage.url) as client,
    ):
        await client.sign_up(ids.token())
        made = await schedules(
            client, home, await client.add_volume("v", str(source)), options.at_once
        )
        for schedule in made[:2]:
            await run_to_end(client, schedule)
        steps: dict[str, list[float]] = defaultdict(list)
        ended: list[float] = []
        alone: list[float] = []
        cost = OwnCost(stage.pid)
        for _ in range(options.runs):
            began = time.time()
            ended.append(await run_to_end(client, made[0]))
            await asyncio.sleep(_SETTLE_S)
            for words, at in (log.since(began) | await prefect_times(stage, began)).items():
                steps[words].append(at)
            alone.append(await bare.run(argv))
        used = cost.seconds()
        show(steps, options.runs, console)
        whole, restic = median(ended), median(alone)
        console.print(f"request to task ended {whole:.2f} s, bare restic {restic:.2f} s")
        console.print(f"… minus bare restic {whole - restic:.2f} s")
        for role, seconds in used.items():
            console.print(f"CPU per run with its pause, {role}: {seconds / options.runs:.2f} s")
        for _ in range(options.rounds):
            began = time.perf_counter()
            await asyncio.gather(*(run_to_end(client, one) for one in made))
            took = time.perf_counter() - began
            console.print(f"{len(made)} backups at once: {took:.1f} s")
            await asyncio.sleep(_SETTLE_S)


def show(steps: dict[str, list[float]], runs: int, console: Console) -> None:
    """Print the median time of every step that most runs have, in their order."""
    table = Table("step", "ms since the request", "runs")
    usual = {words: at for words, at in steps.items() if len(at) * 2 >= runs}
    for words, at in sorted(usual.items(), key=lambda entry: median(entry[1])):
        table.add_row(words, f"{median(at) * 1000:.0f}", str(len(at)))
    console.print(table)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a run does not succeed."""
    parser = argparse.ArgumentParser(prog="python -m bench.timeline")
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--at-once", type=int, default=10, help="backups at the same time")
    parser.add_argument("--rounds", type=int, default=2, help="of backups at the same time")
    parser.add_argument("--restic", default=shutil.which("restic") or "restic")
    options = parser.parse_args(argv)
    console = Console(highlight=False)
    work = Path(tempfile.mkdtemp(prefix="zerobyte-timeline-"))
    try:
        asyncio.run(measure(work, options, console))
    except RuntimeError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    finally:
        remove_folder(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
