"""Conversations that an upload server must survive, played as they are written, against the real web server."""

import json
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from archive.models import SIP
from tests import factories, personas
from tests.archive.tus_client import encoded
from tests.conformance.corpora import SHARED
from tests.web import Answer, Web, Wire, answer, cookies, gunicorn

pytestmark = [pytest.mark.conformance, pytest.mark.load, pytest.mark.django_db(transaction=True)]
CORPUS = SHARED / "corpus" / "hostile-open.tar.xz"


def conversations() -> dict[str, Any]:
    if not CORPUS.exists():
        return {}
    with tarfile.open(CORPUS) as corpus:
        return {
            Path(member.name).stem: json.load(file)
            for member in corpus
            if "/protocol/" in member.name and (file := corpus.extractfile(member))
        }


SCRIPTS = conversations()


@pytest.fixture(scope="module")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    log = tmp_path_factory.mktemp("web") / "log"
    with gunicorn(log, UPLOAD_PATIENCE_SECONDS="1", LOG_LEVEL="CRITICAL") as started:
        yield started


class Player:
    """One conversation. Who speaks is a persona with an agreement of his own, or nobody."""

    def __init__(self, web: Web, body: bytes) -> None:
        people = personas.make()
        for code in ("2080", "2029"):
            factories.agreement(factories.municipality(code))
        self.voices = {
            "archivist-a": Wire(web.port, cookies(people.archivist_falun)),
            "archivist-b": Wire(web.port, cookies(people.archivist_leksand)),
            "anonymous": Wire(web.port, "csrf=" + "a" * 32),
        }
        self.body, self.path = body, ""

    def play(self, step: dict[str, Any]) -> None:
        got = getattr(self, step["do"])(step)
        if step.get("expect") is None:
            return
        allowed = step["expect"] if isinstance(step["expect"], list) else [step["expect"]]
        assert got in allowed, step

    def create(self, step: dict[str, Any]) -> int:
        facts = encoded(**step["metadata"])
        made = self.voices[step["as"]].ask("POST", "/uppladdning/", Upload_Length=step["length"], Upload_Metadata=facts)
        self.path = made.headers.get("Location", "")
        return made.status

    def patch(self, step: dict[str, Any]) -> int | None:
        at, length = step["offset"], step["length"]
        content = (self.body * (1 + (at + length) // len(self.body)))[at : at + length]
        if pace := step.get("bytes_per_second"):
            return self._drip(self.voices[step["as"]], content, pace)
        with self.voices[step["as"]].patch(self.path, at, length) as line:
            line.sendall(content[: step.get("cut_after", length)])
            return None if "cut_after" in step else answer(line).status

    def _drip(self, voice: Wire, content: bytes, pace: int) -> int | None:
        heard: list[Answer] = []
        with voice.patch(self.path, 0, len(content)) as line:
            listening = threading.Thread(target=lambda: heard.append(answer(line)))
            listening.start()
            with suppress(OSError):
                for letter in content:
                    line.sendall(bytes([letter]))
                    listening.join(1 / pace)
                    if heard:
                        break
            listening.join(10)
        return heard[0].status if heard else None

    def head(self, step: dict[str, Any]) -> int:
        got = self.voices[step["as"]].ask("HEAD", self.path)
        if step.get("offset") is not None:
            assert int(got.headers["Upload-Offset"]) == step["offset"]
        return got.status

    def delete(self, step: dict[str, Any]) -> int:
        return self.voices[step["as"]].ask("DELETE", self.path).status

    def override(self, step: dict[str, Any]) -> int:
        return self.voices[step["as"]].ask("POST", self.path, X_HTTP_Method_Override=step["method"]).status

    def resume(self, step: dict[str, Any]) -> int:
        voice, length = self.voices["archivist-a"], 64
        ends = time.monotonic() + 10
        while True:
            at = int(voice.ask("HEAD", self.path).headers["Upload-Offset"])
            got = self.patch({"as": "archivist-a", "offset": at, "length": length - at})
            if got not in (409, 423) or time.monotonic() > ends:
                return got or 0
            time.sleep(0.1)

    def together(self, step: dict[str, Any]) -> None:
        wrong: list[AssertionError] = []

        def one(inner: dict[str, Any]) -> None:
            try:
                self.play(inner)
            except AssertionError as fault:
                wrong.append(fault)

        threads = [threading.Thread(target=one, args=(inner,)) for inner in step["steps"]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong

    def count(self, step: dict[str, Any]) -> int:
        return {"SIP": SIP}[step["what"]].objects.count()


@pytest.mark.parametrize("name", SCRIPTS or ["absent"])
def test_conversation(name: str, web: Web) -> None:
    if name == "absent":
        pytest.skip(f"The corpus lies outside the repository and is not here: {CORPUS}")
    script = SCRIPTS[name]
    player = Player(web, script["body"].encode())
    for step in script["steps"]:
        player.play(step)
