"""Running the application: an address to listen on, a log, an orderly end."""

import logging
import math
import socket
from contextlib import suppress
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from nghiquyet.errors import InputError
from nghiquyet.service.settings import Settings

_LOG: Final = logging.getLogger(__name__)
# Connections that may wait to be taken; uvicorn's own default.
_BACKLOG: Final = 2048
# Seconds that an idle connection is kept: longer than clients and balancers do, who else may write to one that is being closed.
_KEEP_ALIVE: Final = 75
# How much longer than any request the service waits for the last ones when it is stopped.
_GRACE: Final = 5
LOGGING: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {name: {"handlers": ["stderr"], "level": "INFO", "propagate": False} for name in ("nghiquyet", "uvicorn")},
}


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections already, which wait until the service runs; port 0 is any that is free.

    Raises:
        InputError: if the port is taken or the host is not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise InputError(f"cannot listen on {host}:{port} ({error.strerror}); choose another --port or --host") from error


def run(app: FastAPI, listening: socket.socket, settings: Settings) -> None:
    """Answer until SIGTERM or Ctrl+C; what was begun by then is finished."""
    config = uvicorn.Config(
        app,
        log_config=LOGGING,
        # The application logs each request itself, with the time it took.
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=math.ceil(settings.timeout) + _GRACE,
    )
    host, port = listening.getsockname()[:2]
    _LOG.info("listening on http://%s:%d", f"[{host}]" if ":" in host else host, port)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
