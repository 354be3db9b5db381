"""Leveransöverenskommelser: the list, the text, its versions, and the yes of both sides."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand, demand_anywhere, get_or_404
from consortium.formats import day, moment
from consortium.methods import require_form_methods
from consortium.swedish import swedish_order
from deliveries import agreement_contents as contents
from deliveries import agreements, documents, recipes, signing
from deliveries.agreements import Side
from deliveries.engine import profile_name
from deliveries.models import SubmissionAgreement
from deliveries.views.agreement_forms import NewAgreementForm
from governance.models import Municipality

PER_PAGE = 50
Standing = SubmissionAgreement.Standing
KINDS = {
    Standing.DRAFT: "neutral",
    Standing.HALF_SIGNED: "waiting",
    Standing.COMING: "info",
    Standing.IN_FORCE: "good",
    Standing.REPLACED: "closed",
    Standing.EXPIRED: "warn",
    Standing.ENDED: "closed",
}
# Who delivers says yes for the producer; who takes custody says yes for the archive.
MAY_SIGN = {Side.PRODUCER: Permission.SIP_UPLOAD, Side.ARCHIVE: Permission.SIP_ACCEPT}


class EndForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Skäl"),
        help_text=gettext_lazy("Varför leveranserna upphör, till exempel att systemet är avställt."),
        error_messages={"required": gettext_lazy("Skriv skälet.")},
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def standing_tag(agreement: SubmissionAgreement) -> dict[str, str]:
    standing = agreement.standing()
    return {"kind": KINDS[standing], "label": str(standing.label)}


@require_safe
def agreement_list(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.AGREEMENT_READ)
    everything = "alla" in request.GET
    found = SubmissionAgreement.objects.visible_to(request.user).select_related("owner", "system", "replaced_by")
    if not everything:
        found = found.filter(ended_on=None).exclude(
            replaced_by__producer_signed_at__isnull=False, replaced_by__archive_signed_at__isnull=False
        )
    in_order = found.order_by(swedish_order("owner__name"), "number", "-version")
    page = Paginator(in_order, PER_PAGE).get_page(request.GET.get("sida"))
    context = {
        "page_obj": page,
        "everything": everything,
        "columns": [
            {"label": _("Diarienummer")},
            {"label": _("Läge")},
            {"label": _("System")},
            {"label": _("Kommun")},
            {"label": _("Version")},
            {"label": _("Gäller")},
        ],
        "rows": [_row(each) for each in page],
        "may_draft": policy.may_anywhere(request.user, Permission.AGREEMENT_EDIT),
    }
    return render(request, "deliveries/agreement_list.html", context)


def _row(agreement: SubmissionAgreement) -> list[Any]:
    until = day(agreement.valid_until) if agreement.valid_until else _("tills vidare")
    return [
        {"label": agreement.number, "url": reverse("agreement", args=[agreement.pk])},
        standing_tag(agreement),
        str(agreement.system),
        agreement.owner.name,
        str(agreement.version),
        f"{day(agreement.valid_from)} – {until}",
    ]


@require_form_methods
def draft_agreement(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.AGREEMENT_EDIT)
    owners = Municipality.objects.where_may(request.user, Permission.AGREEMENT_EDIT).in_swedish_order()
    chosen = {"system": request.GET.get("system", ""), "owner": request.GET.get("kommun", "")}
    form = NewAgreementForm(owners, request.POST or None, initial=chosen)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = agreements.draft(
                said["owner"],
                said["system"],
                said["number"],
                records_creator=said["records_creator"],
                recipe_slug=said["recipe"],
                by=request.user,
            )
        except agreements.NumberTaken as taken:
            form.add_error("number", str(taken))
        else:
            recipe = recipes.get(made.recipe)
            messages.success(request, _("Utkastet är skrivet efter receptet ”%(recipe)s”.") % {"recipe": recipe.name})
            return redirect("agreement", made.pk)
    context = {"form": form, "crumbs": [(_("Överenskommelser"), reverse("agreements")), (_("Ny"), "")]}
    return render(request, "deliveries/agreement_new.html", context, status=422 if form.errors else 200)


@require_safe
def agreement(request: StaffRequest, agreement_id: int) -> HttpResponse:
    found = get_or_404(request, SubmissionAgreement, agreement_id, may=Permission.AGREEMENT_READ)
    return render(request, "deliveries/agreement_detail.html", _page(request, found))


def _page(request: StaffRequest, found: SubmissionAgreement) -> dict[str, Any]:
    may_edit = policy.may(request.user, Permission.AGREEMENT_EDIT, found.owner)
    recipe = recipes.everything().get(found.recipe)
    return {
        "agreement": found,
        "status": standing_tag(found),
        "hindrance": "" if found.is_draft else found.hindrance(),
        "sections": contents.sections(found, profile_name(found.profile)),
        "objections": agreements.objections(found) if not found.is_signed else [],
        "digest": found.digest(),
        "explained": signing.service().explained(),
        "sides": [_side(request, found, side) for side in Side],
        "versions": _versions(found),
        "recipe": recipe,
        "may_edit": may_edit and found.is_draft,
        "may_version": may_edit and found.is_signed and not hasattr(found, "replaced_by"),
        "may_end": may_edit and found.is_signed and not found.ended_on,
        "crumbs": [(_("Överenskommelser"), reverse("agreements")), (found.number, "")],
    }


def _side(request: StaffRequest, found: SubmissionAgreement, side: Side) -> dict[str, Any]:
    at = getattr(found, f"{side}_signed_at")
    allowed = policy.may(request.user, MAY_SIGN[side], found.owner)
    other = Side.ARCHIVE if side == Side.PRODUCER else Side.PRODUCER
    signature = getattr(found, f"{side}_signature")
    who = signature.get("function") or str(getattr(found, f"{side}_signed_by") or "")
    return {
        "side": side.value,
        "label": side.label,
        "signed": _("%(who)s, %(at)s") % {"who": who, "at": moment(at)} if at else "",
        "digest": signature.get("digest", ""),
        "may_sign": allowed and not at and getattr(found, f"{other}_signed_by_id") != request.user.pk,
        "own_hand": allowed and not at and getattr(found, f"{other}_signed_by_id") == request.user.pk,
        "may_withdraw": allowed and at and not found.is_signed,
    }


def _versions(found: SubmissionAgreement) -> list[SubmissionAgreement]:
    """All versions of the same agreement, the newest first."""
    same = SubmissionAgreement.objects.filter(owner=found.owner, number=found.number)
    return list(same.select_related("owner", "system").order_by("-version"))


@require_safe
def compare_agreement(request: StaffRequest, agreement_id: int) -> HttpResponse:
    found = get_or_404(request, SubmissionAgreement, agreement_id, may=Permission.AGREEMENT_READ)
    if found.previous is None:
        raise Http404(_("Det här är den första versionen. Det finns ingen att jämföra med."))
    context = {
        "agreement": found,
        "previous": found.previous,
        "columns": [{"label": _("Uppgift")}, {"label": _("Avsnitt")}, {"label": _("Förut")}, {"label": _("Nu")}],
        "rows": [
            [each.what, each.section, each.before or "–", each.after or "–"]
            for each in contents.differences(found.previous, found)
        ],
        "crumbs": [
            (_("Överenskommelser"), reverse("agreements")),
            (found.number, reverse("agreement", args=[found.pk])),
            (_("Jämförelse"), ""),
        ],
    }
    return render(request, "deliveries/agreement_compare.html", context)


@require_POST
def sign_agreement(request: StaffRequest, agreement_id: int, side: str) -> HttpResponse:
    found = get_or_404(request, SubmissionAgreement, agreement_id, may=Permission.AGREEMENT_READ)
    demand(request, MAY_SIGN[Side(side)], found.owner)
    try:
        signed = agreements.sign(found, Side(side), digest=request.POST.get("digest", ""), by=request.user)
    except agreements.ChangedMeanwhile:
        messages.error(request, _("Texten ändrades medan du läste. Läs den igen innan du undertecknar."))
    except agreements.NotReady as lack:
        for sentence in lack.sentences:
            messages.error(request, sentence)
    except (agreements.AgreementRefusal, signing.NotSigned) as refusal:
        messages.error(request, str(refusal))
    else:
        whole = _("Båda parter har undertecknat. Överenskommelsen kan användas.")
        messages.success(
            request, whole if signed.is_signed else _("Underskriften är sparad. Den andra parten återstår.")
        )
    return redirect("agreement", found.pk)


@require_POST
def withdraw_signature(request: StaffRequest, agreement_id: int, side: str) -> HttpResponse:
    found = get_or_404(request, SubmissionAgreement, agreement_id, may=Permission.AGREEMENT_READ)
    demand(request, MAY_SIGN[Side(side)], found.owner)
    try:
        agreements.withdraw(found, Side(side), by=request.user)
    except agreements.AgreementRefusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Underskriften är tillbakadragen. Texten är ett utkast igen."))
    return redirect("agreement", found.pk)


@require_POST
def new_agreement_version(request: StaffRequest, agreement_id: int) -> HttpResponse:
    found = get_or_404(request, SubmissionAgreement, agreement_id, may=Permission.AGREEMENT_EDIT)
    try:
        made = agreements.next_version(found, by=request.user)
    except agreements.AgreementRefusal as refusal:
        messages.error(request, str(refusal))
        return redirect("agreement", found.pk)
    messages.success(
        request,
        _("Version %(version)s är påbörjad. Den förra gäller tills den nya är undertecknad.")
        % {"version": made.version},
    )
    return redirect("agreement", made.pk)


@require_form_methods
def end_agreement(request: StaffRequest, agreement_id: int) -> HttpResponse:
    found = get_or_404(request, SubmissionAgreement, agreement_id, may=Permission.AGREEMENT_EDIT)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            agreements.end(found, form.cleaned_data["reason"], by=request.user)
        except agreements.AgreementRefusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Överenskommelsen är avslutad. Inget mer kan levereras under den."))
        return redirect("agreement", found.pk)
    context = {"agreement": found, "form": form}
    return render(request, "deliveries/agreement_end.html", context, status=422 if form.errors else 200)


@require_form_methods
def discard_agreement(request: StaffRequest, agreement_id: int) -> HttpResponse:
    found = get_or_404(request, SubmissionAgreement, agreement_id, may=Permission.AGREEMENT_EDIT)
    if request.method == "POST":
        try:
            agreements.discard(found, by=request.user)
        except agreements.AgreementRefusal as refusal:
            messages.error(request, str(refusal))
            return redirect("agreement", found.pk)
        messages.success(request, _("Utkastet till %(number)s är borttaget.") % {"number": found.number})
        return redirect("agreements")
    return render(request, "deliveries/agreement_discard.html", {"agreement": found})


@require_safe
def agreement_file(request: StaffRequest, agreement_id: int, form: str) -> HttpResponse:
    """The document for people, and the profile for `python -m archive.packages check --profile`."""
    found = get_or_404(request, SubmissionAgreement, agreement_id, may=Permission.AGREEMENT_READ)
    if form == "pdf":
        content, kind = documents.agreement_pdf(found), "application/pdf"
    else:
        profile = agreements.exported_profile(found)
        content, kind = json.dumps(profile, ensure_ascii=False, indent=1).encode(), "application/json"
    name = f"overenskommelse-{found.pk}-version-{found.version}.{form}"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
