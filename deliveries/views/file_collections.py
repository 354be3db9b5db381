"""File collections: laid up and changed by the e-archive centre for the whole consortium."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere
from consortium.methods import require_form_methods
from deliveries import file_collections
from deliveries.forms.project_lists import StreamForm
from deliveries.models import FileStream
from deliveries.project_refusals import ChangedMeanwhile, Refused
from deliveries.views.project_words import form_page
from governance.models import Consortium


@require_form_methods
def stream(request: StaffRequest, stream_id: int = 0) -> HttpResponse:
    """A new file collection, or a changed one. They are the consortium's own."""
    demand_anywhere(request, Permission.PROJECT_EDIT)
    ours = Consortium.objects.where_may(request.user, Permission.PROJECT_EDIT)
    found = get_object_or_404(FileStream.objects.filter(consortium__in=ours), pk=stream_id) if stream_id else None
    consortium = found.consortium if found else ours.order_by("pk").first()
    if consortium is None:
        raise Http404(_("Filsamlingar läggs upp av e-arkivcentrum för hela samverkan."))
    initial = _stream_initial(found) if found else {}
    bound = request.POST if request.method == "POST" else None
    form = StreamForm(bound, municipalities=consortium.members(), initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["municipalities"]
        try:
            if found:
                seen = form.cleaned_data["version"]
                file_collections.change(found, form.facts, chosen, seen=seen, by=request.user)
            else:
                file_collections.begin(consortium, form.facts, chosen, by=request.user)
        except ChangedMeanwhile as meanwhile:
            form.add_error(None, str(meanwhile))
            newest = FileStream.objects.values_list("version", flat=True).get(pk=stream_id)
            form.data = {**form.data, "municipalities": chosen, "version": str(newest)}  # saved again, it stands
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Filsamlingen är sparad."))
            return redirect("board")
    title = _("Ändra filsamlingen") if found else _("Ny filsamling")
    return form_page(request, form, title, _("Spara filsamlingen"))


def _stream_initial(found: FileStream) -> dict[str, Any]:
    names = ("kind", "name", "priority", "from_on", "until_on", "note", "version")
    chosen = list(found.municipalities.values_list("pk", flat=True))
    return {name: getattr(found, name) for name in names} | {"municipalities": chosen}
