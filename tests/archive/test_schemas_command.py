"""Staff load schemas at the command line; the worker's engine finds them where the command put them."""

import io
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command

XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:journal">
 <xs:import namespace="urn:common" schemaLocation="common.xsd"/><xs:element name="journal"/></xs:schema>"""


@pytest.fixture
def file(tmp_path: Path, settings: configured) -> Path:  # type: ignore[valid-type]
    settings.SCHEMA_DIR = tmp_path / "register"  # type: ignore[attr-defined]
    path = tmp_path / "journal.xsd"
    path.write_text(XSD, "utf-8")
    return path


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("schemas", *arguments, stdout=out)
    return out.getvalue()


def test_a_schema_is_loaded_listed_and_says_what_it_lacks(file: Path) -> None:
    words = said("load", str(file), "--key", "journal-1", "--schema-version", "1.0", "--licence", "egen")
    assert "journal-1 är inläst" in words
    assert "urn:common" in words
    assert "urn:journal" in said("list")
    assert said("missing", "journal-1").strip() == "urn:common"


def test_what_is_wrong_is_said_in_swedish(file: Path) -> None:
    with pytest.raises(CommandError, match="schemaregistret"):
        said("missing", "okänt")
    with pytest.raises(CommandError, match="finns inte"):
        said("load", str(file) + "x", "--key", "a", "--schema-version", "1", "--licence", "egen")
    file.write_text("<a/>", "utf-8")
    with pytest.raises(CommandError, match="inte ett XML-schema"):
        said("load", str(file), "--key", "a", "--schema-version", "1", "--licence", "egen")
