"""Limits on request bodies, kept while they arrive: nothing larger is ever held."""

import asyncio
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CLOSE: Final = {"Connection": "close"}
# Of a body that is too large, so many times the limit is read, and thrown away.
_PATIENCE: Final = 4


class BodyLimit:
    """Ends requests whose body is larger than `max_bytes` (413) or takes longer than `seconds` to arrive (408).

    What is raised goes through the application that reads the body, so that the refusal looks like its others.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, seconds: float) -> None:
        self._app: Final = app
        self._max_bytes: Final = max_bytes
        self._seconds: Final = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        due = asyncio.get_running_loop().time() + self._seconds
        size, is_whole = 0, False

        async def part() -> Message:
            nonlocal size, is_whole
            try:
                async with asyncio.timeout_at(due):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, f"the body took longer than {self._seconds:g} s to arrive", _CLOSE) from None
            size += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            return message

        async def limited() -> Message:
            # Behind the body comes only word that the client has gone, for which no time is too long.
            if is_whole:
                return await receive()
            message = await part()
            if size <= self._max_bytes:
                return message
            # A client that is still sending when the connection ends may not get to read why.
            while not is_whole and size <= self._max_bytes * _PATIENCE:
                await part()
            raise HTTPException(413, f"the body is larger than {self._max_bytes:,} bytes", _CLOSE)

        await self._app(scope, limited, send)
