"""What lies in a package besides METS: one thing broken at a time, and the finding names it."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.packages import build, families, shape, texts
from archive.packages.build import SourceFile
from archive.packages.check import check
from archive.packages.profile import Profile
from archive.packages.report import Finding, Report, Severity
from tests.packages import samples, specimens


def findings(report: Report) -> dict[str, list[Finding]]:
    return {group.rule: list(group.findings) for group in report.groups}


@dataclass
class Delivery:
    """A built package whose metadata can be broken; METS is told the new size and digest."""

    folder: Path
    metadata: str
    mets: tuple[str, ...]

    def broken(self, old: str, new: str, count: int = 1) -> Report:
        file = self.folder / self.metadata
        text = file.read_text("utf-8")
        assert old in text, f"the sample has no {old}"
        file.write_text(text.replace(old, new, count), "utf-8")
        return self.check()

    def rewritten(self, data: bytes) -> Report:
        (self.folder / self.metadata).write_bytes(data)
        return self.check()

    def check(self) -> Report:
        for mets in self.mets:
            self._tell(self.folder / mets)
        return check(self.folder)

    def _tell(self, mets: Path) -> None:
        import hashlib

        data = (self.folder / self.metadata).read_bytes()
        text = mets.read_text("utf-8")
        name = re.escape(self.metadata)
        digest = hashlib.sha256(data).hexdigest()

        def told(match: re.Match[str]) -> str:
            entry = re.sub(r'SIZE="\d+"', f'SIZE="{len(data)}"', match[0])
            return re.sub(r'CHECKSUM="\w+"', f'CHECKSUM="{digest}"', entry)

        pattern = rf"<mets:(?:mdRef|file) [^>]*?(?:>\s*<mets:FLocat [^>]*?)?href=\"(?:file:///)?{name}\"[^>]*>"
        mets.write_text(re.sub(pattern, told, text), "utf-8")


@pytest.fixture
def fgs(tmp_path: Path) -> Delivery:
    return Delivery(samples.fgs(tmp_path / "fgs", "folder").path, "metadata/arenden.xml", ("sip.xml",))


@pytest.fixture
def eark(tmp_path: Path) -> Delivery:
    path = samples.eark(tmp_path / samples.description().folder, "folder").path
    return Delivery(path, "metadata/descriptive/erms.xml", ("METS.xml",))


@pytest.fixture
def premis(tmp_path: Path) -> Delivery:
    path = samples.eark(tmp_path / samples.description().folder, "folder").path
    return Delivery(path, "metadata/preservation/premis.xml", ("METS.xml",))


def test_the_untouched_packages_have_no_finding(fgs: Delivery, eark: Delivery) -> None:
    assert findings(fgs.check()) == {}
    assert [group.rule for group in eark.check().groups if group.severity is not Severity.INFO] == []


def test_the_report_counts_cases_and_documents(fgs: Delivery, eark: Delivery) -> None:
    facts = fgs.check().facts
    assert (facts.cases, facts.records, facts.specifications) == (2, 3, ("FGS Ärendehantering 1.0",))
    facts = eark.check().facts
    assert (facts.cases, facts.records, facts.specifications) == (2, 3, ("CITS ERMS 3.0.0", "PREMIS 3.0"))


FGS_FAULTS = {
    "FGSA-ArkivobjektID": ("   <ArkivobjektID>MBN 2014-000123</ArkivobjektID>\n", ""),
    "FGSA-Arendemening": ("<Arendemening>Remiss om skyddsobjekt</Arendemening>", ""),
    "FGSA-StatusArande": ("<StatusArande>Stängt<", "<StatusArande>Avslutat<"),
    "FGSA-StatusHandling": ("<StatusHandling>Inkommen<", "<StatusHandling>Klar<"),
    "FGSA-Skapad": ("<Skapad>2014-05-10<", "<Skapad>2014-02-30<"),
    "FGSA-Beslutat": ("<Beslutat>2015-01-15<", "<Beslutat>15 januari 2015<"),
    "FGSA-Lopnummer": ("<Lopnummer>1<", "<Lopnummer>ett<"),
    "FGSA-Gallring-Gallras": ('Gallras="false"', 'Gallras="nej"'),
    "FGSA-Restriktion-Typ": ('Typ="Sekretess"', 'Typ="Hemlig"'),
    "FGSA-RestriktionsDatum": ("<RestriktionsDatum>2055-01-01<", "<RestriktionsDatum>snart<"),
    "FGSA-SkyddadIdentitet": ("<SkyddadIdentitet>true<", "<SkyddadIdentitet>ja<"),
    "FGSA-Roll": ("<Roll>handläggare</Roll>", ""),
    "FGSA-Namn": ("<Namn>Sökande</Namn>", ""),
    "FGSA-Klass": (
        "<Klass>4.2 Miljötillsyn</Klass>\n   <Skapad>2014-05-10</Skapad>",
        "<Skapad>2014-05-10</Skapad><Klass>4.2 Miljötillsyn</Klass>",
    ),
    "FGSA-Skapad+": ("<Skapad>2015-02</Skapad>", "<Skapad>2015-02</Skapad><Skapad>2015-02</Skapad>"),
    "FGSA-Bilaga-Lank": ('Lank="content/2014/beslut.pdf"', ""),
    "FGSA-Bilaga-Namn": ('Namn="Beslut"', ""),
    "FGSA-Bilaga-Storlek": ('Storlek="18"', 'Storlek="arton"'),
    "FGSA-EgetElement-Namn": (' Namn="Fastighetsbeteckning"', ""),
    "FGSA-ArkivobjektArende": ("<ArkivobjektListaArenden>", "<ArkivobjektListaArenden>x"),
    "FGSA-OKANT": ("<Klass>", "<Fastighet>Viared 5:12</Fastighet><Klass>"),
    "FGSA-TOM": ("<Arendemening>Remiss om skyddsobjekt<", "<Arendemening> <"),
    "FGSA-ANNANTYP": ('Typ="Sekretess"', 'Typ="Annan typ"'),
    "FGSA-RUBRIK": ("<Rubrik>Yttrande</Rubrik>", ""),
    "FGSA-DUBBLETT": ("MBN 2015-000007</Ark", "MBN 2014-000123</Ark"),
    "FGSA-DATUMORDNING": ("<Avslutat>2016", "<Avslutat>2013"),
    "FGSA-PERSONNUMMER": ("<Rubrik>Yttrande<", "<Rubrik>Yttrande 19121212-1212<"),
    "FGSA-BILAGA-FIL": ("content/2014/beslut.pdf", "content/2014/beslutet.pdf"),
    "FGSA-BILAGA-STORLEK": ('Storlek="18"', 'Storlek="19"'),
    "FGSA-BILAGA-METOD": ('ChecksummaMetod="SHA-256"', 'ChecksummaMetod="CRC32"'),
    "FGSA-BILAGA-LANK": ("content/2014/beslut.pdf", "content\\2014\\beslut.pdf"),
}


@pytest.mark.parametrize("rule", FGS_FAULTS)
def test_one_fault_in_the_cases_gives_exactly_its_finding(fgs: Delivery, rule: str) -> None:
    expected = {"FGSA-ArkivobjektArende": "FGSA-ArkivobjektListaArenden"}.get(rule, rule.rstrip("+"))
    report = fgs.broken(*FGS_FAULTS[rule])
    found = findings(report)
    assert list(found) == [expected]
    (finding,) = found[expected]
    assert finding.place.file == "metadata/arenden.xml"
    assert finding.place.line
    assert "19121212" not in str(report)


def test_a_wrong_digest_of_an_attachment_is_found_by_the_pass_over_the_bytes(fgs: Delivery) -> None:
    text = (fgs.folder / fgs.metadata).read_text("utf-8")
    digest = re.search(r'Storlek="574"[^>]*Checksumma="(\w+)"', text)
    assert digest
    found = findings(fgs.broken(digest[1], "0" * 64))
    assert {rule: finding.place.file for rule, (finding,) in found.items()} == {
        "FGSA-BILAGA-SUMMA": "content/2014/beslut.pdf"
    }


def test_a_right_digest_of_another_kind_is_proven_too(fgs: Delivery) -> None:
    import hashlib

    md5 = hashlib.md5((fgs.folder / "content/2014/beslut.pdf").read_bytes(), usedforsecurity=False).hexdigest()
    text = (fgs.folder / fgs.metadata).read_text("utf-8")
    match = re.search(r'Checksumma="\w+" ChecksummaMetod="SHA-256"/>\s*</ArkivobjektHandling>\s*</Ark', text)
    assert match
    assert (
        findings(
            fgs.broken(
                match[0],
                re.sub(r'="\w+" Ch\S+', f'="{md5.upper()}" ChecksummaMetod="md5"/>', match[0], count=1).replace(
                    "/>/>", "/>"
                ),
            )
        )
        == {}
    )


def test_links_with_backslash_blanks_and_swedish_letters_find_their_file(tmp_path: Path) -> None:
    folder = samples.fgs(tmp_path / "fgs", "folder").path
    (folder / "content/2014/beslut.pdf").rename(folder / "content/2014/Beslut å ä ö.pdf")
    sip = folder / "sip.xml"
    sip.write_text(
        sip.read_text("utf-8").replace("2014/beslut.pdf", "2014/Beslut%20%C3%A5%20%C3%A4%20%C3%B6.pdf"), "utf-8"
    )
    report = Delivery(folder, "metadata/arenden.xml", ("sip.xml",)).broken(
        'Lank="content/2014/beslut.pdf"', 'Lank="2014\\Beslut å ä ö.pdf"'
    )
    assert list(findings(report)) == ["FGSA-BILAGA-LANK"]


def test_the_older_namespace_is_only_remarked_on(fgs: Delivery) -> None:
    found = findings(fgs.broken("http://xml.ra.se/e-arkiv/FGS-ERMS", "eARDERMS"))
    assert list(found) == ["FGSA-NAMNRYMD"]


def test_cases_with_a_doctype_are_refused(fgs: Delivery) -> None:
    assert list(findings(fgs.broken("<Leveransobjekt", "<!DOCTYPE x><Leveransobjekt"))) == ["E_XML_DOCTYPE"]


def test_cases_in_latin_1_are_read(fgs: Delivery) -> None:
    text = (fgs.folder / fgs.metadata).read_text("utf-8").replace('encoding="UTF-8"', 'encoding="ISO-8859-1"')
    assert findings(fgs.rewritten(text.encode("iso-8859-1"))) == {}


def test_an_agreement_softens_a_rule_and_says_why(fgs: Delivery) -> None:
    agreement = {
        "key": "ls-1",
        "base": "fgs-1.2",
        "severities": {"FGSA-OKANT": {"to": "INFO", "because": "ByggR skriver Fastighet"}},
    }
    fgs.broken("<Klass>", "<Fastighet>Viared 5:12</Fastighet><Klass>")
    report = check(fgs.folder, Profile.load(agreement))
    assert [(group.rule, group.severity) for group in report.groups] == [("FGSA-OKANT", Severity.INFO)]
    assert "ByggR skriver Fastighet" in report.changes[0]


ERMS_FAULTS = {
    "ERMS-objectId": ("<objectId>MBN 2014-000123</objectId>", ""),
    "ERMS-aggregation-systemIdentifier": (' systemIdentifier="MBN 2015-000007"', ""),
    "ERMS-aggregation-aggregationType": ('aggregationType="caseFile"', 'aggregationType="case"'),
    "ERMS-date": ('<date dateType="created">2014-05-10T00:00:00<', '<date dateType="created">2014-05-10<'),
    "ERMS-date-dateType": ('dateType="received"', 'dateType="inkommen"'),
    "ERMS-status-value": ('<status value="closed"', '<status value="Stängt"'),
    "ERMS-restriction-restrictionType": ('restrictionType="confidential"', ""),
    "ERMS-regulation": ("<regulation>OSL 18 kap. 13 §</regulation>", ""),
    "ERMS-maintenanceInformation": (
        "maintenanceInformation>",
        "maintenance>",
    ),
    "ERMS-runningNumber": ("<runningNumber>1<", "<runningNumber>I<"),
    "ERMS-appendix-path": (' path="representations/rep1/data/2014/beslut.pdf"', ""),
    "ERMS-OKANT": ("<description>", "<beskrivning/><description>"),
    "ERMS-BILAGA-FIL": ("rep1/data/2014/beslut.pdf", "rep1/data/2014/annat.pdf"),
    "ERMS-DUBBLETT": ('systemIdentifier="MBN 2014-000123:2"', 'systemIdentifier="MBN 2014-000123:1"'),
    "ERMS-PERSONNUMMER": ("<title>Yttrande<", "<title>Yttrande 121212-1212<"),
    "ERMS-BLANDAT": (
        '<record systemIdentifier="MBN 2014-000123:2"',
        '<aggregation systemIdentifier="x" aggregationType="file"><objectId>x</objectId></aggregation>'
        '<record systemIdentifier="MBN 2014-000123:2"',
    ),
    "ERMS-IDREF": ('aggregationType="caseFile"', 'aggregationType="caseFile" classificationSchemaUsed="k1"'),
    "ERMS-CO-aggregationType": ('aggregationType="caseFile"', 'aggregationType="own_aggregation_definition"'),
    "ERMS-CO-dateType": ('dateType="received"', 'dateType="other"'),
    "ERMS-CO-agentType": ('agentType="sender"', 'agentType="other"'),
    "ERMS-CO-restrictionType": ('restrictionType="confidential"', 'restrictionType="other_type"'),
    "ERMS-CO-relationType": (
        "<restriction ",
        '<relation relationType="own_relation_definition">KS 1</relation><restriction ',
    ),
    "ERMS-CO-directionDefinition": ("<agents>", '<direction directionDefinition="other"/><agents>'),
    "ERMS-CO-addressType": (
        "<protectedIdentity>",
        '<addressContactInformation><addressLine addressType="other">x</addressLine></addressContactInformation>'
        "<protectedIdentity>",
    ),
    "ERMS-CO-contactType": (
        "<protectedIdentity>",
        '<addressContactInformation><contactLine contactType="other">x</contactLine></addressContactInformation>'
        "<protectedIdentity>",
    ),
    "ERMS-CO-addressContactInformation": ("<protectedIdentity>", "<addressContactInformation/><protectedIdentity>"),
    "ERMS-CO-disposalDate": (
        "<agents>",
        '<disposal disposable="true"><dates><disposalDate dateType="other_date">2030-01-01T00:00:00</disposalDate>'
        "</dates></disposal><agents>",
    ),
    "ERMS-CO-classificationSchemaStatus": (
        "<maintenanceInformation>",
        '<classificationSchema classificationSchemaId="k" classificationSchemaStatus="other"/><maintenanceInformation>',
    ),
}


@pytest.mark.parametrize("rule", ERMS_FAULTS)
def test_one_fault_in_cits_erms_gives_exactly_its_finding(eark: Delivery, rule: str) -> None:
    old, new = ERMS_FAULTS[rule]
    if rule == "ERMS-CO-directionDefinition":  # in a record, not in the case, where it has no place
        old, new = (
            "<runningNumber>1</runningNumber>\n    <agents>",
            '<runningNumber>1</runningNumber><direction directionDefinition="other"/><agents>',
        )
    if rule == "ERMS-maintenanceInformation":
        old, new = "maintenanceInformation", "classificationSchemas"
        report = eark.broken(old, new, 2)
        assert set(findings(report)) >= {"ERMS-maintenanceInformation", "ERMS-OKANT"}
        return
    found = {name for name in findings(eark.broken(old, new)) if not name.startswith(("CSIP", "SIP"))}
    assert found == {rule}


def test_the_older_version_is_recognised_by_its_spelling(eark: Delivery) -> None:
    report = eark.broken('recordPhysicalOrDigital="digital"', 'recordPhysicalOrDigital="digitial"', 9)
    mets = eark.folder / "METS.xml"
    mets.write_text(mets.read_text("utf-8").replace("citserms_v3_0", "ERMS"), "utf-8")
    report = eark.check()
    assert "CITS ERMS 2.1.2" in report.facts.specifications
    assert not any(rule.startswith("ERMS") for rule in findings(report))


PREMIS_FAULTS = {
    "PREMIS-eventType": ("<premis:eventType>creation</premis:eventType>", ""),
    "PREMIS-TOM": (">creation<", "> <"),
    "PREMIS-TYP": ('xsi:type="premis:intellectualEntity"', 'xsi:type="premis:paket"'),
    "PREMIS-KARAKTARISTIK": ('xsi:type="premis:intellectualEntity"', 'xsi:type="premis:file"'),
    "PREMIS-OKANT": ("<premis:eventType>", "<premis:eventKind/><premis:eventType>"),
    "PREMIS-LANK": (">samarkiv</premis:linkingAgent", ">annan</premis:linkingAgent"),
    "PREMIS-premis-version": (' version="3.0"', ' version="2.2"'),
    "PREMIS-eventDateTime": (
        "<premis:eventDateTime>2026-03-02T09:30:00+00:00</premis:eventDateTime>\n",
        "",
    ),
}


@pytest.mark.parametrize("rule", PREMIS_FAULTS)
def test_one_fault_in_premis_gives_exactly_its_finding(premis: Delivery, rule: str) -> None:
    found = findings(premis.broken(*PREMIS_FAULTS[rule]))
    assert {name for name in found if name.startswith("PREMIS")} == {rule}


def test_a_link_may_lead_to_another_premis_document(premis: Delivery) -> None:
    """The representation's document links to the package, which the package's document describes."""
    assert "PREMIS-LANK" not in findings(premis.check())


def test_vendor_xml_is_held_against_the_agreed_schema(tmp_path: Path) -> None:
    from datetime import date

    from archive.packages.schemas import Register

    register = Register(tmp_path / "register")
    (tmp_path / "j.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="journal"><xs:complexType>'
        '<xs:sequence><xs:element name="day" type="xs:date" maxOccurs="unbounded"/></xs:sequence>'
        "</xs:complexType></xs:element></xs:schema>"
    )
    register.load(tmp_path / "j.xsd", key="journal-1", version="1", licence="egen", on=date(2026, 3, 2))
    files = [
        SourceFile("a.xml", b"<journal><day>2020-01-01</day></journal>"),
        SourceFile("b.xml", b"<journal>\n<day>2020-01-01</day>\n<day>nyss</day></journal>"),
    ]
    built = build.sip(tmp_path / "p.tar", files=files, description=samples.description(), created=samples.CREATED)
    agreement = {"base": "fgs-1.2", "settings": {"schemas": {"content/*.xml": "journal-1"}}}
    report = check(built.path, Profile.load(agreement), schemas=register)
    ((rule, (finding,)),) = findings(report).items()
    assert (rule, finding.place.file, finding.place.line) == ("SK-SCHEMA", "content/b.xml", 3)
    assert texts.message(finding) == 'Värdet day="nyss" är inte tillåtet; väntade xs:date.'
    missing = check(built.path, Profile.load(agreement))
    assert list(findings(missing)) == ["SK-SCHEMA-MISSING"]
    other = Profile.load({"base": "fgs-1.2", "settings": {"schemas": {"content/*.json": "journal-1"}}})
    assert list(findings(check(built.path, other, schemas=register))) == ["SK-SCHEMA-NOFILE"]


# The data


SHAPES = sorted(file.stem for file in shape.SHAPES.glob("*.json"))


@pytest.mark.parametrize("name", SHAPES)
def test_every_element_a_shape_names_has_a_kind(name: str) -> None:
    table = shape.load(name)
    used = {kind for each in table.kinds.values() for part in each.particles for kind in part.names.values()}
    bare = {name for name in used if name not in table.kinds}
    empty = {"maintenanceStatus", "eventType", "status", "eSignature"}
    assert bare <= empty
    types = {each.text for each in table.kinds.values() if each.text} | {
        type_ for each in table.kinds.values() for _, type_ in each.attributes.values() if type_
    }
    assert types <= shape.VALUES.keys() | table.lists.keys()


@pytest.mark.parametrize("rule", [*families.texts(), *FGS_FAULTS, *ERMS_FAULTS, *PREMIS_FAULTS])
def test_every_rule_has_a_level_and_words_in_both_languages(rule: str) -> None:
    rule = rule.rstrip("+")
    assert Profile.load("fgs-1.2").severity(rule) is not None
    for language in ("sv", "en"):
        words = texts.describe(rule, language)
        assert words.title
        assert words.title != rule
        assert words.mend
        assert "{name}" not in words.title + words.why + words.mend + "".join(words.reasons.values())


# Finding them

CASES = (
    '<?xml version="1.0" encoding="UTF-8"?>{}<Leveransobjekt xmlns="http://xml.ra.se/e-arkiv/FGS-ERMS">'
    "<ArkivobjektListaArenden><ArkivobjektArende><ArkivobjektID>1</ArkivobjektID><Arendemening>A</Arendemening>"
    "<StatusArande>Fel</StatusArande></ArkivobjektArende></ArkivobjektListaArenden></Leveransobjekt>"
)


def with_cases(place: Path, name: str, kind: str = "tar", prolog: str = "", others: int = 0) -> Report:
    """An FGS package with faulty cases in a file of this name, after so many other XML files."""
    files = {f"content/{number}.xml": b"<a/>" for number in range(others)} | {name: CASES.format(prolog).encode()}
    return check(specimens.packed({"sip.xml": specimens.fgs_mets(files).encode(), **files}, place, kind))


@pytest.mark.parametrize("kind", ["folder", "tar", "tar.gz", "zip"])
def test_cases_among_the_content_are_judged_in_every_container(tmp_path: Path, kind: str) -> None:
    assert "FGSA-StatusArande" in findings(with_cases(tmp_path, "Content/2/Arendelista.xml", kind))


@pytest.mark.parametrize("size", [5_000, 300_000])
def test_cases_are_found_after_a_long_comment(tmp_path: Path, size: int) -> None:
    report = with_cases(tmp_path, "metadata/lista.xml", prolog=f"<!-- {'x' * size} -->")
    assert {"FGSA-StatusArande", "E_XML_LIMIT"} & set(findings(report))


def test_metadata_that_is_none_of_ours_may_be_unreadable(tmp_path: Path) -> None:
    files = {"metadata/ead.xml": b"<!DOCTYPE ead><ead/>"}
    report = check(specimens.packed({"sip.xml": specimens.fgs_mets(files).encode(), **files}, tmp_path))
    assert not [rule for rule in findings(report) if rule.startswith("E_XML")]


def test_more_xml_than_is_opened_is_told(tmp_path: Path) -> None:
    found = findings(with_cases(tmp_path, "content/zz.xml", others=2000))
    assert "FGSA-StatusArande" not in found
    said = "1 XML-filer utanför mappen metadata har inte öppnats; de 2000 första har det."
    assert [texts.message(finding) for finding in found["SK-XML-NOT-OPENED"]] == [said]
    assert "FGSA-StatusArande" in findings(with_cases(tmp_path, "Metadata/lista.xml", others=2000))
