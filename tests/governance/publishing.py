"""Minutes that everybody has signed, made the ordinary way, for tests of what comes after."""

from typing import Any

from django.utils import timezone

from governance import adjustment, agenda, checking, importing, minutes, notices, publication
from governance.models import Body, Dispatch, DispatchGroup, Extract, Minutes, Paragraph, Publication
from governance.paragraphs import Content, Decided, ToDo
from tests.governance import steering
from tests.governance.steering import THE_DAY, Steering

CONTENT = Content(
    title="Utökad samverkan",
    registry_number="KS 2022/17",
    decisions=(Decided("Styrgruppen godkänner planen."),),
    summary="Sju kommuner vill ansluta sig.",
    actions=(ToDo("Fråga de frånvarande", "Enhetschef", THE_DAY.replace(month=12, day=7)),),
    dispatch_to="Medlemskommunerna",
)


def written(group: Steering, *contents: Content, **fields: Any) -> Minutes:
    """A draft with these §§ and nothing else."""
    meeting = steering.meeting(group, **fields)
    meeting.items.all().delete()
    for content in contents or (CONTENT,):
        agenda.add(meeting, title=content.title, by=group.secretary)
    steering.everybody_came(group, meeting)
    kept = minutes.begin(meeting, by=group.secretary)
    for paragraph, content in zip(kept.paragraphs.all(), contents or (CONTENT,), strict=True):
        minutes.save(paragraph, content, version=paragraph.version, by=group.secretary)
    return kept


def adjusted(group: Steering, *contents: Content, **fields: Any) -> Minutes:
    kept = written(group, *contents, **fields)
    keys = [finding.key for finding in checking.check(kept, kept.meeting.held_on) if not finding.stops]
    adjustment.finish(kept, confirmed=keys, by=group.secretary)
    adjustment.sign(kept, by=group.chair)
    return adjustment.sign(kept, by=group.adjuster)


def board(**fields: Any) -> Steering:
    """A body under kommunallagen, whose minutes are announced and can be appealed."""
    return steering.group(**{"name": "Nämnden", "legal_regime": Body.LegalRegime.LAW, **fields})


def addressed() -> dict[str, str]:
    """One of everything that has an address here, made by hand and not by the acts: no PDF is set."""
    group = board(name="Nämnden för adresser")
    kept = written(group)
    paragraph = kept.paragraphs.get()
    action = paragraph.actions.get()
    now = timezone.now()
    Paragraph.objects.filter(pk=paragraph.pk).update(adjusted_at=now)
    Minutes.objects.filter(pk=kept.pk).update(
        status="adjusted", adjusted_at=now, document_digest="0" * 64, finished_at=now, finished_by=group.secretary
    )
    kept.refresh_from_db()
    copy = publication.copy(kept)
    public = Publication.objects.create(
        minutes=kept,
        checked_at=now,
        checked_by=group.member,
        published_at=now,
        content=copy,
        pdf=b"%PDF",
        sha256="0" * 64,
    )
    extract = Extract.objects.create(
        paragraph=paragraph,
        pdf=b"%PDF",
        sha256="0" * 64,
        certified_at=now,
        certified_by=group.chair,
        certified_as="Chef",
    )
    row = Dispatch.objects.create(minutes=kept, addressee="Falu kommun", made_at=now, made_by=group.secretary)
    notice = notices.write(kept, kept_at="Säter", by=group.secretary)
    old = importing.propose(
        group.body, "gammalt.txt", "Möte 2019-03-14\n\n§ 1 Plan\n\nText.".encode(), by=group.secretary
    )
    named = DispatchGroup.objects.create(consortium=group.consortium, name="Revisorerna", kind="members")
    found = {
        "adjusted": kept,
        "publication": public,
        "extract": extract,
        "dispatch": row,
        "posting": notice.postings.order_by("pk")[0],
        "dispatch_group": named,
        "followed_up": action,
        "old_minutes": old,
    }
    return {**{name: str(each.pk) for name, each in found.items()}, "receipt_token": row.token}
