"""Agreements in every state, and a collection half put together: what a newcomer can read, sign and go on with."""

from archive import assembling, collection_table, draft_files, sample_files
from archive.models import Draft
from consortium.models import User
from consortium.site.demo.people import named
from deliveries import agreements
from deliveries.agreements import Side
from deliveries.models import SourceSystem, SubmissionAgreement
from governance.models import Municipality

FALUN, LEKSAND = "2080", "2029"
COLLECTION = "Kommunfullmäktiges protokoll 2010–2011"
# path, title, day, kind, secrecy; the last file has no row yet
FILES = [
    ("2010/kf 2010-06-14.pdf", "Protokoll från kommunfullmäktige 14 juni 2010", "2010-06-14", "Protokoll", ""),
    ("2010/kf 2010-09-20.pdf", "Protokoll från kommunfullmäktige 20 september 2010", "2010-09-20", "Protokoll", ""),
    ("2011/kf 2011-02-21.pdf", "Protokoll från kommunfullmäktige 21 februari 2011", "21/2 2011", "Protokoll", ""),
    ("2011/bilaga § 12.pdf", "Bilaga till § 12", "2011-02-21", "Sekretessbilaga", "OSL 39 kap. 1 §"),
]
WITHOUT_ROW = "2011/kf 2011-04-18.pdf"


def load() -> None:
    """May be called again after a first start that was interrupted."""
    if SubmissionAgreement.objects.filter(number="KS 2023/0310").exists():
        return
    archivist, producer = named("arkivarie.falun@exempel.se"), named("producent.falun@exempel.se")
    _social_services(archivist, producer)
    _next_version_of_permits(archivist)
    _draft(LEKSAND, "elected", "KS 2023/0118", "Kommunfullmäktige", named("arkivarie.leksand@exempel.se"))
    _half_a_collection(_minutes(archivist, producer), producer)


def _draft(code: str, system: str, number: str, creator: str, by: User) -> SubmissionAgreement:
    return agreements.draft(
        Municipality.objects.get(code=code),
        SourceSystem.objects.get(slug=system),
        number,
        records_creator=creator,
        by=by,
    )


def _social_services(archivist: User, producer: User) -> None:
    """Signed by the producer, waiting for somebody at the archive."""
    made = _draft(FALUN, "procapita", "KS 2023/0310", "Socialnämnden", archivist)
    agreements.sign(made, Side.PRODUCER, digest=made.digest(), by=producer)


def _next_version_of_permits(archivist: User) -> None:
    """What applies today, and a draft that says one thing otherwise."""
    signed = SubmissionAgreement.objects.in_force().filter(owner_id=FALUN).order_by("pk").first()
    if signed is None:
        return
    newer = agreements.next_version(signed, by=archivist)
    reason = "Leveranstorget i källsystemet räknar inte fram kontrollsummor för förhandsbilder."
    agreements.change(
        newer,
        {
            "scope": f"{newer.scope} Även förhandsbilder som källsystemet har gjort.".strip(),
            "profile_changes": {"severities": {"SK-FORMAT-UNKNOWN": {"to": "INFO", "because": reason}}},
        },
        revision=newer.revision,
        by=archivist,
    )


def _minutes(archivist: User, producer: User) -> SubmissionAgreement:
    made = _draft(FALUN, "filsamlingar", "KS 2023/0042", "Kommunfullmäktige", archivist)
    agreements.sign(made, Side.PRODUCER, digest=made.digest(), by=producer)
    return agreements.sign(made, Side.ARCHIVE, digest=made.digest(), by=archivist)


def _half_a_collection(agreement: SubmissionAgreement, producer: User) -> None:
    draft = assembling.start(agreement, label=COLLECTION, kind="production", by=producer)
    for path, title, *_rest in (*FILES, (WITHOUT_ROW, "Kommunfullmäktige 18 april 2011")):
        _put(draft, path, sample_files.file_for(path, title))
    rows = [
        collection_table.TableRow(number, path, title, day, kind=kind, secrecy=secrecy)
        for number, (path, title, day, kind, secrecy) in enumerate(FILES, 1)
    ]
    assembling.save_rows(draft, rows)


def _put(draft: Draft, path: str, body: bytes) -> None:
    file = draft_files.begin(draft, path, len(body))
    sent = iter([body])
    draft_files.append(file, offset=0, length=len(body), read=lambda _most: next(sent, b""))
