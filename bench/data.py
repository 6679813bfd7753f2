"""The source folder of the measurements: many files, half of them incompressible."""

import random
from pathlib import Path

_SEED = 20_240_517


def fill(folder: Path, *, files: int, size_bytes: int) -> None:
    """Write `files` files of about equal size, a hundred to a folder; the same at each call."""
    dice = random.Random(_SEED)  # noqa: S311 — data, not a secret
    each = size_bytes // files
    for number in range(files):
        place = folder / f"{number // 100:04d}"
        if number % 100 == 0:
            place.mkdir(parents=True)
        noise = dice.randbytes(each // 2)
        (place / f"{number:06d}.bin").write_bytes(noise + bytes(each - len(noise)))
