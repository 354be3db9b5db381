"""To whom minutes and extracts go, how each sending went, and the lists that stand for many."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from consortium import audit, post
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand, demand_anywhere, get_or_404
from consortium.audit_events import Event
from consortium.methods import require_form_methods
from consortium.swedish import swedish_order
from governance import dispatch
from governance.forms.publishing import AddressForm, BounceForm, DispatchForm, DispatchGroupForm, PaperForm
from governance.meetings import NotNow
from governance.models import Body, Consortium, Dispatch, DispatchGroup, Extract, Minutes
from governance.views.publication import after_url, crumbs, dispatch_status


@require_form_methods
def dispatch_new(request: StaffRequest, minutes_id: int) -> HttpResponse:
    """The whole minutes, or with ?utdrag= a certified §. Who would get it is shown before it is sent."""
    minutes = get_or_404(request, Minutes, minutes_id, may=Permission.MINUTES_EDIT)
    extract = _extract(request, minutes)
    wanted = extract.paragraph.dispatch_to if extract else dispatch.MEMBERS
    form = DispatchForm(request.POST or None, initial={"lines": wanted})
    shown: list[dispatch.Addressee] = []
    if request.method == "POST" and form.is_valid():
        lines = form.cleaned_data["lines"]
        if "send" in request.POST:
            try:
                made = dispatch.dispatch(minutes, lines, extract=extract, by=request.user)
            except (NotNow, post.Unwritable) as hindrance:
                form.add_error("lines", str(hindrance))
            else:
                messages.success(request, _sent(len(made)))
                return redirect("minutes_after", minutes_id)
        shown = dispatch.expand_all(lines, minutes.place, minutes.meeting.held_on)
    what = _("utdraget av %(label)s") % {"label": extract.paragraph.label} if extract else _("hela protokollet")
    return render(
        request,
        "governance/dispatch_new.html",
        {
            "minutes": minutes,
            "title": _("Expediera %(what)s") % {"what": what},
            "form": form,
            "extract": extract,
            "columns": [{"label": _("Mottagare")}, {"label": _("E-post")}, {"label": _("Genom")}],
            "rows": [[each.name, each.email or _("Ingen: skickas som brev"), each.group or "–"] for each in shown],
            "groups": DispatchGroup.objects.filter(consortium=minutes.place).order_by(swedish_order("name")),
            "back": after_url(minutes),
            "crumbs": crumbs((str(minutes.meeting), after_url(minutes)), (_("Expediera"), "")),
        },
        status=422 if form.errors else 200,
    )


def _extract(request: StaffRequest, minutes: Minutes) -> Extract | None:
    asked = request.GET.get("utdrag", "")
    if not asked:
        return None
    found = Extract.objects.filter(paragraph__minutes=minutes, pk=asked).first() if asked.isdecimal() else None
    if found is None:
        raise Http404(_("Sidan finns inte."))
    return found


def _sent(number: int) -> str:
    if not number:
        return _("Alla mottagare har redan fått det. Ingenting skickades.")
    return ngettext("Expedierat till %(n)s mottagare.", "Expedierat till %(n)s mottagare.", number) % {"n": number}


FORMS: dict[str, type[forms.Form]] = {"bounce": BounceForm, "address": AddressForm, "paper": PaperForm}


@require_form_methods
def dispatch_row(request: StaffRequest, dispatch_id: int) -> HttpResponse:
    """One addressee: note a return, send to another address, or note that it went as a letter."""
    row = get_or_404(request, Dispatch, dispatch_id, may=Permission.MINUTES_EDIT)
    asked = request.POST.get("act", "")
    if request.method == "POST" and asked not in FORMS:
        raise Http404(_("Sidan finns inte."))
    made = {name: form(request.POST if name == asked else None, auto_id=f"{name}_%s") for name, form in FORMS.items()}
    if asked and made[asked].is_valid():
        try:
            _note(row, asked, made[asked].cleaned_data, request)
        except (NotNow, post.Unwritable) as hindrance:
            made[asked].add_error(None, str(hindrance))
        else:
            messages.success(request, _("Antecknat för %(who)s.") % {"who": row.addressee})
            return redirect("minutes_after", row.minutes_id)
    return render(
        request,
        "governance/dispatch_row.html",
        {
            "row": row,
            "status": dispatch_status(row),
            "forms": made,
            "wrong": made[asked] if asked else None,
            "crumbs": crumbs((str(row.minutes.meeting), after_url(row.minutes)), (row.addressee, "")),
        },
        status=422 if asked else 200,
    )


def _note(row: Dispatch, act: str, given: dict[str, Any], request: StaffRequest) -> None:
    if act == "bounce":
        dispatch.note_bounce(row, given["reason"], by=request.user)
    elif act == "address":
        dispatch.send_to_other_address(row, given["email"], by=request.user)
    else:
        dispatch.note_sent_on_paper(row, given["on"], by=request.user)


@login_not_required
@never_cache
@require_form_methods
def dispatch_receipt(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the letter. Only pressing the button confirms, so that a mail filter that follows links does not."""
    row = Dispatch.objects.filter(token=token).select_related("minutes__meeting__body").first()
    if row is None:
        raise Http404(_("Sidan finns inte."))
    if request.method == "POST":
        row = dispatch.confirm_receipt(token)
    response = render(request, "governance/dispatch_receipt.html", {"row": row})
    response["X-Robots-Tag"] = "noindex"
    return response


@require_form_methods
def dispatch_groups(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.MINUTES_EDIT)
    return _group_page(request, None)


@require_form_methods
def dispatch_group(request: StaffRequest, group_id: int) -> HttpResponse:
    mine = Consortium.objects.where_may(request.user, Permission.MINUTES_READ)
    found = DispatchGroup.objects.filter(consortium__in=mine, pk=group_id).first()
    if found is None:
        raise Http404(_("Sidan finns inte."))
    demand(request, Permission.MINUTES_EDIT, found.consortium)
    if request.method == "POST" and "remove" in request.POST:
        audit.record(
            by=request.user, what=Event.DISPATCH_GROUP_CHANGED, target=found, place=found.consortium, removed=True
        )
        found.delete()
        messages.success(request, _("Sändlistan är borttagen. Det som redan är expedierat finns kvar."))
        return redirect("dispatch_groups")
    return _group_page(request, found)


def _group_page(request: StaffRequest, group: DispatchGroup | None) -> HttpResponse:
    consortia = Consortium.objects.where_may(request.user, Permission.MINUTES_EDIT)
    form = DispatchGroupForm(request.POST or None, instance=group, initial={"consortium": consortia.first()})
    for name, rows in (("consortium", consortia), ("body", Body.objects.filter(consortium__in=consortia))):
        field = form.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        audit.record(by=request.user, what=Event.DISPATCH_GROUP_CHANGED, target=saved, place=saved.consortium)
        messages.success(request, _("Sändlistan %(name)s är sparad.") % {"name": saved.name})
        return redirect("dispatch_groups")
    groups = (
        DispatchGroup.objects.filter(consortium__in=consortia).select_related("body").order_by(swedish_order("name"))
    )
    title = group.name if group else _("Sändlistor")
    return render(
        request,
        "governance/dispatch_groups.html",
        {
            "title": title,
            "group": group,
            "form": form,
            "items": [
                {
                    "title": each.name,
                    "url": reverse("dispatch_group", args=[each.pk]),
                    "meta": [each.get_kind_display(), str(each.body or "")],
                }
                for each in groups
            ],
            "crumbs": crumbs((_("Sändlistor"), reverse("dispatch_groups")), *(((title, ""),) if group else ())),
        },
        status=422 if form.errors else 200,
    )
