"""A request whose framing two programs could read in different ways is 400, and the last one."""

import pytest

from tests.support.raw_http import exchange

HEAD = b"POST /api/v1/things HTTP/1.1\r\nX-Test-Role: member\r\nContent-Type: application/json\r\n"
BODY = b'{"shortName":"a","portNumber":1}'
SIZE = b"%d" % len(BODY)
NEXT = b"GET /api/v1/things/smuggled HTTP/1.1\r\nHost: x\r\nX-Test-Role: member\r\n\r\n"


def chunk(size: bytes, data: bytes = BODY, end: bytes = b"\r\n") -> bytes:
    return size + b"\r\n" + data + end + b"0\r\n\r\n"


HEX = b"%x" % len(BODY)
MALFORMED = {
    "a blank before the colon of Content-Length": b"Host: x\r\nContent-Length : %b\r\n\r\n%b"
    % (SIZE, BODY),
    "a blank before the colon of another header": b"Host: x\r\nX-A : b\r\nContent-Length: %b\r\n"
    b"\r\n%b" % (SIZE, BODY),
    "two Host headers": b"Host: x\r\nHost: y\r\nContent-Length: %b\r\n\r\n%b" % (SIZE, BODY),
    "two equal Host headers": b"Host: x\r\nhost: x\r\nContent-Length: %b\r\n\r\n%b" % (SIZE, BODY),
    "no Host header": b"Content-Length: %b\r\n\r\n%b" % (SIZE, BODY),
    "a folded line": b"Host: x\r\nX-A: b\r\n c\r\nContent-Length: %b\r\n\r\n%b" % (SIZE, BODY),
    "a folded line with a colon": b"Host: x\r\nX-A: b\r\n\tc: d\r\nContent-Length: %b\r\n\r\n%b"
    % (SIZE, BODY),
    "two different lengths": b"Host: x\r\nContent-Length: %b\r\nContent-Length: 1\r\n\r\n%b"
    % (SIZE, BODY),
    "two equal lengths": b"Host: x\r\nContent-Length: %b\r\nContent-Length: %b\r\n\r\n%b"
    % (SIZE, SIZE, BODY),
    "a list of lengths": b"Host: x\r\nContent-Length: %b, %b\r\n\r\n%b" % (SIZE, SIZE, BODY),
    "a length with a sign": b"Host: x\r\nContent-Length: +%b\r\n\r\n%b" % (SIZE, BODY),
    "a length in another script": b"Host: x\r\nContent-Length: \xd9\xa3\xd9\xa2\r\n\r\n%b" % BODY,
    "a negative length": b"Host: x\r\nContent-Length: -1\r\n\r\n",
    "an empty length": b"Host: x\r\nContent-Length: \r\n\r\n",
    "a length and a coding": b"Host: x\r\nContent-Length: %b\r\nTransfer-Encoding: chunked\r\n\r\n"
    % SIZE
    + chunk(HEX),
    "two codings": b"Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"
    + chunk(HEX),
    "another coding": b"Host: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n" + chunk(HEX),
    "a coding in capitals": b"Host: x\r\nTransfer-Encoding: Chunked\r\n\r\n" + chunk(HEX),
    "a bare LF in a chunk extension": b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    + chunk(HEX + b";x\n"),
    "a zero byte in a chunk extension": b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    + chunk(HEX + b";x\0"),
    "a zero byte in a value": b"Host: x\r\nX-A: a\0b\r\nTransfer-Encoding: chunked\r\n\r\n"
    + chunk(HEX),
    "a chunk size with 0x": b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(b"0x" + HEX),
    "a chunk size with blanks": b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    + chunk(b" " + HEX),
    "a chunk size with a sign": b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    + chunk(b"+" + HEX),
    "a chunk that is longer than its size": b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    + chunk(HEX, BODY, b"XX"),
    "a bare line feed": b"Host: x\r\nX-A: b\nContent-Length: %b\r\n\r\n%b" % (SIZE, BODY),
    "a bare carriage return": b"Host: x\r\nX-A: b\rContent-Length: %b\r\n\r\n%b" % (SIZE, BODY),
    "a line without a colon": b"Host: x\r\nX-A\r\nContent-Length: %b\r\n\r\n%b" % (SIZE, BODY),
    "a line without a name": b"Host: x\r\n: b\r\nContent-Length: %b\r\n\r\n%b" % (SIZE, BODY),
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_malformed_framing_is_400_and_the_connection_closes(client, thing_store, name):
    answer = await exchange(client, HEAD + MALFORMED[name] + NEXT)
    assert answer.startswith(b"HTTP/1.1 400 "), answer
    assert b'"message"' in answer
    assert answer.count(b"HTTP/1.1 ") == 1, answer
    assert b"smuggled" not in answer
    assert thing_store.things == []


@pytest.mark.parametrize(
    "framing",
    [
        b"Host: x\r\nContent-Length: %b\r\n\r\n%b" % (SIZE, BODY),
        b"Host:x\r\nContent-Length:%b\r\n\r\n%b" % (SIZE, BODY),
        b"Host: x\r\nContent-Length: %b \r\nX-Empty:\r\n\r\n%b" % (SIZE, BODY),
        b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(HEX),
        b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(HEX.upper() + b";name=value"),
        b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n" + BODY[:3] + b"\r\n"
        + chunk(b"%x" % (len(BODY) - 3), BODY[3:]),
    ],
)  # fmt: skip
async def test_well_framed_requests_are_answered_one_after_the_other(client, thing_store, framing):
    last = b"GET /api/v1/things/z HTTP/1.1\r\nHost: x\r\nX-Test-Role: member\r\nConnection: close"
    answer = await exchange(client, HEAD + framing + last + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 201 "), answer
    assert answer.count(b"HTTP/1.1 ") == 2, answer
    assert b"z of Ada" in answer
    assert len(thing_store.things) == 1
