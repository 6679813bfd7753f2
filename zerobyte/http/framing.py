"""The strict check of how a request is framed, before Sanic's own parser reads it.

Sanic accepts several forms that RFC 9112 forbids. A proxy in front may read such a form in another
way and take a part of one request for the next one (request smuggling). Each is 400 here, and the
connection closes.
"""

import re
from collections import Counter
from typing import Any, Final, cast

from sanic.exceptions import BadRequest
from sanic.http import Http

from zerobyte.http.app_type import HttpApp

_LINE: Final = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\r\n\0]*")
"""A token, a colon at once, and a value without line ends: no blank before the colon."""
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_CHUNK_LINE_AT_MOST: Final = 64
"""Sanic refuses longer lines."""
_DIGITS: Final = re.compile(r"[0-9]{1,18}")
_HEX_DIGITS: Final = re.compile(r"[0-9A-Fa-f]{1,15}")
_ONCE: Final = (b"host", b"content-length", b"transfer-encoding", b"expect")


def framing_fault(head: bytes) -> str | None:
    """Return what is wrong with the framing of a request head, or None.

    head    the request line and the header lines, without the empty line that ends them.
    """
    request_line, *lines = head.split(b"\r\n")
    if any(byte in request_line for byte in b"\r\n\0\t"):
        return "the request line holds a control character"
    if any(_LINE.fullmatch(line) is None for line in lines):
        return "a header line is malformed"
    fields = [(name.lower(), value) for name, _, value in (line.partition(b":") for line in lines)]
    counts = Counter(name for name, _ in fields)
    if repeated := next((name for name in _ONCE if counts[name] > 1), None):
        return f"the header {repeated.decode()} occurs more than once"
    if not counts[b"host"] and request_line.endswith(b" HTTP/1.1"):
        return "the header host is missing"
    return _length_fault(dict(fields), request_line)


def _length_fault(values: dict[bytes, bytes], request_line: bytes) -> str | None:
    length, coding = values.get(b"content-length"), values.get(b"transfer-encoding")
    if length is not None and coding is not None:
        return "content-length and transfer-encoding occur together"
    if length is not None and not _DIGITS.fullmatch(length.strip(b" \t").decode("latin-1")):
        return "content-length is not a whole number"
    if coding is not None:
        # Sanic compares case-sensitively and takes every other coding for a missing length.
        if coding.lstrip() != b"chunked":
            return "the only transfer-encoding that is read is chunked"
        if not request_line.endswith(b" HTTP/1.1"):
            return "transfer-encoding needs HTTP/1.1"
    return None


def install(app: HttpApp) -> None:
    """Check the head of every request before it is parsed."""

    async def check_head(head: bytes) -> None:
        if framing_fault(head) is not None:
            # Sanic answers 400 and closes the connection: the next request cannot be located.
            raise BadRequest("Bad Request")

    app.add_signal(check_head, "http.lifecycle.read_head")


class StrictHttp(Http):
    """Sanic's HTTP/1.1 with strict numbers and strict ends of chunks."""

    def init_for_request(self) -> None:
        """Reset the state for the next request, and tell the connection that one more begins."""
        super().init_for_request()
        cast("Any", self.protocol).begin_request()

    async def read(self) -> bytes | None:
        """Read some bytes of the body; a chunk must end where its size says."""
        is_chunked = cast("Any", self.request_body) == "chunked"
        if is_chunked and self.request_bytes_left == 0:
            if self.expecting_continue:
                self.expecting_continue = False
                await self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
            buffer = cast("bytearray", self.recv_buffer)
            while len(buffer) < 2:
                await self._receive_more()
            if bytes(buffer[:2]) != b"\r\n":
                self.keep_alive = False
                raise BadRequest("Bad chunked encoding")
            # A proxy may end the line at a bare LF in the extension, and see other chunks than we.
            while (end := buffer.find(b"\r\n", 3)) < 0 and len(buffer) <= _CHUNK_LINE_AT_MOST:
                await self._receive_more()
            if _CONTROL.search(bytes(buffer[2 : max(end, 2)])):
                self.keep_alive = False
                raise BadRequest("Bad chunked encoding")
        return await super().read()

    @staticmethod
    def _safe_int(value: str, base: int = 10) -> int:
        """Read digits alone: `int` also takes `0x2`, blanks and digits of other scripts."""
        if base == 16:
            is_number = _HEX_DIGITS.fullmatch(value)
        else:
            value = value.strip(" \t")  # blanks after a header's value do not belong to it
            is_number = _DIGITS.fullmatch(value)
        if is_number is None:
            raise ValueError("not a number")
        return int(value, base)
