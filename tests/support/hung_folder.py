"""A file system that really hangs: a FUSE mount whose server never answers."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_DETACH = 2


@contextmanager
def hung_mount(place: Path) -> Iterator[Path]:
    """Let a folder answer no call until the block ends. Only children and threads may touch it.

    Skips the test where mounting is not allowed.
    """
    if os.geteuid() != 0 or not Path("/dev/fuse").exists():
        pytest.skip("mounting needs root and /dev/fuse")
    libc = ctypes.CDLL(None, use_errno=True)
    place.mkdir(exist_ok=True)
    server = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    options = f"fd={server},rootmode=40000,user_id=0,group_id=0".encode()
    try:
        if libc.mount(b"hung", bytes(place), b"fuse", 0, options) != 0:
            pytest.skip(f"mounting is not allowed here: {os.strerror(ctypes.get_errno())}")
        yield place
    finally:
        # Without its server every waiting call fails at once, so nothing stays behind.
        os.close(server)
        libc.umount2(bytes(place), _DETACH)
