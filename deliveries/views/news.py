"""What has happened in the projects, for whom it concerns, and what each wants to hear of."""

import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere
from consortium.methods import require_form_methods
from deliveries import reminders
from deliveries.forms.project_lists import NewsForm
from deliveries.models import News

NEWS_SHOWN = 100


@require_form_methods
def news(request: StaffRequest) -> HttpResponse:
    """What has happened; new things are marked until the reader says that they are read."""
    demand_anywhere(request, Permission.PROJECT_READ)
    if request.method == "POST":
        reminders.mark_read(request.user, _until(request))
        messages.success(request, _("Händelserna är markerade som lästa."))
        return redirect("news")
    unread = set(reminders.unread(request.user).values_list("pk", flat=True)[:1000])
    choice = reminders.choice_of(request.user)
    rows = News.objects.visible_to(request.user).exclude(kind__in=choice.not_in_portal).select_related("project")
    shown = list(rows[:NEWS_SHOWN])
    return render(
        request,
        "deliveries/news.html",
        {
            "news": [{"row": each, "is_new": each.pk in unread, "url": _news_url(each)} for each in shown],
            "unread": len(unread),
            "until": shown[0].at.isoformat() if shown else "",
            "crumbs": [(_("Leveransprojekt"), reverse("board")), (_("Händelser"), "")],
        },
    )


def _until(request: StaffRequest) -> datetime.datetime:
    """Only what the reader has seen on the page is read, not what came after."""
    try:
        until = datetime.datetime.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        return timezone.now()
    return min(until if timezone.is_aware(until) else timezone.make_aware(until), timezone.now())


def _news_url(each: News) -> str:
    if each.project_id is None:
        return ""
    if each.municipality_id:
        return reverse("project_part", args=[each.project_id, each.municipality_id])
    return reverse("project", args=[each.project_id])


@require_form_methods
def news_settings(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.PROJECT_READ)
    choice = reminders.choice_of(request.user)
    initial = {
        "in_portal": [kind for kind in News.Kind.values if kind not in choice.not_in_portal],
        "by_mail": [kind for kind in News.Kind.values if kind not in choice.not_by_mail],
    }
    form = NewsForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        reminders.choose(request.user, in_portal=set(data["in_portal"]), by_mail=set(data["by_mail"]))
        messages.success(request, _("Dina val är sparade."))
        return redirect("news_settings")
    title = _("Vad du vill veta")
    return render(
        request,
        "deliveries/project_form.html",
        {
            "form": form,
            "title": title,
            "lead": _(
                "Brevet kommer en gång om dagen, på morgonen, när något har hänt. Det innehåller inga personuppgifter."
            ),
            "submit": _("Spara valen"),
            "cancel_url": reverse("news"),
            "crumbs": [(_("Leveransprojekt"), reverse("board")), (_("Händelser"), reverse("news")), (title, "")],
        },
    )
