"""What happens to minutes after they are signed: check, public copy, extracts, dispatch, notices, on one page each."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere, get_or_404
from consortium.formats import day, moment
from consortium.methods import require_form_methods
from governance import publication
from governance.forms.publishing import MaskForm, WithdrawForm
from governance.meetings import EditedMeanwhile, NotNow
from governance.models import Body, Dispatch, Minutes, Notice, Publication
from governance.views.public import paragraphs_shown

PER_PAGE = 50


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Utgivning"), reverse("publishing")), *more]


def status_tag(minutes: Minutes) -> dict[str, str]:
    made: Publication | None = getattr(minutes, "publication", None)
    if made is None:
        return {"kind": "waiting", "label": _("Väntar på granskning")}
    if made.is_public:
        return {"kind": "good", "label": _("Publicerat")}
    return {"kind": "closed", "label": _("Tillbakadraget")}


@require_safe
def publishing(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.MINUTES_READ)
    found = (
        Minutes.objects.visible_to(request.user)
        .filter(status=Minutes.Status.ADJUSTED)
        .select_related("meeting__body__consortium", "publication")
        .defer("publication__pdf", "publication__content")
        .prefetch_related("notices__postings")
        .annotate(addressees=Count("dispatches"))
        .order_by("-meeting__held_on", "-pk")
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("sida"))
    return render(
        request,
        "governance/publication_list.html",
        {
            "page_obj": page,
            "columns": [
                {"label": _("Protokoll")},
                {"label": _("Justerat")},
                {"label": _("Offentlig kopia")},
                {"label": _("Expedierat till"), "number": True},
                {"label": _("Anslag")},
            ],
            "rows": [_row(minutes) for minutes in page],
            "links": _other_pages(request),
        },
    )


def _row(minutes: Minutes) -> list[Any]:
    return [
        {"label": f"{minutes.meeting.body} {day(minutes.meeting.held_on)}", "url": after_url(minutes)},
        day(minutes.adjusted_at) if minutes.adjusted_at else "–",
        status_tag(minutes),
        {"number": str(getattr(minutes, "addressees", 0))},
        _notice_said(minutes),
    ]


def _notice_said(minutes: Minutes) -> str:
    if minutes.meeting.body.legal_regime != Body.LegalRegime.LAW:
        return _("Behövs inte")
    return said(minutes.whole_notice)


def said(notice: Notice | None) -> str:
    """How far a notice has come."""
    if notice is None:
        return _("Inte skrivet")
    rows = list(notice.postings.all())
    return _("%(n)s av %(all)s har anslagit") % {"n": sum(1 for row in rows if row.posted_on), "all": len(rows)}


def _other_pages(request: StaffRequest) -> list[dict[str, str]]:
    pages = [(_("Uppföljning"), "follow_up"), (_("Publicerade protokoll"), "public_minutes_list")]
    if policy.may_anywhere(request.user, Permission.MINUTES_EDIT):
        pages += [(_("Sändlistor"), "dispatch_groups"), (_("Läs in gamla protokoll"), "old_minutes_list")]
    return [{"title": title, "url": reverse(name)} for title, name in pages]


def after_url(minutes: Minutes) -> str:
    return reverse("minutes_after", args=[minutes.pk])


@require_safe
def minutes_after(request: StaffRequest, minutes_id: int) -> HttpResponse:
    minutes = get_or_404(request, Minutes, minutes_id, may=Permission.MINUTES_READ)
    may_edit = policy.may(request.user, Permission.MINUTES_EDIT, minutes.place)
    made: Publication | None = getattr(minutes, "publication", None)
    dispatches = minutes.dispatches.select_related("mail", "extract__paragraph").defer("extract__pdf", "mail__text")
    return render(
        request,
        "governance/publication_detail.html",
        {
            "minutes": minutes,
            "publication": made,
            "status": status_tag(minutes) if minutes.is_locked else {"kind": "waiting", "label": _("Inte justerat")},
            "may_edit": may_edit,
            "may_check": may_edit and publication.may_check(minutes, request.user),
            "paragraphs": [
                {"paragraph": each, "extracts": list(each.extracts.defer("pdf"))} for each in minutes.paragraphs.all()
            ],
            "dispatches": [{"row": row, "status": dispatch_status(row)} for row in dispatches],
            "needs_notice": minutes.meeting.body.legal_regime == Body.LegalRegime.LAW,
            "notice_said": _notice_said(minutes),
            "archived": _archived(minutes),
            "corrected": bool(made and made.is_public and publication.corrected_since(made)),
            "crumbs": crumbs((str(minutes.meeting), "")),
        },
    )


def _archived(minutes: Minutes) -> list[str]:
    """What the archive says, when there is one above that has taken the minutes or a correction over."""
    rows = getattr(minutes, "own_records", None)
    told = [str(row.told) for row in rows.order_by(F("correction").asc(nulls_first=True))] if rows else []
    return told or ([_("Lämnas till arkivet av sig självt inom någon minut.")] if minutes.due_at else [])


def dispatch_status(row: Dispatch) -> dict[str, str]:
    if row.received_at:
        return {"kind": "good", "label": _("Mottaget %(at)s") % {"at": moment(row.received_at)}}
    if row.mail is None:
        if row.sent_on_paper_on:
            return {"kind": "good", "label": _("Skickat som brev %(day)s") % {"day": day(row.sent_on_paper_on)}}
        return {"kind": "warn", "label": _("Ingen e-postadress: skicka som brev")}
    if row.mail.status in row.mail.NOT_DELIVERED:
        return {"kind": "bad", "label": str(row.mail.get_status_display())}
    if row.mail.sent_at:
        said = _("Skickat %(at)s") % {"at": moment(row.mail.sent_at)}
        double = _(", kan ha skickats två gånger") if row.mail.may_be_double else ""
        return {"kind": "working", "label": said + double}
    return {"kind": "waiting", "label": str(row.mail.get_status_display())}


@require_form_methods
def publication_check(request: StaffRequest, minutes_id: int) -> HttpResponse:
    """The copy as the public would see it. Changing what is left out shows it anew; only what was seen is published."""
    minutes = get_or_404(request, Minutes, minutes_id, may=Permission.MINUTES_EDIT)
    earlier: Publication | None = getattr(minutes, "publication", None)
    form = MaskForm(request.POST or None, initial={"masked": earlier.masked if earlier else ""})
    masked = str(form["masked"].value() or "")[:5000]
    refusal = ""
    if request.method == "POST" and "publish" in request.POST and form.is_valid():
        try:
            publication.publish(
                minutes,
                masked=form.cleaned_data["masked"],
                seen=request.POST.get("seen", ""),
                by=request.user,
            )
        except (NotNow, EditedMeanwhile) as hindrance:
            refusal = str(hindrance)
        else:
            messages.success(request, _("Protokollet är granskat och publicerat. Det syns nu för alla."))
            return redirect("minutes_after", minutes_id)
    copy = publication.copy(minutes, masked)
    return render(
        request,
        "governance/publication_check.html",
        {
            "minutes": minutes,
            "form": form,
            "copy": copy,
            "paragraphs": paragraphs_shown(copy),
            "seen": publication.digest(copy),
            "numbers": publication.personal_numbers_in(copy),
            "refusal": refusal,
            "hindrance": _hindrance(minutes, request),
            "crumbs": crumbs((str(minutes.meeting), after_url(minutes)), (_("Granska"), "")),
        },
        status=409 if refusal else 200,
    )


def _hindrance(minutes: Minutes, request: StaffRequest) -> str:
    try:
        publication.demand_may_check(minutes, request.user)
    except NotNow as said:
        return str(said)
    return ""


@require_form_methods
def publication_withdraw(request: StaffRequest, minutes_id: int) -> HttpResponse:
    minutes = get_or_404(request, Minutes, minutes_id, may=Permission.MINUTES_EDIT)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = Publication.objects.get(minutes=minutes)
            publication.withdraw(made, form.cleaned_data["reason"], by=request.user)
            messages.success(request, _("Protokollet är tillbakadraget och syns inte längre för allmänheten."))
        except Publication.DoesNotExist:
            messages.error(request, _("Protokollet är inte publicerat."))
        except NotNow as hindrance:
            messages.error(request, str(hindrance))
        return redirect("minutes_after", minutes_id)
    return render(
        request,
        "governance/publication_form.html",
        {
            "title": _("Dra tillbaka protokollet"),
            "lead": _("Det försvinner genast för allmänheten, här och i arkivets sökning. Det justerade finns kvar."),
            "form": form,
            "submit": _("Dra tillbaka protokollet"),
            "danger": True,
            "back": after_url(minutes),
            "crumbs": crumbs((str(minutes.meeting), after_url(minutes)), (_("Dra tillbaka"), "")),
        },
        status=422 if form.errors else 200,
    )
