"""A tus client for tests, over Django's test client: only headers and bytes, no cleverness that could hide a fault."""

import base64
from typing import Any

from django.test import Client

from consortium.models import User
from deliveries.models import SubmissionAgreement

COLLECTION = "/uppladdning/"


def encoded(**metadata: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in metadata.items())


class Tus:
    def __init__(self, user: User | None = None, agreement: SubmissionAgreement | None = None) -> None:
        self.client = Client()
        if user:
            self.client.force_login(user)
        self.agreement = agreement

    def ask(self, method: str, url: str, body: bytes = b"", kind: str = "", **headers: Any) -> Any:
        named = {name.replace("_", "-"): str(value) for name, value in {"Tus_Resumable": "1.0.0", **headers}.items()}
        return self.client.generic(
            method, url, body, CONTENT_TYPE=kind, headers={name: value for name, value in named.items() if value}
        )

    def create(self, length: object, body: bytes = b"", /, **metadata: str) -> Any:
        facts = {"filename": "leverans.zip", **metadata}
        if self.agreement and "agreement" not in facts:
            facts["agreement"] = str(self.agreement.pk)
        kind = "application/offset+octet-stream" if body else ""
        return self.ask("POST", COLLECTION, body, kind, Upload_Length=length, Upload_Metadata=encoded(**facts))

    def begin(self, length: int, **metadata: str) -> str:
        answer = self.create(length, **metadata)
        assert answer.status_code == 201, answer.content.decode()
        return str(answer["Location"])

    def patch(self, url: str, offset: object, body: bytes, **headers: Any) -> Any:
        return self.ask("PATCH", url, body, "application/offset+octet-stream", Upload_Offset=offset, **headers)

    def head(self, url: str) -> Any:
        return self.ask("HEAD", url)

    def offset(self, url: str) -> int:
        return int(self.head(url)["Upload-Offset"])

    def upload(self, body: bytes, **metadata: str) -> str:
        url = self.begin(len(body), **metadata)
        answer = self.patch(url, 0, body)
        assert answer.status_code == 204, answer.content.decode()
        return url


def told(answer: Any) -> tuple[int, str, str]:
    """Status, code and sentence."""
    facts = answer.json()
    return answer.status_code, facts["code"], facts["message"]
