"""Every request counted and logged; texts are never logged."""

import logging
from time import perf_counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nghiquyet.service.metrics import Metrics

_LOG: Final = logging.getLogger(__name__)


class Watch:
    """Counts requests by path and status, times them, and logs a line for each.

    Args:
        paths: those that are counted by name; all others count as "other".
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, paths: frozenset[str]) -> None:
        self._app: Final = app
        self._metrics: Final = metrics
        self._paths: Final = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, start = 500, perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            with self._metrics.in_progress.track_inprogress():
                await self._app(scope, receive, noted)
        finally:
            seconds = perf_counter() - start
            path = scope["path"]
            self._metrics.request(path if path in self._paths else "other", status, seconds)
            # As JSON does, backslashes for what would break the line.
            shown = path.encode("unicode_escape").decode("ascii")
            _LOG.info("%s %s %d %.1f ms", scope["method"], shown, status, 1000 * seconds)
