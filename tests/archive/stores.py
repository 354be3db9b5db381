"""Stores for tests: folders that come and go, and a real S3 server whose answers can be spoilt."""

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import boto3
from django.test import override_settings
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from consortium import addresses
from tests import session

Made = TypeVar("Made")
Environ = dict[str, Any]
Spoil = Callable[[Environ, Callable[..., Any]], Any]


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Hundreds of requests are no news."""


class S3Server:
    """`spoil` may answer a request itself, change what the server answers, or return None to leave it alone."""

    def __init__(self) -> None:
        self._real = DomainDispatcherApplication(create_backend_app)
        self.spoil: Spoil | None = None
        self._server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Any:
        if self.spoil and (answer := self.spoil(environ, start_response)) is not None:
            return answer
        return self._real(environ, start_response)

    def real(self, environ: Environ, start_response: Callable[..., Any]) -> Any:
        return self._real(environ, start_response)

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id="prov",
            aws_secret_access_key="prov",
            region_name="eu-north-1",
        )

    def bucket(self, name: str) -> str:
        """A new bucket, and the address by which the settings know it."""
        self.client().create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
        return self.address(name)

    def address(self, bucket: str) -> str:
        return f"s3://{bucket}/arkiv?endpoint_url={self.url}&access_key=prov&secret_key=prov&region_name=eu-north-1"


def error(status: str, code: str) -> Spoil:
    """The answer of a store in trouble."""

    def answer(environ: Environ, start_response: Callable[..., Any]) -> Any:
        body = f"<Error><Code>{code}</Code><Message>prov</Message></Error>".encode()
        start_response(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    return answer


@contextmanager
def stores(**places: Path | str) -> Iterator[None]:
    """`with stores(a=tmp_path / "a", b="s3://…"):` these and no others."""
    from django.conf import settings

    others = {name: value for name, value in settings.STORAGES.items() if not name.startswith("archive_")}
    ours = {f"archive_{name}": addresses.storage(str(place)) for name, place in places.items()}
    with override_settings(STORAGES=others | ours, ARCHIVE_STORES=list(places)):
        yield


@contextmanager
def folders(inside: Path) -> Iterator[None]:
    """Stores a and b and the search indexes in there; nobody is told to search less."""
    with override_settings(SEARCH_DIR=inside / "search", SEARCH_RATE=0), stores(a=inside / "a", b=inside / "b"):
        yield


@dataclass(frozen=True)
class Filled(Generic[Made]):
    """Rows that tests share, with the folders they were made in."""

    made: Made
    folder: Path

    def copied_to(self, folder: Path) -> Made:
        """With copies and indexes that the test may spoil."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return self.made


def filled(make: Callable[[Path], Made]) -> Filled[Made]:
    folder = Path(tempfile.mkdtemp(dir=session.data_dir()))
    with folders(folder):
        return Filled(make(folder), folder)
