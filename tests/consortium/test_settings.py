"""The settings as production loads them: in a process of their own, with an environment we know to the last word."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from consortium.queues import LIGHT_AT_MOST

BASE_DIR = Path(__file__).resolve().parent.parent.parent
PRODUCTION = {
    "DATABASE_URL": "postgresql://samarkiv:hemligt@db/samarkiv?sslmode=verify-full",
    "REDIS_URL": "redis://:hemligt@broker:6379/0",
    "CACHE_URL": "redis://:hemligt@cache:6379/0",
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "e-arkiv.example.se",
    "SITE_URL": "https://e-arkiv.example.se",
}


def load(environment: dict[str, str], *names: str) -> dict[str, Any]:
    question = "import json, sys; from consortium import settings\n"
    question += "print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=str))"
    return dict(json.loads(_python(question, environment, *names).stdout))


def refused(environment: dict[str, str]) -> str:
    return _python("from consortium import settings", environment, code=1).stderr.strip().splitlines()[-1]


def _python(
    question: str, environment: dict[str, str], *arguments: str, code: int = 0
) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", question, *arguments]
    done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done


def test_production_shows_no_errors_and_closes_its_cookies() -> None:
    wanted = {
        "DEBUG": False,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 2 * 365 * 86400,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "FILE_UPLOAD_PERMISSIONS": 0o640,
        "SESSION_COOKIE_AGE": 8 * 3600,
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
        "EMBEDDED": False,
    }
    assert load(PRODUCTION, *wanted) == wanted


def test_pages_are_closed_by_default() -> None:
    assert "django.contrib.auth.middleware.LoginRequiredMiddleware" in load(PRODUCTION, "MIDDLEWARE")["MIDDLEWARE"]


def test_nothing_is_loaded_from_elsewhere_and_nothing_inline() -> None:
    directives = load(PRODUCTION, "CONTENT_SECURITY_POLICY")["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert directives["default-src"] == directives["base-uri"] == directives["frame-ancestors"] == ["'none'"]
    assert directives["script-src"] == directives["style-src"] == ["'self'"]


@pytest.mark.parametrize("name", ["REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL"])
def test_a_missing_variable_names_itself(name: str) -> None:
    said = refused({key: value for key, value in PRODUCTION.items() if key != name})
    assert f"Miljövariabeln {name} saknas" in said
    assert "README" in said


def test_every_variable_is_explained_in_readme() -> None:
    readme = (BASE_DIR / "README.md").read_text()
    read = re.findall(r'\benv(?:_list)?\("(\w+)"', (BASE_DIR / "consortium/settings.py").read_text())
    assert len(read) > 20
    assert [name for name in read if f"`{name}`" not in readme] == []


def test_a_short_key_is_refused() -> None:
    assert "SECRET_KEY är för kort" in refused(PRODUCTION | {"SECRET_KEY": "k" * 49})


def test_secrets_may_lie_in_files(tmp_path: Path) -> None:
    environment = dict(PRODUCTION)
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL"):
        (tmp_path / name).write_text(environment.pop(name).replace("hemligt", "ur-fil") + "\n")
        environment[f"{name}_FILE"] = str(tmp_path / name)
    found = load(environment, "SECRET_KEY", "DATABASES", "REDIS_URL", "EMBEDDED")
    assert found["SECRET_KEY"] == PRODUCTION["SECRET_KEY"]
    assert found["DATABASES"]["default"]["PASSWORD"] == "ur-fil"
    assert found["REDIS_URL"] == "redis://:ur-fil@broker:6379/0"
    assert found["EMBEDDED"] is False


def test_http_has_no_cookies_that_need_https(tmp_path: Path) -> None:
    found = load({"SAMARKIV_DATA": str(tmp_path / "data")}, "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "EMBEDDED")
    assert found == {"SESSION_COOKIE_SECURE": False, "SECURE_HSTS_SECONDS": 0, "EMBEDDED": True}


def test_behind_a_proxy_each_visitor_counts_for_himself() -> None:
    names = ("ALLAUTH_TRUSTED_PROXY_COUNT", "SECURE_PROXY_SSL_HEADER")
    found = load(PRODUCTION | {"BEHIND_PROXY": "1"}, *names)
    assert found == dict(zip(names, (1, ["HTTP_X_FORWARDED_PROTO", "https"]), strict=True))


def test_a_lost_worker_loses_no_task() -> None:
    found = load(PRODUCTION, "CELERY_BROKER_TRANSPORT_OPTIONS", "CELERY_TASK_ACKS_LATE")
    assert found["CELERY_TASK_ACKS_LATE"] is True
    assert found["CELERY_BROKER_TRANSPORT_OPTIONS"]["visibility_timeout"] > LIGHT_AT_MOST
