"""The house has four floors and a few closed doors. Each rule is one test over every file, read and not run."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parent.parent
FLOORS = ["consortium", "governance", "deliveries", "archive"]  # each knows only those before it
# These put the house together; they may know everything, and nobody may know them.
COMPOSITION = (
    "consortium.site",
    "consortium.urls",
    "consortium.celery",
    "consortium.settings",
    "consortium.wsgi",
    "consortium.management",
    "consortium.apps",
)
ENGINE = "archive.packages"
ENGINE_MAY_USE = {"lxml", "xmlschema", "pygfried", *sys.stdlib_module_names}
NETWORK = {"socket", "socketserver", "ssl", "asyncio", "http", "ftplib", "smtplib", "xmlrpc", "urllib.request"}
LAYERS = ["models", "forms", "acts", "tasks", "views", "urls"]  # inside an app, each sees only those before it


@dataclass(frozen=True)
class Module:
    name: str
    path: Path

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(), str(self.path))

    @cached_property
    def imports(self) -> list[tuple[str, int]]:
        """Full names of what is imported, wherever in the file, with the line."""
        found: list[tuple[str, int]] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(alias.name, node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
        return found

    @property
    def app(self) -> str:
        return self.name.split(".")[0]

    @property
    def layer(self) -> str:
        """The second part of the name says which layer; every other name in an app's root is an act."""
        part = [*self.name.split("."), ""][1]
        return part if part in LAYERS else "acts"

    def uses(self, *names: str) -> Iterator[str]:
        for imported, line in self.imports:
            if within(imported, *names):
                yield f"{self.path.relative_to(BASE_DIR)}:{line} {imported}"


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def modules() -> list[Module]:
    found = []
    for floor in FLOORS:
        for path in sorted((BASE_DIR / floor).rglob("*.py")):
            parts = path.relative_to(BASE_DIR).with_suffix("").parts
            if "migrations" not in parts:
                found.append(Module(".".join(part for part in parts if part != "__init__"), path))
    return found


MODULES = modules()
ACTS = [
    module
    for module in MODULES
    if module.layer == "acts"
    and not within(
        module.name, *COMPOSITION, ENGINE, "consortium.access", "consortium.queues", "consortium.templatetags"
    )
    and not module.name.endswith((".apps", ".management"))
    and "management" not in module.name
]


def test_imports_point_one_way() -> None:
    wrong = [
        use
        for module in MODULES
        if not within(module.name, *COMPOSITION)
        for use in module.uses(*FLOORS[FLOORS.index(module.app) + 1 :])
    ]
    assert wrong == []


def test_nobody_imports_the_composition() -> None:
    inside = [*COMPOSITION, "consortium.embedded"]
    wrong = [use for module in MODULES if not within(module.name, *inside) for use in module.uses(*COMPOSITION)]
    assert wrong == []


def test_inside_an_app_each_layer_sees_only_those_below() -> None:
    wrong = []
    for module in MODULES:
        if within(module.name, *COMPOSITION) or module.name == module.app:
            continue
        above = LAYERS[LAYERS.index(module.layer) + 1 :]
        if "acts" in above:
            above += acts_of(module.app)
        wrong += list(module.uses(*(f"{module.app}.{layer}" for layer in above)))
    assert wrong == []


def acts_of(app: str) -> list[str]:
    """By name, without the app's. In the kernel's root stand tools for all layers, not acts."""
    return [act.name.split(".", 1)[1] for act in ACTS if act.app == app != "consortium" and "." in act.name]


def test_acts_know_neither_celery_nor_http() -> None:
    closed = ["celery", "django.http", "django.shortcuts", "django.views", "django.contrib.messages"]
    assert [use for act in ACTS if act.app != "consortium" for use in act.uses(*closed, "consortium.queues")] == []


def test_engine_knows_neither_django_nor_the_portal_nor_the_network() -> None:
    wrong = []
    for module in MODULES:
        if not within(module.name, ENGINE):
            continue
        wrong += list(module.uses(*NETWORK))
        for imported, line in module.imports:
            if not within(imported, ENGINE) and imported.split(".")[0] not in ENGINE_MAY_USE:
                wrong.append(f"{module.path.relative_to(BASE_DIR)}:{line} {imported}")
    assert wrong == []


def test_engine_starts_without_django() -> None:
    question = (
        "import sys, archive.packages.check; print([name for name in ('django', 'socket') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", question], cwd=BASE_DIR, capture_output=True, text=True, check=True, env={}
    )
    assert "django" not in done.stdout


def test_guardian_has_one_door() -> None:
    wrong = [
        use for module in MODULES if not within(module.name, "consortium.access") for use in module.uses("guardian")
    ]
    assert wrong == []


def test_messages_are_sent_on_commit_only() -> None:
    """A message sent before the commit may arrive before the row."""
    wrong = [
        f"{module.path.relative_to(BASE_DIR)}:{line} .{name}("
        for module in MODULES
        if module.name != "consortium.queues"
        for name, line in called_methods(module.tree)
        if name in {"delay", "apply_async", "send_task"}
    ]
    assert wrong == []


def test_stored_bytes_are_reached_through_the_stores_alone() -> None:
    """Copies are written once. Whoever could open a store by hand could also write over one."""
    doors = ("archive.stores", "archive.storage", "consortium.addresses")
    outside = [module for module in MODULES if not within(module.name, *doors)]
    raw = ["boto3", "botocore", "storages", "django.core.files.storage"]
    raw += [f"archive.stores.{module.path.stem}" for module in MODULES if within(module.name, "archive.stores")]
    wrong = [use for module in outside for use in module.uses(*raw) if "archive.stores.base" not in use]
    assert wrong == []


@pytest.mark.parametrize(
    "closed", ["delete", "delete_object", "delete_objects", "rmtree", "rename", "replace", "truncate"]
)
def test_no_store_deletes_or_replaces(closed: str) -> None:
    stores = [module for module in MODULES if within(module.name, "archive.stores")]
    wrong = [(module.name, line) for module in stores for name, line in called_methods(module.tree) if name == closed]
    assert wrong == []


def called_methods(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node.lineno


def test_modules_are_named_after_what_people_do() -> None:
    nameless = {"utils", "util", "services", "helpers", "helper", "common_utils", "misc", "managers"}
    assert [module.name for module in MODULES if module.path.stem in nameless] == []


def test_nothing_is_left_in_apps_without_a_name_of_its_own() -> None:
    """Two modules of one name on one floor would make a reader guess; so would a package beside a module."""
    doubled = [
        module.name for module in MODULES if module.path.stem != "__init__" and module.path.with_suffix("").is_dir()
    ]
    assert doubled == []


def test_names_are_never_put_in_order_by_code_point() -> None:
    """PostgreSQL would put Ängelholm before Åre; `swedish_order` does not."""
    wrong = [
        f"{module.path.relative_to(BASE_DIR)}:{node.lineno}"
        for module in MODULES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "order_by"
        for asked in node.args
        if isinstance(asked, ast.Constant) and str(asked.value).lstrip("-").split("__")[-1] == "name"
    ]
    assert wrong == []
