"""The look at a source folder: a function, and a program for folders that may hang.

A child runs this file alone, so it imports only the standard library.
"""

import json
import os
import sys


def look_at(path: str) -> dict[str, object]:
    """Return whether a folder has entries and is a mount, or the number of its error."""
    try:
        os.statvfs(path)
        with os.scandir(path) as entries:
            has_entries = next(entries, None) is not None
        above = os.stat(os.path.dirname(path.rstrip("/")) or "/").st_dev  # noqa: PTH116, PTH120
        is_mount = os.stat(path).st_dev != above  # noqa: PTH116 - plain strings keep any byte
    except OSError as error:
        return {"errno": error.errno, "reason": error.strerror}
    return {"has_entries": has_entries, "is_mount": is_mount}


if __name__ == "__main__":
    # The parent counts the time limit of the storage from this line on.
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    sys.stdout.write(json.dumps(look_at(sys.argv[1])) + "\n")
