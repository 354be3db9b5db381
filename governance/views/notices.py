"""Notices: the text to copy for each municipality's own board, and what each says about having posted it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand, get_or_404
from consortium.formats import day
from consortium.methods import require_form_methods
from consortium.swedish import swedish_order
from governance import notices
from governance.forms.publishing import NoticeForm, PostedForm, TakenDownForm
from governance.meetings import EditedMeanwhile, NotNow
from governance.models import Minutes, Notice, Paragraph, Posting
from governance.views.publication import after_url, crumbs, said


@require_form_methods
def notice(request: StaffRequest, minutes_id: int) -> HttpResponse:
    """Write the notice, then follow it board by board."""
    minutes = get_or_404(request, Minutes, minutes_id, may=Permission.MINUTES_READ)
    return _page(request, minutes, None, minutes.whole_notice)


@require_form_methods
def paragraph_notice(request: StaffRequest, minutes_id: int, number: int) -> HttpResponse:
    """The same for a § that was adjusted at once."""
    minutes = get_or_404(request, Minutes, minutes_id, may=Permission.MINUTES_READ)
    paragraph = minutes.paragraphs.filter(number=number, adjusted_at__isnull=False).first()
    if paragraph is None:
        raise Http404(_("Sidan finns inte."))
    return _page(request, minutes, paragraph, getattr(paragraph, "notice", None))


def _page(request: StaffRequest, minutes: Minutes, paragraph: Paragraph | None, found: Notice | None) -> HttpResponse:
    host = minutes.place.host
    form = NoticeForm(request.POST or None, initial={"kept_at": str(host) if host else ""})
    if request.method == "POST":
        demand(request, Permission.MINUTES_EDIT, minutes.place)
        if form.is_valid():
            kept_at = form.cleaned_data["kept_at"]
            try:
                made = notices.write(minutes, paragraph=paragraph, kept_at=kept_at, by=request.user)
            except NotNow as hindrance:
                form.add_error(None, str(hindrance))
            else:
                messages.success(
                    request,
                    _("Anslaget är skrivet. Skicka texten till dem som anslår, och anteckna när det är gjort."),
                )
                return redirect(made)
    body = minutes.meeting.body
    after = (str(minutes.meeting), after_url(minutes))
    whole = (_("Anslag"), reverse("notice", args=[minutes.pk]) if paragraph else "")
    return render(
        request,
        "governance/notice_detail.html",
        {
            "minutes": minutes,
            "title": _("Anslag, %(label)s") % {"label": paragraph.label} if paragraph else _("Anslag"),
            "notice": found,
            "form": form,
            "may_write": (minutes.is_locked or paragraph is not None)
            and policy.may(request.user, Permission.MINUTES_EDIT, minutes.place),
            "regime": body.regime_text,
            "own_board": minutes.place.has_own_board,
            "needs_notice": body.regime.appeal_weeks is not None,
            "facts": _facts(found) if found else [],
            "columns": [
                {"label": _("Kommun")},
                {"label": _("Läge")},
                {"label": _("Anslaget")},
                {"label": _("Nedtaget")},
            ],
            "rows": [_row(each) for each in _postings(found)] if found else [],
            "at_once": [] if paragraph else _at_once(minutes),
            "crumbs": crumbs(after, whole, *([(paragraph.label, "")] if paragraph else [])),
        },
        status=422 if form.errors else 200,
    )


def _at_once(minutes: Minutes) -> list[tuple[Paragraph, str]]:
    """§§ with a notice of their own, and how far each has come."""
    adjusted = minutes.paragraphs.filter(adjusted_at__isnull=False).select_related("notice")
    return [(each, said(getattr(each, "notice", None))) for each in adjusted]


def _postings(found: Notice) -> list[Posting]:
    return list(found.postings.select_related("municipality", "notice").order_by(swedish_order("municipality__name")))


def _facts(found: Notice) -> list[tuple[str, str]]:
    until = found.appeal_until
    own = found.place.has_own_board
    counted = _("Räknas från den dag förbundet anslår") if own else _("Räknas från den dag den sista kommunen anslår")
    return [
        (_("Justerat"), day(found.adjusted_on)),
        (_("Anslås senast"), day(found.post_by) if found.post_by else "–"),
        (_("Överklagandetiden går ut"), day(until) if until else counted),
        (_("Protokollet förvaras"), found.kept_at),
    ]


def _row(each: Posting) -> list[Any]:
    return [
        {"label": str(each.municipality), "url": reverse("posting", args=[each.pk])},
        _status(each),
        day(each.posted_on) if each.posted_on else "–",
        day(each.taken_down_on) if each.taken_down_on else "–",
    ]


def _status(each: Posting) -> dict[str, str]:
    if each.taken_down_on:
        return {"kind": "good", "label": _("Klart")}
    if each.posted_on:
        return (
            {"kind": "warn", "label": _("Anslaget för sent")}
            if each.is_late
            else {"kind": "good", "label": _("Anslaget")}
        )
    return {"kind": "waiting", "label": _("Inte anslaget")}


@require_form_methods
def posting(request: StaffRequest, posting_id: int) -> HttpResponse:
    found = (
        Posting.objects.filter(pk=posting_id, notice__in=Notice.objects.visible_to(request.user))
        .select_related("notice__minutes__meeting__body__consortium", "notice__paragraph", "municipality")
        .first()
    )
    if found is None:
        raise Http404(_("Sidan finns inte."))
    demand(request, Permission.MINUTES_EDIT, found.notice.place)
    asked = request.POST.get("act", "")
    start = {
        "version": found.version,
        "posted_on": found.posted_on,
        "proof": found.proof,
        "taken_down_on": found.taken_down_on,
    }
    up = PostedForm(request.POST if asked == "posted" else None, initial=start, auto_id="posted_%s")
    down = TakenDownForm(request.POST if asked == "down" else None, initial=start, auto_id="down_%s")
    form = up if asked == "posted" else down
    theirs: Posting | None = None
    if asked in ("posted", "down") and form.is_valid():
        given = form.cleaned_data
        try:
            if asked == "posted":
                notices.note_posted(
                    found, given["posted_on"], proof=given["proof"], version=given["version"], by=request.user
                )
            else:
                notices.note_taken_down(found, given["taken_down_on"], version=given["version"], by=request.user)
        except NotNow as hindrance:
            form.add_error(None, str(hindrance))
        except EditedMeanwhile as told:
            theirs = told.theirs
            form.add_error(None, str(told))
            form.data = {**request.POST.dict(), "version": str(told.theirs.version)}
        else:
            messages.success(request, _("Antecknat för %(who)s.") % {"who": found.municipality})
            return redirect(found.notice)
    return render(
        request,
        "governance/notice_posting.html",
        {
            "posting": found,
            "theirs": theirs,
            "text": notices.text(found),
            "up": up,
            "down": down,
            "wrong": form if asked else None,
            "crumbs": crumbs(
                (str(found.notice.minutes.meeting), after_url(found.notice.minutes)),
                (_("Anslag"), found.notice.get_absolute_url()),
                (str(found.municipality), ""),
            ),
        },
        status=422 if asked else 200,
    )
