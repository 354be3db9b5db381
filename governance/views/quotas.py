"""Utrymme: the form where the consortium sets a municipality's limit."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.policy import AnyUser
from consortium.access.views import StaffRequest
from consortium.formats import size
from consortium.methods import require_form_methods
from governance import quota
from governance.forms.quotas import QuotaForm, first_limit
from governance.models import Consortium, Municipality, Quota
from governance.views import finding, quota_words
from governance.views.consortia import crumbs
from governance.views.editing import Paper, write


@require_form_methods
def quota_edit(request: StaffRequest, consortium_id: int, code: str) -> HttpResponse:
    consortium, municipality = finding.member(request, consortium_id, code, may=Permission.MEMBERS_EDIT)
    if not may_set(request.user, consortium, municipality):
        raise PermissionDenied(_("Gränsen sätts av konsortieadministratören där kommunen är medlem."))
    stands = quota.standing(municipality)
    back = reverse("member", args=[consortium.pk, municipality.pk])
    paper = Paper(
        title=_("Utrymme för %s") % municipality,
        submit=_("Spara gränsen"),
        back=back,
        lead=quota_words.sentence(stands),
        crumbs=crumbs(consortium, (municipality.name, back), (_("Utrymme"), "")),
        theirs=_theirs,
    )
    return write(
        request,
        QuotaForm(request.POST or None, initial=first_limit(stands.limit, quota.version(municipality))),
        paper,
        lambda form: quota.set_limit(municipality, form.limit, seen=form.version_seen, by=request.user),
        lambda _row: quota_words.sentence(quota.standing(municipality)),
    )


def may_set(user: AnyUser, consortium: Consortium, municipality: Municipality) -> bool:
    """The consortium's right, not the municipality's own: nobody raises their own limit."""
    answering = list(municipality.above()) or [consortium]
    return any(policy.may(user, Permission.MEMBERS_EDIT, each) for each in answering)


def _theirs(row: Quota) -> list[tuple[Any, Any]]:
    return [(_("Gräns"), _("Ingen gräns") if row.bytes is None else size(row.bytes))]
