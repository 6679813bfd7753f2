"""The demo as a command: its exit code, its errors in one sentence, its end on a signal."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from zerobyte.core.errors import ZerobyteError
from zerobyte.demo.scenario import demonstrate


def main(source: Path | None = None) -> int:
    """Run the demo: 0 when what was restored is what was saved, 1 when not, 130 on a signal.

    source      the folder to back up; without one, a sample is made.
    """
    console = Console(highlight=False)
    listener = _SignalListener()
    listener.listen()
    try:
        asyncio.run(_interruptible(source, console, listener))
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


class _SignalListener:
    """Lets the first signal stop the demo in order; later ones do not hurry its tidying up.

    It listens from before the first step to the end of the process, so no signal finds nobody.
    """

    def __init__(self) -> None:
        self.has_heard = False
        self.interrupt: Callable[[], None] | None = None

    def listen(self) -> None:
        """Take the signals over; call it in the main thread."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._hear)

    def _hear(self, *_: object) -> None:
        if not self.has_heard and self.interrupt is not None:
            self.interrupt()
        self.has_heard = True


async def _interruptible(source: Path | None, console: Console, listener: _SignalListener) -> None:
    loop = asyncio.get_running_loop()
    work = asyncio.create_task(demonstrate(source, console))
    listener.interrupt = lambda: loop.call_soon_threadsafe(work.cancel) and None
    if listener.has_heard:
        work.cancel()
    try:
        await work
    finally:
        listener.interrupt = None
