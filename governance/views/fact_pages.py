"""What anybody may read of a consortium: VAD, VEM, NÄR, HUR, VARFÖR."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from governance import consortia
from governance.models import Consortium


@login_not_required
@require_safe
def consortium_list(request: HttpRequest) -> HttpResponse:
    """Every consortium that this portal knows of, for anybody."""
    found = Consortium.objects.in_swedish_order().select_related("host")
    return render(
        request,
        "governance/consortium_list.html",
        {"consortia": [(each, consortia.fact_page(each)) for each in found]},
    )


@login_not_required
@require_safe
def consortium_facts(request: HttpRequest, slug: str) -> HttpResponse:
    """VAD, VEM, NÄR, HUR, VARFÖR: nothing here is secret, and no person is named."""
    found = get_object_or_404(Consortium.objects.select_related("host"), slug=slug)
    page = consortia.fact_page(found)
    headings = [
        (_("Vad"), page.what),
        (_("Vem"), page.who),
        (_("När"), page.when),
        (_("Hur"), page.how),
        (_("Varför"), page.why),
    ]
    return render(
        request,
        "governance/consortium_facts.html",
        {
            "consortium": found,
            "headings": headings,
            "facts": page,
            "crumbs": [(_("Samarbeten"), reverse("consortia")), (found.name, "")],
        },
    )
