"""Certified extracts: made with one press, then always the same file."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, get_or_404
from governance import extracts
from governance.meetings import NotNow
from governance.models import Extract, Minutes


@require_POST
def extract_certify(request: StaffRequest, minutes_id: int, number: int) -> HttpResponse:
    minutes = get_or_404(request, Minutes, minutes_id, may=Permission.MINUTES_EDIT)
    paragraph = minutes.paragraphs.filter(number=number).first()
    if paragraph is None:
        raise Http404(_("Sidan finns inte."))
    try:
        made = extracts.certify(paragraph, by=request.user)
    except NotNow as hindrance:
        messages.error(request, str(hindrance))
    else:
        messages.success(
            request,
            _("Utdraget av %(label)s är bestyrkt av %(who)s. Spara det eller expediera det härifrån.")
            % {"label": paragraph.label, "who": made.certified_as},
        )
    return redirect("minutes_after", minutes_id)


@require_safe
def extract_pdf(request: StaffRequest, extract_id: int) -> HttpResponse:
    found = get_or_404(request, Extract, extract_id, may=Permission.MINUTES_READ)
    meeting = found.paragraph.minutes.meeting
    name = f"utdrag-{meeting.held_on:%Y-%m-%d}-{found.paragraph.number}.pdf"
    return HttpResponse(
        bytes(found.pdf),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )
