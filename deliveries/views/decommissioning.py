"""Systems that have been shut down, and what that saves each year."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium.access.permissions import Permission
from consortium.access.policy import may_anywhere
from consortium.access.views import StaffRequest, demand_anywhere
from consortium.formats import money
from consortium.methods import require_form_methods
from deliveries import decommissioning
from deliveries.forms.project_lists import ShutDownForm
from deliveries.models import Decommissioning
from deliveries.project_refusals import Refused
from deliveries.views.project_words import form_page, rough
from governance.models import Municipality


@require_safe
def decommissionings(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.PROJECT_READ)
    readable = Municipality.objects.where_may(request.user, Permission.PROJECT_READ)
    rows = Decommissioning.objects.filter(municipality__in=readable).select_related("system", "municipality")
    return render(
        request,
        "deliveries/decommissioning_list.html",
        {
            "columns": [
                {"label": _("System")},
                {"label": _("Kommun")},
                {"label": _("Avställt")},
                {"label": _("Besparing per år"), "number": True},
                {"label": _("Anteckning")},
            ],
            "rows": [
                [
                    row.system.name,
                    row.municipality.name,
                    rough(row.on, row.precision),
                    {"number": money(row.saving_per_year)},
                    row.note or "–",
                ]
                for row in rows
            ],
            "total": money(decommissioning.saved_per_year(readable)),
            "may_edit": may_anywhere(request.user, Permission.PROJECT_EDIT),
            "crumbs": [(_("Leveransprojekt"), reverse("board")), (_("Avställda system"), "")],
        },
    )


@require_form_methods
def shut_down(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.PROJECT_EDIT)
    own = Municipality.objects.where_may(request.user, Permission.PROJECT_EDIT)
    form = ShutDownForm(request.POST if request.method == "POST" else None, municipalities=own)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        on, precision = data.pop("on")
        try:
            decommissioning.shut_down(**data, on=on, precision=precision, by=request.user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Avställningen är antecknad."))
            return redirect("decommissionings")
    return form_page(request, form, _("Anteckna en avställning"), _("Spara avställningen"))
