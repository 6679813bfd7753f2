"""Rows of the tables: a figure, what it is compared with, and its goal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    reference   the figure of bare restic or of an empty Sanic route, if there is one.
    goal        what the figure should be; empty for a figure without a goal.
    """

    what: str
    ours: str
    reference: str = ""
    ratio: str = ""
    goal: str = ""
    is_reached: bool = False


def seconds(value: float) -> str:
    """Return a duration as text with its significant digits."""
    return f"{value * 1000:.0f} ms" if abs(value) < 1 else f"{value:.2f} s"


def megabytes(value: float) -> str:
    """Return a size in MB as text."""
    return f"{value:.1f} MB"


def at_most(
    what: str,
    value: float,
    limit: float,
    *,
    unit: Callable[[float], str] = seconds,
    reference: float | None = None,
) -> Row:
    """Return a row whose goal is a value of at most `limit`."""
    compared = ("", "") if reference is None else (unit(reference), f"{value / reference:.3f}")
    return Row(what, unit(value), *compared, goal=f"≤ {unit(limit)}", is_reached=value <= limit)


def show(rows: Sequence[Row], console: Console) -> None:
    """Print the rows of one part: medians, and in brackets minimum and maximum."""
    table = Table()
    for title in ("median", "Zerobyte", "reference", "ratio"):
        table.add_column(title, justify="left" if title == "median" else "right")
    for row in rows:
        table.add_row(row.what, row.ours, row.reference, row.ratio)
    console.print(table)


def show_goals(rows: Sequence[Row], console: Console) -> None:
    """Print the rows that have a goal, and whether each goal is reached."""
    table = Table(title="Goals; the reference is bare restic or an empty Sanic route")
    for title in ("figure", "Zerobyte", "reference", "ratio", "goal", "result"):
        table.add_column(title, justify="left" if title in ("figure", "result") else "right")
    for row in rows:
        if row.goal:
            result = "reached" if row.is_reached else "not reached"
            table.add_row(row.what, row.ours, row.reference, row.ratio, row.goal, result)
    console.print(table)
