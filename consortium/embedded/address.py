"""Where the portal listens. The socket is opened first and kept: nobody can take the port between start and restart."""

import errno
import socket

FIRST_PORT = 8000
TRIES = 20


class PortBusy(Exception):
    """The message says which, and what to do."""


def listen(host: str, port: int | None) -> socket.socket:
    """The asked port or none; without a wish the first free one from 8000."""
    if port is not None:
        opened = _open(host, port)
        if opened is None:
            raise PortBusy(f"Port {port} är upptagen av ett annat program. Välj en annan: make run PORT={port + 1}")
        return opened
    for candidate in range(FIRST_PORT, FIRST_PORT + TRIES):
        if opened := _open(host, candidate):
            return opened
    last = FIRST_PORT + TRIES - 1
    raise PortBusy(f"Portarna {FIRST_PORT}–{last} är upptagna av andra program. Välj en ledig: make run PORT=9000")


def _open(host: str, port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
        opened.listen(128)
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise PortBusy(f"Det går inte att lyssna på {host} port {port}: {error.strerror}.") from error
    return opened
