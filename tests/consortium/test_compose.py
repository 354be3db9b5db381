"""Dockerfile and docker-compose.yml, as far as reading them goes: no container engine can be counted on here."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from consortium.celery import app

BASE_DIR = Path(__file__).resolve().parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if service["image"] == "samarkiv")
GIVEN = {"SITE_URL": "https://e-arkiv.example.se", "ALLOWED_HOSTS": "e-arkiv.example.se"}


def filled_in(value: str) -> str:
    """`${NAME:-otherwise}` and `${NAME:?why it must be there}`, as compose reads them."""
    return re.sub(r"\$\{(\w+)(?::[-?](.*?))?\}", lambda m: GIVEN.get(m[1], "" if ":?" in m[0] else m[2] or ""), value)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make secrets` draws, in a folder of its own."""
    folder = tmp_path_factory.mktemp("compose")
    command = ["make", "--no-print-directory", "-f", str(BASE_DIR / "Makefile"), "secrets", f"PYTHON={sys.executable}"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    again = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    assert "har redan lösenord" in again.stderr
    return folder / "secrets"


def test_the_parts_are_there() -> None:
    assert OURS == ["beat", "migrate", "web", "worker-heavy", "worker-light"]
    assert {"database", "broker", "cache", "store"} < set(SERVICES)


@pytest.mark.parametrize("name", OURS)
def test_settings_find_everything_they_demand(name: str, drawn: Path) -> None:
    environment = {key: filled_in(value) for key, value in SERVICES[name]["environment"].items()}
    mounted = {f"/run/secrets/{secret}": str(drawn / secret) for secret in SERVICES[name]["secrets"]}
    environment = {key: mounted.get(value, value) for key, value in environment.items()}
    question = "from consortium import settings as s; print(s.EMBEDDED, s.DATABASES['default']['HOST'], s.STORAGES)"
    command = [sys.executable, "-c", question]
    done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("False database ")
    assert (drawn / "store_password").read_text() in done.stdout


def test_secrets_are_closed_to_others_and_open_to_containers(drawn: Path) -> None:
    assert drawn.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in drawn.iterdir()} == {0o444}
    assert {path.name for path in drawn.iterdir()} == set(COMPOSE["secrets"])


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_named_exists(name: str) -> None:
    service = SERVICES[name]
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
    for volume in service.get("volumes", []):
        assert volume.split(":")[0] in COMPOSE["volumes"]
    for other, wish in service.get("depends_on", {}).items():
        assert wish["condition"] in {"service_healthy", "service_completed_successfully"}
        assert ("healthcheck" in SERVICES[other]) == (wish["condition"] == "service_healthy")
    used = set(re.findall(r"/run/secrets/(\w+)", str(service)))
    assert used == set(service.get("secrets", []))


@pytest.mark.parametrize("name", SERVICES)
def test_services_may_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert "/var/run/docker.sock" not in str(service)
    if name == "store-folder":  # gives a new volume away and ends, without a network
        assert service["network_mode"] == "none"
        return
    assert service["read_only"] is True
    assert "no-new-privileges:true" in service["security_opt"]
    if name not in OURS:
        assert service["user"].split(":")[0] not in {"root", "0"}


def test_only_the_web_is_reached_and_only_from_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8000:8000"]}


@pytest.mark.parametrize("name", OURS)
def test_commands_can_be_run(name: str) -> None:
    program, *arguments = SERVICES[name]["command"].split()
    if program == "gunicorn":
        assert callable(importlib.import_module(arguments[-1]).application)
    elif program == "celery":
        assert "--app=consortium.celery" in arguments
        assert {"worker", "beat"} & set(arguments)
    else:
        assert [program, arguments[0]] == ["python", "manage.py"]
        assert arguments[1] in get_commands()
    check = SERVICES[name].get("healthcheck", {}).get("test", [])
    assert (check[:4] == ["CMD", "python", "manage.py", "alive"]) == (name != "migrate")


def test_every_queue_has_a_worker_and_every_task_a_queue() -> None:
    commands = " ".join(SERVICES[name]["command"] for name in OURS)
    served = set(re.findall(r"--queues=(\w+)", commands))
    rooms = ("consortium", "governance", "deliveries", "archive")
    for room in rooms:
        importlib.import_module(f"{room}.tasks")
    ours = {name: task for name, task in app.tasks.items() if name.startswith(tuple(f"{room}." for room in rooms))}
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(ours)
    assert {task.rings_in for task in ours.values()} == served == {"light", "heavy"}


def test_broker_forgets_nothing_and_cache_writes_nothing_down() -> None:
    broker, cache = (str(SERVICES[name]["command"]) for name in ("broker", "cache"))
    assert "--appendonly yes" in broker
    assert "--maxmemory-policy noeviction" in broker
    assert "--appendonly no" in cache
    assert "allkeys-lru" in cache


def test_image_runs_as_nobody_and_installs_by_digest() -> None:
    lines = [line for line in (BASE_DIR / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    text = "\n".join(lines)
    assert re.findall(r"^USER (.*)", text, re.M) == ["10001:10001"]
    assert "--require-hashes" in text
    last = ast.literal_eval(re.findall(r"^CMD (.*)", text, re.M)[-1])
    assert last == SERVICES["web"]["command"].split()


def test_image_has_the_whole_program_and_nothing_of_this_machine() -> None:
    kept = {line[1:] for line in (BASE_DIR / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {name for name in kept if not (BASE_DIR / name).exists()} == set()
    assert {"archive", "consortium", "deliveries", "governance", "templates", "static", "locale", "manage.py"} <= kept
    assert kept.isdisjoint({"data", "secrets", "tests", ".git", ".venv"})
