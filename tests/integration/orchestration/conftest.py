"""Prefect makes its folder when it is imported; in tests that is not the person's own."""

import os
import tempfile

os.environ.setdefault("PREFECT_HOME", tempfile.mkdtemp(prefix="prefect-home-"))
