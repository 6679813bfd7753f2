"""Scheduled runs in Prefect that no worker took in time."""

import sqlite3
from typing import Any


def plan_in_the_past(engine: Any, schedule: str, *, count: int, minutes_ago: int = 0) -> list[str]:
    """Runs as Prefect's planner makes them, due in the last minutes; oldest first.

    Written straight into Prefect's database: over REST no run can claim that a cron made it.

    minutes_ago     how much longer ago all of them were due.
    """
    runs = [engine.start("backup", schedule, schedule_id=schedule) for _ in range(count)]
    with sqlite3.connect(engine.server.home / "prefect.db", timeout=30) as database:
        for number, run in enumerate(runs):
            due = f"-{minutes_ago + (count - number) * 5} minutes"
            database.execute(
                "UPDATE flow_run SET auto_scheduled = 1, name = 'planned',"
                " expected_start_time = strftime('%Y-%m-%d %H:%M:%f000', 'now', ?),"
                " next_scheduled_start_time = strftime('%Y-%m-%d %H:%M:%f000', 'now', ?)"
                " WHERE id = ?",
                (due, due, run),
            )
    database.close()
    return runs
