"""The demo as a command: its exit code, its errors in one sentence, its end on a signal."""

import asyncio
import signal
from pathlib import Path

from rich.console import Console

from zerobyte.core.errors import ZerobyteError
from zerobyte.demo.story import demonstrate


def main(source: Path | None = None) -> int:
    """Run the demo: 0 when what was restored is what was saved, 1 when not, 130 on a signal.

    source      the folder to back up; without one, a sample is made.
    """
    console = Console(highlight=False)
    try:
        asyncio.run(_interruptible(source, console))
    except ZerobyteError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except OSError as error:
        console.print(f"{error.strerror}: {error.filename}", style="red", markup=False)
        return 1
    except asyncio.CancelledError:
        console.print("Interrupted; nothing was left behind.")
        return 130
    return 0


async def _interruptible(source: Path | None, console: Console) -> None:
    """Let the first signal stop the demo in order; later ones do not hurry its tidying up."""
    work = asyncio.create_task(demonstrate(source, console))
    signals: list[int] = []

    def interrupt(number: int) -> None:
        if not signals:
            work.cancel()
        signals.append(number)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, interrupt, number)
    await work
