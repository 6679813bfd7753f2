"""`python -m zerobyte.demo [SOURCE]`, for where the command `zerobyte` is not in the way."""

import argparse
import sys
from pathlib import Path

from zerobyte.demo.command import main

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m zerobyte.demo",
        description="Back a folder up on a platform of its own, restore it beside, compare.",
    )
    parser.add_argument("source", nargs="?", help="folder; without one, a sample is made")
    given: str | None = parser.parse_args().source
    sys.exit(main(Path(given) if given else None))
