"""The demo as a command: exit codes, error messages and signals."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from zerobyte.core.errors import ZerobyteError
from zerobyte.demo.scenario import demonstrate


def main(source: Path | None = None) -> int:
    """Run the demo. Returns 0 if the restored folder equals the source, 1 if not, 130 on a signal.

    source      the folder to back up; None creates a sample.
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
    """Lets the first signal stop the demo in order; later signals do not interrupt the clean-up.

    Its handlers are installed from the start to the exit of the process, so no signal is lost.
    """

    def __init__(self) -> None:
        self.is_signalled = False
        self.interrupt: Callable[[], None] | None = None

    def listen(self) -> None:
        """Install the signal handlers; call it in the main thread."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, *_: object) -> None:
        if not self.is_signalled and self.interrupt is not None:
            self.interrupt()
        self.is_signalled = True


async def _interruptible(source: Path | None, console: Console, listener: _SignalListener) -> None:
    loop = asyncio.get_running_loop()
    work = asyncio.create_task(demonstrate(source, console))
    listener.interrupt = lambda: loop.call_soon_threadsafe(work.cancel) and None
    if listener.is_signalled:
        work.cancel()
    try:
        await work
    finally:
        listener.interrupt = None
