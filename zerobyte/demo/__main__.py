"""`python -m zerobyte.demo [SOURCE]`, for where the command `zerobyte` is not in the way."""

import signal

# Until the demo listens itself, an interrupt just ends it: nothing has been made yet.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse  # noqa: E402 - an interrupt may come while these are imported
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from zerobyte.demo.command import main  # noqa: E402

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m zerobyte.demo",
        description="Back a folder up on a platform of its own, restore it beside, compare.",
    )
    parser.add_argument("source", nargs="?", help="folder; without one, a sample is made")
    given: str | None = parser.parse_args().source
    sys.exit(main(Path(given) if given else None))
