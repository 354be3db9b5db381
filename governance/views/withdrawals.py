"""A member on its way out: how long it stays, and what it gets back before it leaves."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest
from consortium.formats import day
from consortium.methods import require_form_methods
from governance import withdrawal
from governance.forms.members import LeaveForm, ReturnedForm, TakeBackForm
from governance.models import ReturnItem, Withdrawal
from governance.views import finding
from governance.views.editing import Paper, write
from governance.views.members import member_crumbs

EDIT = Permission.MEMBERS_EDIT


@require_safe
def withdrawal_detail(request: StaffRequest, withdrawal_id: int) -> HttpResponse:
    found = finding.find(request, Withdrawal.objects.select_related("consortium", "municipality"), pk=withdrawal_id)
    return render(
        request,
        "governance/member_withdrawal.html",
        {
            "withdrawal": found,
            "items": found.items.all(),
            "crumbs": member_crumbs(found.consortium, found.municipality, (_("Uppsägning"), "")),
            "days_left": max(0, (found.leaves_on - timezone.localdate()).days),
            "facts": [
                (_("Läge"), found.get_status_display()),
                (_("Uppsagd"), day(found.notified_on)),
                (_("Uppsägningstid"), _("%s månader") % found.months_of_notice),
                (_("Utträder"), day(found.leaves_on)),
                (_("Beslut"), found.reference),
                (_("Kvarstående kostnader"), found.remaining_costs),
            ],
            "may_edit": finding.edits(request, found.consortium) and found.status == Withdrawal.Status.RUNNING,
        },
    )


def _withdrawal(request: StaffRequest, pk: int) -> Withdrawal:
    return finding.find(request, Withdrawal.objects.select_related("consortium", "municipality"), pk=pk, may=EDIT)


@require_form_methods
def withdrawal_return(request: StaffRequest, withdrawal_id: int, item_id: int) -> HttpResponse:
    found = _withdrawal(request, withdrawal_id)
    item = get_object_or_404(ReturnItem, pk=item_id, withdrawal=found)
    paper = Paper(
        title=_("Återlämnat: %s") % item,
        submit=_("Anteckna återlämnandet"),
        back=reverse("withdrawal", args=[found.pk]),
        crumbs=member_crumbs(found.consortium, found.municipality, (_("Återlämnande"), "")),
    )
    return write(
        request,
        ReturnedForm(request.POST or None, initial={"done_on": timezone.localdate()}),
        paper,
        lambda form: withdrawal.mark_returned(item, by=request.user, **form.facts()),
        _("Återlämnandet är antecknat."),
    )


@require_form_methods
def withdrawal_end(request: StaffRequest, withdrawal_id: int) -> HttpResponse:
    found = _withdrawal(request, withdrawal_id)
    paper = Paper(
        title=_("%s lämnar samarbetet") % found.municipality,
        submit=_("Anteckna utträdet"),
        back=reverse("withdrawal", args=[found.pk]),
        lead=_("Går när uppsägningstiden har löpt ut och allt är återlämnat."),
        crumbs=member_crumbs(found.consortium, found.municipality, (_("Utträde"), "")),
        danger=True,
    )
    return write(
        request,
        LeaveForm(request.POST or None, initial={"on": timezone.localdate()}),
        paper,
        lambda form: withdrawal.leave(found, by=request.user, **form.facts()),
        _("Utträdet är antecknat."),
    )


@require_form_methods
def withdrawal_take_back(request: StaffRequest, withdrawal_id: int) -> HttpResponse:
    found = _withdrawal(request, withdrawal_id)
    paper = Paper(
        title=_("Uppsägningen återtas"),
        submit=_("Anteckna återtagandet"),
        back=reverse("withdrawal", args=[found.pk]),
        lead=_("%s stannar i samarbetet.") % found.municipality,
        crumbs=member_crumbs(found.consortium, found.municipality, (_("Återtagande"), "")),
    )
    return write(
        request,
        TakeBackForm(request.POST or None, initial={"on": timezone.localdate()}),
        paper,
        lambda form: withdrawal.take_back(found, by=request.user, **form.facts()),
        _("Återtagandet är antecknat. Kommunen är medlem som förut."),
    )
