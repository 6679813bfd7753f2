"""`python -m zerobyte.demo [SOURCE]`, for use without the command `zerobyte`."""

import signal

# Until the demo installs its handlers, an interrupt just ends it: nothing exists yet.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse  # noqa: E402 - an interrupt may arrive during these imports
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from zerobyte.demo.command import main  # noqa: E402

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m zerobyte.demo",
        description="Back up a folder on a temporary platform, restore it, compare.",
    )
    parser.add_argument("source", nargs="?", help="folder; by default a sample is created")
    source: str | None = parser.parse_args().source
    sys.exit(main(Path(source) if source else None))
