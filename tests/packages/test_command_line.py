"""The engine at the supplier's desk: words, tables, JSON of a published shape, and exit codes."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from archive.packages.__main__ import FAULTY, OWN_ERROR, UNREADABLE, VALID, main
from archive.packages.check import check
from archive.packages.printing import as_csv
from tests.packages import specimens

ROOT = Path(__file__).resolve().parents[2]
Output = pytest.CaptureFixture[str]


def faulty(place: Path) -> Path:
    return specimens.packed(specimens.fgs(lambda mets: mets.replace(' TYPE="ERMS"', "")), place)


def test_exit_codes_tell_valid_faulty_unreadable_and_our_own_error(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "good").mkdir()
    good = specimens.packed(specimens.fgs(), tmp_path / "good")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 and no more")
    assert main(["check", str(good)]) == VALID
    assert main(["check", str(faulty(tmp_path))]) == FAULTY
    assert main(["check", str(broken)]) == UNREADABLE
    assert main(["check", str(tmp_path / "missing.tar")]) == UNREADABLE
    assert main(["check", str(good), "--profile", "no-such-profile"]) == OWN_ERROR
    assert "no-such-profile" in capsys.readouterr().err


def test_the_swedish_page_says_what_where_and_how_to_mend(tmp_path: Path, capsys: Output) -> None:
    main(["check", str(faulty(tmp_path))])
    said = capsys.readouterr().out
    assert said.startswith("paket-1.tar: Paketet har fel. Fel som stoppar: 1")
    assert "FGS12-TYPE" in said
    assert "sip.xml:3" in said
    assert "Åtgärd:" in said
    main(["check", str(faulty(tmp_path)), "--lang", "en"])
    assert "The package has faults." in capsys.readouterr().out


def test_json_has_the_published_shape(tmp_path: Path, capsys: Output) -> None:
    assert main(["check", "--schema"]) == VALID
    schema = json.loads(capsys.readouterr().out)
    for path in (faulty(tmp_path), specimens.packed(specimens.eark(), tmp_path, "zip")):
        main(["check", "--json", "--formats", str(path)])
        assert list(deviations(json.loads(capsys.readouterr().out), schema, schema)) == []
    assert list(deviations({"schema": "other"}, schema, schema))


def deviations(value: Any, schema: dict[str, Any], whole: dict[str, Any], at: str = "") -> Any:
    """As much of JSON Schema as the report's own schema uses."""
    if reference := schema.get("$ref"):
        yield from deviations(value, whole["$defs"][reference.rpartition("/")[2]], whole, at)
        return
    kinds = {"string": str, "integer": int, "number": (int, float), "null": type(None), "object": dict, "array": list}
    allowed = schema.get("type", [])
    allowed = [allowed] if isinstance(allowed, str) else allowed
    if allowed and not any(isinstance(value, kinds[kind]) for kind in allowed):  # type: ignore[arg-type]
        yield f"{at}: {value!r} is not {allowed}"
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r}"
    if isinstance(value, dict):
        properties, more = schema.get("properties", {}), schema.get("additionalProperties", True)
        yield from (f"{at}/{name} is missing" for name in schema.get("required", ()) if name not in value)
        for name, each in value.items():
            if name in properties:
                yield from deviations(each, properties[name], whole, f"{at}/{name}")
            elif more is False:
                yield f"{at}/{name} is not in the schema"
            elif isinstance(more, dict):
                yield from deviations(each, more, whole, f"{at}/{name}")
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from deviations(each, schema.get("items", {}), whole, f"{at}/{number}")


def test_the_table_starts_no_formula(tmp_path: Path) -> None:
    files = {**specimens.fgs(), "content/x/=1+1.txt": b"x", "=HYPERLINK(1).txt": b"x"}
    rows = list(csv.reader(io.StringIO(as_csv(check(specimens.packed(files, tmp_path)), "sv"))))
    assert rows[0][:3] == ["Regel", "Allvar", "Fil"]
    assert "'=HYPERLINK(1).txt" in {row[2] for row in rows}
    assert not [cell for row in rows[1:] for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_describe_tells_what_a_package_holds(tmp_path: Path, capsys: Output) -> None:
    assert main(["describe", "--formats", str(specimens.packed(specimens.fgs(), tmp_path))]) == VALID
    said = capsys.readouterr().out
    assert "UUID:6f1f2d0e-1d1b-4a53-9a2e-0d0f5a0b0001" in said
    assert "ARCHIVIST ORGANIZATION Miljönämnden ORG:2120002239" in said
    assert "fmt/18 1" in said
    assert "content/1/" in said


def test_profiles_are_listed_and_a_profile_lists_its_rules(capsys: Output) -> None:
    assert main(["profiles"]) == VALID
    assert "fgs-1.2" in capsys.readouterr().out
    assert main(["profiles", "e-ark-sip-2.1.0", "--lang", "en"]) == VALID
    assert "CSIP71" in capsys.readouterr().out


def test_schemas_are_loaded_and_listed(tmp_path: Path, capsys: Output) -> None:
    xsd = tmp_path / "own.xsd"
    xsd.write_text('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:own"/>')
    arguments = ["schemas", str(tmp_path / "register"), "--load", str(xsd), "--key", "own", "--version", "1"]
    assert main(arguments) == OWN_ERROR
    assert main([*arguments, "--licence", "CC0"]) == VALID
    assert "urn:own" in capsys.readouterr().out


def test_limits_of_the_operator_hold(tmp_path: Path) -> None:
    limits = tmp_path / "limits.json"
    limits.write_text('{"max_members": 2}')
    assert main(["check", str(specimens.packed(specimens.fgs(), tmp_path)), "--limits", str(limits)]) == UNREADABLE


def test_a_fault_of_the_engine_is_called_one(tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a fault of our own")

    path = specimens.packed(specimens.fgs(), tmp_path)
    monkeypatch.setattr("archive.packages.check.open_package", broken)
    assert main(["check", str(path)]) == OWN_ERROR
    assert "Tekniskt fel, inte ett fel i paketet" in capsys.readouterr().err
    assert main(["check", str(path), "--profile", "no-such-profile"]) == OWN_ERROR
    assert "Tekniskt fel" not in capsys.readouterr().err


def test_it_runs_without_django_and_without_being_installed(tmp_path: Path) -> None:
    """From a bare folder, with the import of Django and of the portal made impossible."""
    path = specimens.packed(specimens.fgs(), tmp_path)
    guard = (
        "import sys, runpy\n"
        "class Shut:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.split('.')[0] in ('django', 'celery', 'consortium', 'governance', 'deliveries'):\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Shut())\n"
        "sys.argv = ['archive.packages', 'check', sys.argv[1]]\n"
        "runpy.run_module('archive.packages', run_name='__main__')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", guard, str(path)], capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
