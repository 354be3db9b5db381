"""A mail server of a few lines on a real port: it keeps what it takes, and misbehaves as it is told."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Letter:
    sender: str
    to: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        made = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(made, EmailMessage)
        return made


@dataclass
class MailServer:
    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    conversations: int = 0
    answer_recipient: Callable[[str], str] = lambda address: "250 ok"
    """What is said to RCPT TO; an empty answer hangs up."""
    before_taking: Callable[[], None] = lambda: None
    """Called with the letter in hand, before the 250 that makes the server answer for it."""
    answer_letter: str = "250 queued"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?tls=0"


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: MailServer = self.server.mail  # type: ignore[attr-defined]
        server.conversations += 1
        self.say("220 prov ESMTP")
        sender = ""
        to: list[str] = []
        while line := self.rfile.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            verb = verb.upper()
            if verb in ("EHLO", "HELO", "NOOP", "RSET"):
                self.say("250 prov")
            elif verb == "MAIL":
                sender, to = rest[5:].strip("<>").split(">")[0], []
                self.say("250 ok")
            elif verb == "RCPT":
                answer = server.answer_recipient(rest[3:].strip("<>"))
                if not answer:
                    return
                to += [rest[3:].strip("<>")] if answer.startswith("250") else []
                self.say(answer)
            elif verb == "DATA":
                self.say("354 go on")
                self.take(server, Letter(sender, to, self.read()))
            elif verb == "QUIT":
                self.say("221 bye")
                return

    def read(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def take(self, server: MailServer, letter: Letter) -> None:
        server.letters.append(letter)
        server.before_taking()
        self.say(server.answer_letter)

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Hanging up in the middle is part of the tests."""


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        mail = MailServer(port=server.server_address[1])
        server.mail = mail  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield mail
        finally:
            server.shutdown()
