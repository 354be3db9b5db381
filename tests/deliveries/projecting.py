"""A project of Falun's with something of everything, for tests that open pages; and the addresses of its rows."""

import datetime
from uuid import uuid4

from django.utils import timezone

from deliveries import (
    correcting,
    decommissioning,
    file_collections,
    journal,
    progress,
    projects,
    reconciliation,
    recurrence,
)
from deliveries.models import (
    DeliveryOutcome,
    DeliveryProject,
    FileStream,
    Milestone,
    Occurrence,
    Phase,
    ProjectDocument,
    Status,
)
from tests import factories

STARTED = datetime.date(2022, 10, 1)


def whole() -> DeliveryProject:
    """In phase 4, with rounds, counts, a sample, functions, a barrier, a document and a log, jointly and for Falun."""
    falun = factories.municipality("2080")
    by, system = factories.user("IT-arkivarie"), factories.system()
    project = projects.create(
        *(factories.consortium(), system, "ECOS 2", [falun]),
        by=by,
        status=Status.ONGOING,
        phase=Phase.CONTROL,
        started_on=STARTED,
        started_precision="month",
        benefits=["retrieval"],
    )
    part = project.participations.get()
    for place in (None, falun):
        journal.name_function(
            project, "business_owner", "Miljöchef", email="miljo@exempel.se", by=by, municipality=place
        )
        journal.plan_milestone(project, "kickoff", planned=(STARTED, "month"), by=by, municipality=place)
        journal.raise_barrier(project, "Ingen tid i verksamheten.", by=by, municipality=place)
        plan = journal.add_document(project, "Projektplan", "plan.txt", b"Plan", by=by, municipality=place)
        correcting.replace_document(plan, "Projektplan", "plan.txt", b"Plan 2", seen=1, by=by)
        wrong = journal.add_document(project, "Fel fil", "fel.txt", b"Fel", by=by, municipality=place)
        correcting.remove_document(wrong, seen=1, by=by)
        entry = journal.log(project, "Uppstartsmöte hållet.", by=by, municipality=place)
        correcting.correct(entry, "Uppstartsmöte hållet på distans.", seen=0, by=by)
        correcting.remove_entry(journal.log(project, "Fel projekt.", by=by, municipality=place), by=by)
    agreement = factories.agreement(falun, system=system, project=project)
    kinds = DeliveryOutcome.Kind
    for number, (kind, outcome, facts) in enumerate(
        [
            ("test", kinds.FAULTY, {"errors": 3, "findings": {"CSIP71": 3}}),
            ("test", kinds.VALID, {}),
            ("production", kinds.RECEIPTED, {"counts": {"cases": 12}, "reference": "KV-2022-00001"}),
        ]
    ):
        progress.record_outcome(
            package=uuid4(),
            number=f"SIP-2022-0000{number}",
            owner=falun,
            agreement=agreement,
            kind=kind,
            received_at=timezone.now(),
            outcome=outcome,
            at=timezone.now(),
            **facts,  # type: ignore[arg-type]
        )
    reconciliation.count(part, "cases", 12, by=by)
    reconciliation.sample(part, "MN 2015-0001", "equal", by=by)
    return project


def addressed() -> dict[str, str]:
    """Keys for the addresses of the access matrix."""
    project, by = whole(), factories.user("IT-arkivarie")
    yearly = projects.create(project.consortium, factories.system("PMO"), "PMO", by=by, status=Status.RECURRING)
    recurrence.set_rhythm(yearly, by=by, every_months=12, first_due_on=timezone.localdate())
    stream = file_collections.begin(project.consortium, {"kind": FileStream.Kind.GRADES}, by=by)
    decommissioning.shut_down(factories.system("W3D3"), factories.municipality("2080"), STARTED, 90_000, by=by)
    return {
        "project": str(project.pk),
        "yearly": str(yearly.pk),
        "occurrence": str(Occurrence.objects.first().pk),  # type: ignore[union-attr]
        "milestone": str(Milestone.objects.filter(municipality=None).latest("pk").pk),
        "document": str(ProjectDocument.objects.kept().filter(municipality=None).latest("pk").pk),
        "stream": str(stream.pk),
    }
