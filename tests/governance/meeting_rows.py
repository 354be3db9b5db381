"""One of everything that has an address among meetings and minutes, for the access matrix and for axe."""

from dataclasses import replace

from governance import agenda, meetings, minutes
from governance.models import Remark
from governance.paragraphs import Content, content_of
from tests.governance import publishing, steering
from tests.governance.steering import Steering
from tests.personas import Personas

PDF = b"%PDF-1.7 underlag"


def addressed(people: Personas) -> dict[str, str]:
    """A coming meeting where the steering member has a seat, and one whose minutes are being written."""
    group = _group(people)
    coming = steering.coming(group)
    item = agenda.add(coming, title="Budget", description="Förslaget är bifogat.", by=group.secretary)
    kept = publishing.written(group, publishing.CONTENT, Content("Datum för möten"))
    paragraph = kept.paragraphs.first()
    assert paragraph
    minutes.save(paragraph, replace(content_of(paragraph), summary="Nytt."), version=paragraph.version, by=group.chair)
    remark = Remark.objects.create(minutes=kept, paragraph=paragraph, round=1, text="Fel dag.", made_by=group.adjuster)
    rows = {
        "meeting": coming,
        "item": item,
        "paper": agenda.attach(item, "underlag.pdf", PDF, by=group.secretary),
        "unwritten": meetings.plan(
            group.body,
            held_on=steering.THE_DAY.replace(day=10),
            starts_at=steering.TEN,
            ends_at=steering.HALF_PAST_ELEVEN,
            by=group.secretary,
        ),
        "kept": kept.meeting,
        "paragraph": paragraph,
        "remark": remark,
    }
    return {
        **{name: str(row.pk) for name, row in rows.items()},
        "kept_version": str(paragraph.versions.latest("version").version),
    }


def _group(people: Personas) -> Steering:
    group = steering.group(name="Styrgruppen för adresser")
    group.body.seats.filter(municipality="2062").update(user=people.steering_member)
    return group
