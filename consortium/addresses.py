"""What an address in the environment means to Django: databases, message brokers and storages."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

# A paused worker must not hold its row locks for ever.
PATIENCE = "-c idle_in_transaction_session_timeout=60000 -c lock_timeout=5000 -c statement_timeout=60000"
DJANGO_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def database(url: str) -> dict[str, Any]:
    """`postgresql://user:password@host/name?sslmode=verify-full`, and whatever else libpq understands."""
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except ProgrammingError as error:
        raise ImproperlyConfigured(f"DATABASE_URL går inte att läsa: {error}") from error
    options = {name: value for name, value in parts.items() if name not in DJANGO_NAMES}
    options["options"] = f"{PATIENCE} {options.get('options', '')}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{setting: parts[name] for name, setting in DJANGO_NAMES.items() if name in parts},
        "OPTIONS": options,
    }


def broker(url: str) -> str:
    """Celery has a dialect of its own for a Redis behind a socket."""
    if not url.startswith("unix://"):
        return url
    address = urlsplit(url)
    number = dict(parse_qsl(address.query)).get("db", "0")
    return f"redis+socket://{address.netloc}{address.path}?virtual_host={number}"


def storage(address: str) -> dict[str, Any]:
    """A folder, or `s3://bucket/prefix?endpoint_url=https://…`; keys in the address or, better, as AWS_* variables."""
    if address.startswith("s3://"):
        return _s3(address)
    folder = Path(address.removeprefix("file://"))
    if "://" in address and not address.startswith("file://"):
        raise ImproperlyConfigured(f"Lagret {address.split('?')[0]} har ett okänt slag. Ange en mapp eller s3://…")
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": str(folder),
            "file_permissions_mode": 0o640,
            "directory_permissions_mode": 0o750,
            "allow_overwrite": False,
        },
    }


def _s3(address: str) -> dict[str, Any]:
    url = urlsplit(address)
    given = dict(parse_qsl(url.query))
    options: dict[str, Any] = {
        "bucket_name": url.hostname,
        "location": unquote(url.path).strip("/"),
        "default_acl": None,
        "file_overwrite": False,
        "querystring_auth": True,
        "signature_version": "s3v4",
    }
    for option, variable in (
        ("access_key", "AWS_ACCESS_KEY_ID"),
        ("secret_key", "AWS_SECRET_ACCESS_KEY"),
        ("endpoint_url", "AWS_ENDPOINT_URL"),
        ("region_name", "AWS_DEFAULT_REGION"),
    ):
        if value := given.pop(option, None) or _from_environment(variable):
            options[option] = value
    if given:
        raise ImproperlyConfigured(f"Lagret s3://{url.hostname} har okända tillval: {', '.join(sorted(given))}.")
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def _from_environment(name: str) -> str | None:
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return os.environ.get(name)


def email(url: str) -> dict[str, Any]:
    """`smtp://user:password@host:587` says STARTTLS, `smtps://…:465` TLS from the start, `smtp://host:25?tls=0` none.

    Names and passwords are percent-encoded. The answer is Django's settings by name.
    """
    address = urlsplit(url)
    given = dict(parse_qsl(address.query))
    starttls = given.pop("tls", "1") == "1" and address.scheme == "smtp"
    if address.scheme not in ("smtp", "smtps") or not address.hostname or given:
        raise ImproperlyConfigured("EMAIL_URL ska se ut så här: smtp://namn:lösen@server:587 (eller smtps://…:465).")
    return {
        "EMAIL_HOST": address.hostname,
        "EMAIL_PORT": address.port or (465 if address.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(address.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(address.password or "") or _from_environment("EMAIL_PASSWORD") or "",
        "EMAIL_USE_TLS": starttls,
        "EMAIL_USE_SSL": address.scheme == "smtps",
    }
