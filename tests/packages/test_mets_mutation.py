"""A package without fault, one thing in it broken at random: a finding names it, or the package is refused.

What is broken, where and how is drawn anew for each example; the draws are the same in every run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from archive.packages.check import check
from archive.packages.report import Finding, Report, Severity, Verdict
from archive.packages.texts import describe, message
from tests.packages import eark_specimens
from tests.packages.eark_specimens import METS, NAMES, REP, ROOT, Files, name_of

PROFILE = "e-ark-sip-2.1.0"
FILE_FACTS = ("MIMETYPE", "SIZE", "CREATED", "CHECKSUM", "CHECKSUMTYPE")
REQUIRED = {
    "mets": ("OBJID", "TYPE", "PROFILE"),
    "metsHdr": ("CREATEDATE", "csip:OAISPACKAGETYPE"),
    "dmdSec": ("ID", "CREATED", "STATUS"),
    "digiprovMD": ("ID", "STATUS"),
    "mdRef": ("LOCTYPE", "xlink:type", "xlink:href", "MDTYPE", *FILE_FACTS),
    "fileSec": ("ID",),
    "fileGrp": ("ID", "USE"),
    "file": ("ID", *FILE_FACTS),
    "FLocat": ("LOCTYPE", "xlink:type", "xlink:href"),
    "structMap": ("ID", "TYPE", "LABEL"),
    "mptr": ("LOCTYPE", "xlink:type", "xlink:href", "xlink:title"),
    "fptr": ("FILEID",),
}
"""Attributes that a package cannot be without."""
FREE = {("mets", "OBJID"), ("mptr", "xlink:title"), ("fileGrp", "ID"), ("fileSec", "ID"), ("structMap", "ID")}
"""Attributes whose every value is well formed; a wrong one shows elsewhere or not at all."""
ELEMENTS = ("metsHdr", "dmdSec", "digiprovMD", "mdRef", "fileSec", "fileGrp", "file", "FLocat", "structMap", "mptr")
"""Elements that are missed when they are gone, and too many when they stand twice."""


@dataclass(frozen=True)
class Broken:
    """What was done, and the words of which one at least is in what the report says."""

    what: str
    names: tuple[str, ...]


Break = Callable[[Files, st.DataObject], Broken]


def _document(files: Files, data: st.DataObject) -> tuple[str, etree._Element]:
    path = data.draw(st.sampled_from([ROOT, REP]))
    return path, etree.fromstring(files[path])


def _some(tree: etree._Element, kinds: tuple[str, ...], data: st.DataObject) -> etree._Element:
    found = [element for kind in kinds for element in tree.iter(f"{{{METS}}}{kind}")]
    return data.draw(st.sampled_from(found))


def _kind(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _put_back(files: Files, path: str, tree: etree._Element) -> None:
    files[path] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8")


def _lost_attribute(files: Files, data: st.DataObject) -> Broken:
    path, tree = _document(files, data)
    element = _some(tree, tuple(REQUIRED), data)
    name = data.draw(st.sampled_from([each for each in REQUIRED[_kind(element)] if name_of(each) in element.attrib]))
    del element.attrib[name_of(name)]
    _put_back(files, path, tree)
    return Broken(f"{path}: {_kind(element)} lost {name}", (name.rpartition(":")[2],))


def _nonsense(files: Files, data: st.DataObject) -> Broken:
    path, tree = _document(files, data)
    element = _some(tree, tuple(REQUIRED), data)
    kind = _kind(element)
    names = [each for each in REQUIRED[kind] if name_of(each) in element.attrib and (kind, each) not in FREE]
    if not names:
        return _strange_attribute(files, data)
    name = data.draw(st.sampled_from(names))
    value = data.draw(st.sampled_from(["", " ", "-1", "åäö 12", *(["nonsens"] if name != "ID" else [])]))
    element.set(name_of(name), value)
    _put_back(files, path, tree)
    words = (name.rpartition(":")[2], *([value] if value.strip() else []))
    return Broken(f"{path}: {kind} has a strange {name}, {value!r}", words)


def _lost_element(files: Files, data: st.DataObject) -> Broken:
    path, tree = _document(files, data)
    element = _some(tree, ELEMENTS, data)
    href = element.xpath(".//@xlink:href", namespaces=NAMES)
    element.getparent().remove(element)
    _put_back(files, path, tree)
    names = tuple(unquote(str(each)) for each in href) if _kind(element) != "mptr" else ()
    own = ("CSIP66",) if _kind(element) == "file" else (element.get("ID"), _kind(element))
    return Broken(f"{path}: lost {_kind(element)}", (*names, *filter(None, own)))


def _twice(files: Files, data: st.DataObject) -> Broken:
    path, tree = _document(files, data)
    element = _some(tree, ELEMENTS, data)
    element.addnext(etree.fromstring(etree.tostring(element)))
    _put_back(files, path, tree)
    return Broken(f"{path}: {_kind(element)} twice", (_kind(element), element.get("ID", _kind(element))))


def _out_of_order(files: Files, data: st.DataObject) -> Broken:
    path, tree = _document(files, data)
    element = _some(tree, ("metsHdr", "amdSec", "fileSec"), data)
    tree.append(element)
    _put_back(files, path, tree)
    return Broken(f"{path}: {_kind(element)} stands last", (f"<{_kind(element)}>",))


def _strange_element(files: Files, data: st.DataObject) -> Broken:
    path, tree = _document(files, data)
    element = _some(tree, ("fileSec", "fileGrp", "structMap", "metsHdr", "dmdSec", "amdSec"), data)
    etree.SubElement(element, f"{{{METS}}}nonsens")
    _put_back(files, path, tree)
    return Broken(f"{path}: {_kind(element)} holds a strange element", ("nonsens",))


def _strange_attribute(files: Files, data: st.DataObject) -> Broken:
    path, tree = _document(files, data)
    element = _some(tree, tuple(REQUIRED), data)
    element.set("NONSENS", "1")
    _put_back(files, path, tree)
    return Broken(f"{path}: {_kind(element)} has a strange attribute", ("NONSENS",))


def _one_digit(files: Files, data: st.DataObject) -> Broken:
    """One digit of a size or a digest is another: the file in question is named, or its entry."""
    path, tree = _document(files, data)
    element = _some(tree, ("file", "mdRef"), data)
    name = data.draw(st.sampled_from(["SIZE", "CHECKSUM"]))
    written = element.get(name, "")
    at = data.draw(st.integers(0, len(written) - 1))
    other = "1" if written[at] != "1" else "2"
    changed = written[:at] + other + written[at + 1 :]
    element.set(name, changed)
    _put_back(files, path, tree)
    href = str(element.xpath(".//@xlink:href | @xlink:href", namespaces=NAMES)[0])
    return Broken(f"{path}: {name} of {href}", (changed,))


def _cut_off(files: Files, data: st.DataObject) -> Broken:
    path = data.draw(st.sampled_from([ROOT, REP]))
    size = data.draw(st.integers(1, len(files[path]) - 10))
    files[path] = files[path][:size]
    return Broken(f"{path}: cut after {size} bytes", (path,))


def _entity(files: Files, data: st.DataObject) -> Broken:
    path = data.draw(st.sampled_from([ROOT, REP]))
    head, end, rest = files[path].partition(b"?>")
    files[path] = head + end + b'<!DOCTYPE mets [<!ENTITY a "b">]>' + rest
    return Broken(f"{path}: a document type", (path,))


def _content(files: Files, data: st.DataObject) -> str:
    drawn: str = data.draw(st.sampled_from(sorted(path for path in files if not path.endswith("METS.xml"))))
    return drawn


def _lost_file(files: Files, data: st.DataObject) -> Broken:
    path = _content(files, data)
    del files[path]
    return Broken(f"{path} is gone", (path,))


def _moved_file(files: Files, data: st.DataObject) -> Broken:
    path = _content(files, data)
    files[path + ".bak"] = files.pop(path)
    return Broken(f"{path} has another name", (path,))


def _stray_file(files: Files, data: st.DataObject) -> Broken:
    folder = data.draw(st.sampled_from(["", "metadata/", "representations/rep1/data/", "documentation/"]))
    files[folder + "ströfil.txt"] = b"x"
    return Broken(f"{folder}ströfil.txt is new", ("ströfil.txt",))


def _changed_byte(files: Files, data: st.DataObject) -> Broken:
    path = data.draw(st.sampled_from(sorted(each for each in files if files[each] and not each.endswith("METS.xml"))))
    at = data.draw(st.integers(0, len(files[path]) - 1))
    files[path] = files[path][:at] + bytes([files[path][at] ^ 1]) + files[path][at + 1 :]
    return Broken(f"{path}: byte {at}", (path,))


BREAKS: tuple[Break, ...] = (
    _lost_attribute,
    _nonsense,
    _lost_element,
    _twice,
    _out_of_order,
    _strange_element,
    _strange_attribute,
    _one_digit,
    _cut_off,
    _entity,
    _lost_file,
    _moved_file,
    _stray_file,
    _changed_byte,
)


def judged(files: Files) -> Report:
    """The METS of the package knows what was changed on purpose in that of the representation, and nothing else."""
    untouched = files.get(ROOT) == eark_specimens.package("sip", "2.1.0")[ROOT]
    with TemporaryDirectory() as folder:
        return check(eark_specimens.packed(files, Path(folder), vouched=untouched), PROFILE)


def said(finding: Finding) -> str:
    place = finding.place
    title = describe(finding.rule, "en").title
    parts = (finding.rule, title, message(finding, "en"), place.file, place.xpath, finding.found, finding.expected)
    return " ".join(filter(None, (*parts, *finding.params.values()))).casefold()


def has_words(finding: Finding) -> bool:
    """A requirement of E-ARK that gives a reason has a sentence for it."""
    reason = finding.params.get("reason")
    return not reason or not finding.rule.startswith(("CSIP", "SIP")) or reason in describe(finding.rule).reasons


@settings(max_examples=250, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(BREAKS), st.data())
def test_what_is_broken_is_named(break_one_thing: Break, data: st.DataObject) -> None:
    files = eark_specimens.package("sip", "2.1.0")
    broken = break_one_thing(files, data)
    report = judged(files)
    if report.verdict == Verdict.UNREADABLE:
        return
    findings = [finding for finding in report.findings() if finding.severity != Severity.INFO]
    words = [name.casefold() for name in broken.names]
    assert not [finding for finding in findings if not has_words(finding)]
    assert any(word in said(finding) for finding in findings for word in words), broken.what


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.sampled_from([ROOT, REP]), st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=6))
def test_any_bytes_anywhere_in_mets_end_in_a_report(path: str, where: float, noise: bytes) -> None:
    files = eark_specimens.package("sip", "2.1.0")
    at = int(where * len(files[path]))
    files[path] = files[path][:at] + noise + files[path][at + len(noise) :]
    report = judged(files)
    assert Report.from_json(report.to_json()).compared() == report.compared()
