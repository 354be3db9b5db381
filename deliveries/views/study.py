"""Förstudien: nine matters and how far each has come."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand, demand_anywhere
from consortium.methods import require_form_methods
from deliveries import study as studying
from deliveries.editing import ChangedMeanwhile
from deliveries.forms.plans import StudyForm
from deliveries.models import StudyItem
from deliveries.views.system_frame import (
    address,
    both_texts,
    consortium,
    consortium_choices,
    consortium_or_none,
    may_edit,
    outside,
    tabs,
    with_revision,
)

STATUS_KINDS = {
    StudyItem.Status.OPEN: "neutral",
    StudyItem.Status.ONGOING: "working",
    StudyItem.Status.DONE: "good",
}


@require_safe
def study(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.PROJECT_READ)
    here = consortium_or_none(request)
    if here is None:
        return outside(request, "plans", _("Förstudiens checklista"))
    seen = studying.progress(here)
    context = {
        "tabs": tabs("plans"),
        "consortium": here,
        "consortia": consortium_choices(request, here),
        "progress": seen,
        "may_edit": may_edit(request, here),
        "lines": [
            {
                "item": item,
                "kind": STATUS_KINDS[StudyItem.Status(item.status)],
                "url": address("edit_study", [item.topic], konsortium=request.GET.get("konsortium")),
            }
            for item in seen.items
        ],
        "crumbs": [(_("Leveransplaner"), reverse("plans")), (_("Förstudiens checklista"), "")],
    }
    return render(request, "deliveries/plan_study.html", context)


@require_form_methods
def edit_study(request: StaffRequest, topic: str) -> HttpResponse:
    demand_anywhere(request, Permission.PROJECT_READ)
    here = consortium(request)
    demand(request, Permission.PROJECT_EDIT, here)
    if topic not in StudyItem.Topic.values:
        raise Http404(_("Sidan finns inte."))
    item = studying.item_of(here, topic)
    form = StudyForm(request.POST or None, instance=item, initial={"revision": item.revision})
    back = address("study", konsortium=request.GET.get("konsortium"))
    context: dict[str, Any] = {"title": item.get_topic_display(), "back": back, "tabs": tabs("plans"), "form": form}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            chosen = form.cleaned_data
            try:
                fresh = studying.item_of(here, topic)
                studying.write(fresh, chosen["status"], chosen["note"], seen=chosen["revision"], by=request.user)
            except ChangedMeanwhile as changed:
                context["both_texts"], status = both_texts(form, changed.current), 409
                with_revision(form, changed.current.revision)  # type: ignore[attr-defined]
            else:
                messages.success(request, _("Uppgiften är sparad."))
                return redirect(back)
    context["crumbs"] = [(_("Förstudiens checklista"), back), (context["title"], "")]
    return render(request, "deliveries/plan_form.html", context, status=status)
