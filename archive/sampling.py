"""Exempelpaket: a recipe's sample made into a SIP by the same builder that makes all other packages."""

import datetime
import uuid
from pathlib import Path

from django.utils import timezone

from archive import collection_table, making, sample_files
from archive.collection_table import TableRow
from archive.packages import build
from deliveries.models import SubmissionAgreement
from deliveries.recipes import Recipe

CREATED = datetime.datetime(2024, 1, 15, 9, 0, tzinfo=datetime.UTC)
NUMBER, MUNICIPALITY, CODE = "EXEMPEL 2024/1", "Exempelby kommun", "Local:0000"


def build_sample(recipe: Recipe, target: Path, agreement: SubmissionAgreement | None = None) -> build.Built:
    """The package, as Exempelby kommun would deliver it, or as the agreement's own municipality would."""
    sample = recipe.sample
    rows = collection_table.read(sample.table.encode()) if sample.table else []
    cases = list(collection_table.cases(rows, CREATED.date())) if rows else None
    profile = agreement.profile if agreement else recipe.profile
    return build.sip(
        target,
        profile=profile if profile in (build.FGS_1_2, build.EARK_SIP) else build.FGS_1_2,
        files=list(_files(recipe, rows)),
        description=_description(recipe, agreement),
        cases=cases,
        created=CREATED,
        container="zip",
    )


def _files(recipe: Recipe, rows: list[TableRow]) -> list[build.SourceFile]:
    sample = recipe.sample
    named = {row.path: row.title for row in rows} or {path: path.rpartition("/")[2] for path in sample.files}
    files = [build.SourceFile(path, sample_files.file_for(path, title)) for path, title in sorted(named.items())]
    if sample.xml:
        files.append(build.SourceFile(sample.xml_path, sample.xml.strip().encode()))
    return files


def _description(recipe: Recipe, agreement: SubmissionAgreement | None) -> build.PackageDescription:
    number, name, code = NUMBER, MUNICIPALITY, CODE
    creator, signed_on = recipe.sample.creator, CREATED.date()
    if agreement:
        number, name, code = agreement.number, agreement.owner.official_name, making.code_of(agreement.owner)
        creator = agreement.records_creator
        if at := agreement.archive_signed_at:
            signed_on = timezone.localtime(at).date()
    return build.PackageDescription(
        objid=f"uuid-{uuid.uuid5(uuid.NAMESPACE_URL, f'{recipe.slug} {number} {code}')}",
        label=recipe.sample.label,
        creator=build.Organisation(f"{creator}, {name}", code),
        submitter=build.Organisation(name, code),
        agreement=build.Agreement(number, signed_on),
        system=build.System(recipe.name, kind=recipe.system_kind),
        municipality_code=code.removeprefix("Local:") if code.startswith("Local:") else None,
        content=recipe.sample.kind,
    )
