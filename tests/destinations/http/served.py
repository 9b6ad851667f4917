"""A server that answers byte for byte, as no well-behaved one would."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Served:
    """A server that answers with what it is given, in turn, and keeps what it was asked."""

    answers: list[bytes]
    asked: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (
                int(n.split(b":")[1])
                for n in head.splitlines()
                if n.lower().startswith(b"content-l")
            ),
            0,
        )
        self.asked.append((head + await reader.readexactly(length)).decode())
        writer.write(self.answers.pop(0))
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def serving(*answers: bytes) -> AsyncIterator[Served]:
    served = Served(list(answers))
    async with await asyncio.start_server(served.answer, "127.0.0.1", 0) as server:
        served.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield served


def said(status: int, body: str = "", *headers: str) -> bytes:
    """Write out an answer."""
    raw = body.encode()
    lines = [f"HTTP/1.1 {status} -", f"Content-Length: {len(raw)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + raw
