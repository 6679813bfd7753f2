"""An HTTP server that records requests, answers, or hangs."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class HookServer:
    """The address of the server and its requests, oldest first: path, headers, JSON body."""

    def __init__(self) -> None:
        self.received: list[tuple[str, dict[str, str], Any]] = []
        self.closing = threading.Event()
        self.port = 0

    @property
    def origin(self) -> str:
        """What stands on the operator's list."""
        return f"http://127.0.0.1:{self.port}"

    def to(self, path: str) -> list[tuple[dict[str, str], Any]]:
        """What came to one path."""
        return [(headers, body) for to, headers, body in list(self.received) if to == path]


@contextmanager
def hook_server() -> Iterator[HookServer]:
    """Serve until the block ends. `/hang…` never answers, `/broken…` answers 500."""
    hooks = HookServer()

    class Requests(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            body = json.loads(self.rfile.read(length) or b"null")
            headers = {name.lower(): value for name, value in self.headers.items()}
            hooks.received.append((self.path, headers, body))
            if self.path.startswith("/hang"):
                hooks.closing.wait(60)
                return
            self.send_response(500 if self.path.startswith("/broken") else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    server.daemon_threads = True
    hooks.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hooks
    finally:
        hooks.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
