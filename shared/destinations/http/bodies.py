"""Answers read to a limit, whatever is in them: how they are packed, spelled and labelled.

What is on the way may compress an answer that nobody asked to be compressed. One layer is taken
off, to the same limit: a kilobyte, packed twice, is a gigabyte.
"""

import zlib

import httpx

PACKED = {"gzip", "x-gzip", "deflate"}
PLAIN = {"", "identity"}
ANY_HEADER = 32 + zlib.MAX_WBITS
"""Of gzip or zlib."""

OF_THE_BODY_AS_SENT = {b"content-encoding", b"content-length", b"transfer-encoding"}
"""Headers that are not true of a body any more once it is read."""


async def read(answer: httpx.Response, longest: int) -> httpx.Response:
    """Return an answer with its body, as far as it is read; raise ``httpx.DecodingError``.

    Its text is UTF-8: a label may name any of Python's codecs, and some take no bytes.
    """
    raw = bytearray()
    async for chunk in answer.aiter_raw():
        raw += chunk
        if len(raw) >= longest:
            break
    body = _unpacked(bytes(raw[:longest]), answer.headers.get("content-encoding", ""), longest)
    headers = [(n, v) for n, v in answer.headers.raw if n.lower() not in OF_THE_BODY_AS_SENT]
    read = httpx.Response(answer.status_code, headers=headers, content=body)
    read.encoding = "utf-8"
    return read


def _unpacked(body: bytes, encoding: str, longest: int) -> bytes:
    """Return a body without one layer of compression, which no body is long enough to need."""
    encoding = encoding.strip().lower()
    if encoding in PLAIN or not body:
        return body
    if encoding not in PACKED:
        raise httpx.DecodingError("packed as nobody asked for")
    unpacking = zlib.decompressobj(ANY_HEADER)
    try:
        found = unpacking.decompress(body, longest)
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from None
    if not unpacking.eof and max(len(found), len(body)) < longest:
        raise httpx.DecodingError("not all of it came")
    return found
