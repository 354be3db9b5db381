"""Addresses from the environment, as Django, Celery and the stores understand them."""

from pathlib import Path

import pytest
import redis
from django.core.exceptions import ImproperlyConfigured
from kombu.connection import Connection

from consortium import addresses
from consortium.embedded.servers import Servers


def test_database_address_keeps_every_option() -> None:
    found = addresses.database(
        "postgresql://a:p%40ss@db.example:5433/e_arkiv?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    )
    assert {name: found[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")} == {
        "USER": "a",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "NAME": "e_arkiv",
    }
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert found["OPTIONS"]["sslrootcert"] == "/etc/ca.pem"
    assert "idle_in_transaction_session_timeout" in found["OPTIONS"]["options"]


def test_database_behind_a_socket() -> None:
    found = addresses.database("postgresql://a:p@/e_arkiv?host=%2Frun%2Fmed%20mellanslag")
    assert found["HOST"] == "/run/med mellanslag"


def test_unreadable_database_address_says_so() -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        addresses.database("mysql://db/x")


def test_broker_behind_a_socket_is_understood_by_celery(servers: Servers) -> None:
    address = addresses.broker(servers.trial.redis_url(7))
    with Connection(address) as made, made.SimpleQueue("prov") as queue:  # type: ignore[no-untyped-call]
        queue.put("hej")
    with redis.Redis.from_url(servers.trial.redis_url(7)) as client:
        assert client.llen("prov") == 1


def test_broker_on_the_network_is_left_alone() -> None:
    assert addresses.broker("rediss://broker:6379/0") == "rediss://broker:6379/0"


def test_a_folder_is_a_store() -> None:
    found = addresses.storage("/srv/arkiv/a")
    assert found["BACKEND"].endswith("FileSystemStorage")
    assert found["OPTIONS"]["location"] == "/srv/arkiv/a"
    assert found["OPTIONS"]["allow_overwrite"] is False


def test_a_bucket_is_a_store_and_its_key_may_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("hemligt\n")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY_FILE", str(tmp_path / "key"))
    options = addresses.storage("s3://arkiv/a?endpoint_url=https://s3.example&access_key=k")["OPTIONS"]
    assert (options["bucket_name"], options["location"]) == ("arkiv", "a")
    assert (options["access_key"], options["secret_key"]) == ("k", "hemligt")
    assert options["endpoint_url"] == "https://s3.example"
    assert options["file_overwrite"] is False


@pytest.mark.parametrize("address", ["gs://arkiv/a", "s3://arkiv/a?endpoint=https://s3.example"])
def test_what_is_not_understood_is_refused(address: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        addresses.storage(address)
