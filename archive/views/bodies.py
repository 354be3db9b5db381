"""Request bodies of many gigabytes: read straight from gunicorn's socket into one buffer that is used again and again.

gunicorn's own reader copies every byte a few times into new memory, which on a fast line costs more than receiving and
writing together. Under any other server (tests, for instance) the body is read as usual.
"""

import socket
from collections.abc import Callable

from django.http import HttpRequest
from django.http.request import UnreadablePostError
from gunicorn.http.body import Body, LengthReader
from gunicorn.http.unreader import SocketUnreader

from archive.quarantine import BLOCK

PIECE = 1 << 16  # where only whole pieces can be waited for
Read = Callable[[int], bytes | memoryview]


def reader(request: HttpRequest) -> Read:
    """At most so many bytes; nothing when the connection is broken or the body at its end.

    What is returned holds until the next call only.
    """
    body = request.META.get("wsgi.input")
    inner = body.reader if isinstance(body, Body) else None
    if isinstance(inner, LengthReader) and isinstance(inner.unreader, SocketUnreader):
        return _straight(request, inner, inner.unreader.sock)
    return _as_usual(request)


def hanger_up(request: HttpRequest) -> Callable[[], None] | None:
    """Ends a read that waits for a client that is gone, where the server lets us reach the socket."""
    connection = request.META.get("gunicorn.socket")
    if not isinstance(connection, socket.socket):
        return None

    def hang_up() -> None:
        try:
            connection.shutdown(socket.SHUT_RD)
        except OSError:
            return

    return hang_up


def _as_usual(request: HttpRequest) -> Read:
    def read(size: int) -> bytes:
        try:
            return request.read(min(size, PIECE))
        except (UnreadablePostError, OSError):
            return b""

    return read


def _straight(request: HttpRequest, inner: LengthReader, connection: socket.socket) -> Read:
    usual = _as_usual(request)
    buffer = memoryview(bytearray(BLOCK))

    def read(size: int) -> bytes | memoryview:
        if ahead := inner.unreader.buf.getbuffer().nbytes:  # came along with the headers
            return usual(min(size, ahead))
        try:
            count = connection.recv_into(buffer, min(size, BLOCK))
        except OSError:
            return b""
        inner.length -= count  # gunicorn skips what is left of a body before the next request
        return buffer[:count]

    return read
