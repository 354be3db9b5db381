"""Filsamlingar: grades, minutes, films and websites that are read in when there is room between the projects."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from consortium import audit
from consortium.audit_events import Event
from consortium.models import User
from deliveries.models import FileStream
from deliveries.project_refusals import ChangedMeanwhile, EndsBeforeStart
from governance.models import Consortium, Municipality


@transaction.atomic
def begin(
    consortium: Consortium, facts: Mapping[str, Any], municipalities: Iterable[Municipality] = (), *, by: User | None
) -> FileStream:
    stream = FileStream(consortium=consortium, **facts)
    _demand_order(stream)
    stream.save()
    stream.municipalities.set(municipalities)
    audit.record(by=by, what=Event.FILE_STREAM_CHANGED, target=stream, place=consortium)
    return stream


@transaction.atomic
def change(
    stream: FileStream, facts: Mapping[str, Any], municipalities: Iterable[Municipality], *, seen: int, by: User
) -> FileStream:
    stream = FileStream.objects.select_for_update(of=("self",)).get(pk=stream.pk)
    if stream.version != seen:
        raise ChangedMeanwhile(_("Någon annan har ändrat filsamlingen medan du skrev. Jämför och spara igen."))
    for name, value in facts.items():
        setattr(stream, name, value)
    _demand_order(stream)
    stream.version += 1
    stream.save()
    stream.municipalities.set(municipalities)
    audit.record(by=by, what=Event.FILE_STREAM_CHANGED, target=stream, place=stream.consortium)
    return stream


def _demand_order(stream: FileStream) -> None:
    if stream.from_on and stream.until_on and stream.until_on < stream.from_on:
        raise EndsBeforeStart(_("Slutdatum ligger före startdatum. Rätta ett av dem."))
