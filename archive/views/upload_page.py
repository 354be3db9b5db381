"""Lämna paket: choose the agreement, bring the files, get a number. Without JavaScript a plain form does the same."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from archive import reception, tasks, uploading
from archive.models import SIP, Upload
from archive.models.submissions import DeliveryKind
from archive.refusals import AlreadyReceived, Empty, QuotaReached, Refused
from archive.views import tus
from archive.views.upload_handler import QuarantinedFile
from archive.views.upload_words import words
from consortium import formats
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere, get_or_404
from consortium.forms import SentFile, sent_files
from consortium.methods import require_form_methods
from consortium.swedish import swedish_order
from deliveries.models import SubmissionAgreement
from governance.models import Municipality
from governance.views import quota_words


class PackageForm(forms.Form):
    agreement = forms.ModelChoiceField(
        SubmissionAgreement.objects.none(),
        label=gettext_lazy("Vilken överenskommelse gäller leveransen?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Välj vilken överenskommelse leveransen gäller.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Slag av leverans"),
        choices=DeliveryKind.choices,
        initial=DeliveryKind.PRODUCTION,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("En testleverans kontrolleras på samma sätt men arkiveras inte."),
        error_messages={"required": gettext_lazy("Välj om det är en testleverans eller en skarp leverans.")},
    )
    file = SentFile(
        label=gettext_lazy("Paket (zip, tar eller tar.gz)"),
        error_messages={"required": gettext_lazy("Välj en fil att lämna in."), "empty": Empty.sentence},
    )

    def __init__(self, agreements: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agreement"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = agreements


@require_form_methods
def upload_page(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.SIP_UPLOAD)
    agreements = _agreements(request)
    if request.method != "POST":
        return _page(request, PackageForm(agreements), agreements)
    form = PackageForm(agreements, request.POST, sent_files(request))
    if not form.is_valid():
        return _page(request, form, agreements, status=413 if hasattr(request, "upload_refused") else 422)
    try:
        sip = _receive(form.cleaned_data, request)
    except Refused as refused:
        form.add_error("file" if isinstance(refused, (AlreadyReceived, QuotaReached)) else "agreement", str(refused))
        return _page(request, form, agreements, refused=refused, status=422)
    tasks.validate.delay_on_commit(str(sip.pk))
    messages.success(request, _("Paketet är mottaget och har nummer %(number)s.") % {"number": sip.number})
    return redirect("sip", sip.pk)


def _receive(data: dict[str, Any], request: StaffRequest) -> SIP:
    """The whole file lies in quarantine already; from here it goes the way of every upload."""
    file: QuarantinedFile = data["file"]
    upload = uploading.begin(
        data["agreement"],
        kind=data["kind"],
        filename=tus.label(file.name or "") or _("namnlös"),
        size=file.size or 0,
        sha256_promised=file.sha256,
        by=request.user,
        key=file.key,
    )
    file.keep()
    return reception.receive(upload, by=request.user, sha256=file.sha256)


def _agreements(request: StaffRequest) -> Any:
    places = Municipality.objects.where_may(request.user, Permission.SIP_UPLOAD)
    return (
        SubmissionAgreement.objects.filter(owner__in=places, ended_on=None)
        .exclude(replaced_by__producer_signed_at__isnull=False, replaced_by__archive_signed_at__isnull=False)
        .select_related("owner", "system", "project", "replaced_by")
        .order_by(swedish_order("system__name"), "number", "version")
    )


def _page(
    request: StaffRequest, form: PackageForm, agreements: Any, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    options = [_option(agreement) for agreement in agreements]
    usable = [option for option in options if not option["hindrance"]]
    chosen = str(form["agreement"].value() or (usable[0]["id"] if len(usable) == 1 else ""))
    return render(
        request,
        "archive/upload.html",
        {
            "form": form,
            "options": sorted(options, key=lambda option: bool(option["hindrance"])),
            "usable": usable,
            "chosen": chosen,
            "kind": form["kind"].value(),
            "unfinished": [_unfinished(upload) for upload in _unfinished_uploads(request)],
            "meters": quota_words.limited(Municipality.objects.where_may(request.user, Permission.SIP_UPLOAD)),
            "earlier": refused.earlier if isinstance(refused, AlreadyReceived) else None,
            "plain_limit": formats.size(settings.UPLOAD_PLAIN_MAX_BYTES),
            "limit": formats.size(settings.UPLOAD_MAX_BYTES),
            "days": settings.UPLOAD_EXPIRES_DAYS,
            "csrf_cookie": settings.CSRF_COOKIE_NAME,
            "words": words(),
        },
        status=status,
    )


def _option(agreement: SubmissionAgreement) -> dict[str, Any]:
    return {
        "id": agreement.pk,
        "label": f"{agreement.project or agreement.system}, {agreement.number}",
        "facts": f"{agreement.owner}, {agreement.records_creator}",
        "hindrance": agreement.hindrance(),
    }


def _unfinished_uploads(request: StaffRequest) -> Any:
    return Upload.objects.visible_to(request.user).open().order_by("-started_at")


def _unfinished(upload: Upload) -> dict[str, Any]:
    return {
        "filename": upload.filename,
        "url": reverse("tus_upload", args=[upload.pk]),
        "cancel_url": reverse("cancel_upload", args=[upload.pk]),
        "progress": _("hela paketet är mottaget; det lämnas in när en ny version av överenskommelsen är undertecknad")
        if upload.waits_for_agreement
        else _("%(done)s av %(all)s mottaget")
        % {"done": formats.size(upload.offset), "all": formats.size(upload.size)},
        "started": formats.moment_in_table(upload.started_at),
        "until": formats.moment_in_table(upload.expires_at),
    }


@require_POST
def cancel_upload(request: StaffRequest, upload_id: UUID) -> HttpResponse:
    upload = get_or_404(request, Upload, upload_id, may=Permission.SIP_UPLOAD)
    try:
        uploading.cancel(upload, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Uppladdningen av %(name)s är avbruten.") % {"name": upload.filename})
    return redirect("upload")
