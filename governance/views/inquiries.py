"""Questions to every member with their answers, and what may be said without a name."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand
from consortium.formats import day, moment_in_table, percent
from consortium.methods import require_form_methods
from governance import feedback, inquiries, membership, rounds
from governance.feedback import NamesSomebody, TopicClosed
from governance.forms.inquiries import AnswerForm, AskForm, FeedbackForm, PresumeForm, TopicForm
from governance.models import FeedbackTopic, Inquiry, InquiryReply, Municipality
from governance.views import finding
from governance.views.consortia import crumbs
from governance.views.editing import Crumbs, Paper, press, write

ASK = Permission.MINUTES_EDIT


def _find(request: StaffRequest, pk: int, *, may: Permission | None = None) -> Inquiry:
    return finding.find(request, Inquiry.objects.select_related("consortium", "body", "round"), pk=pk, may=may)


def _crumbs(found: Inquiry, *more: tuple[Any, str]) -> Crumbs:
    here = reverse("inquiry", args=[found.pk]) if more else ""
    return crumbs(found.consortium, (_("Fråga till medlemmarna"), here), *more)


@require_safe
def inquiry(request: StaffRequest, inquiry_id: int) -> HttpResponse:
    found = _find(request, inquiry_id)
    places = {code: at for at, code in enumerate(Municipality.objects.in_swedish_order().values_list("pk", flat=True))}
    replies = sorted(found.replies.select_related("municipality"), key=lambda row: places[row.municipality_id])
    tally = inquiries.tally(found)
    is_open = found.closed_at is None
    return render(
        request,
        "governance/inquiry_detail.html",
        {
            "inquiry": found,
            "crumbs": _crumbs(found),
            "status": {"kind": "working" if is_open else "closed", "label": _("Öppen") if is_open else _("Avslutad")},
            "facts": [
                (_("Ställd"), day(found.asked_at)),
                (_("Ställd av"), found.body),
                (_("Ställs till"), found.to_function),
                (_("Svar senast"), day(found.answer_by) if found.answer_by else ""),
                (_("Svarsandel"), percent(tally.share, 0)),
            ],
            "counts": [
                {"label": _("Har svarat"), "value": tally.answered, "kind": "good"},
                {"label": _("Antaget läge"), "value": tally.presumed, "kind": "info"},
                {"label": _("Inget svar"), "value": tally.waiting, "kind": "waiting"},
            ],
            "replies": [
                (row, _tag(row), _said(row), is_open and inquiries.may_answer(request.user, row)) for row in replies
            ],
            "told": rounds.consequence(found.round) if found.round else None,
            "may_edit": finding.edits(request, found.consortium, ASK),
            "is_open": is_open,
        },
    )


def _tag(row: InquiryReply) -> dict[str, str]:
    if row.replied_at:
        return {"kind": "good", "label": _("Har svarat")}
    return {"kind": "info", "label": row.presumed} if row.presumed else {"kind": "waiting", "label": _("Inget svar")}


def _said(row: InquiryReply) -> str:
    if not row.replied_at:
        return _("Påmind %s") % moment_in_table(row.reminded_at) if row.reminded_at else "–"
    words = {True: _("Ja"), False: _("Nej"), None: ""}[row.yes]
    return ". ".join(part for part in (day(row.day) if row.day else "", words, row.text) if part)


@require_form_methods
def inquiry_ask(request: StaffRequest, consortium_id: int) -> HttpResponse:
    consortium = finding.consortium(request, consortium_id, may=ASK)
    paper = Paper(
        title=_("Fråga alla medlemmar"),
        submit=_("Ställ frågan"),
        back=reverse("consortium", args=[consortium.pk]),
        lead=_("Varje kommun får en egen rad och svarar i portalen."),
        crumbs=crumbs(consortium, (_("Ny fråga"), "")),
    )
    form = AskForm(request.POST or None, consortium=consortium, asked=membership.involved(consortium))
    return write(
        request,
        form,
        paper,
        lambda form: inquiries.ask(consortium, form.facts(), presumed=form.presumed(), by=request.user),
        _("Frågan är ställd."),
        onward=lambda made: reverse("inquiry", args=[made.pk]),
    )


def _reply(request: StaffRequest, inquiry_id: int, reply_id: int, *, may: Permission | None = None) -> InquiryReply:
    found = _find(request, inquiry_id, may=may)
    rows = InquiryReply.objects.select_related("inquiry__consortium", "municipality")
    return get_object_or_404(rows, pk=reply_id, inquiry=found)


def _theirs(row: InquiryReply) -> list[tuple[str, Any]]:
    return [(_("Svar"), _said(row)), (_("Antaget läge"), row.presumed)]


@require_form_methods
def inquiry_answer(request: StaffRequest, inquiry_id: int, reply_id: int) -> HttpResponse:
    row = _reply(request, inquiry_id, reply_id)
    if not inquiries.may_answer(request.user, row):
        demand(request, Permission.MEMBERS_EDIT, row.inquiry.consortium)
    paper = Paper(
        title=_("Svar från %s") % row.municipality,
        submit=_("Lämna svaret"),
        back=reverse("inquiry", args=[inquiry_id]),
        lead=row.inquiry.question,
        crumbs=_crumbs(row.inquiry, (_("Svar"), "")),
        theirs=_theirs,
    )
    said = {True: "yes", False: "no", None: ""}[row.yes]
    initial = {"seen": row.version, "day": row.day, "yes": said, "text": row.text}
    return write(
        request,
        AnswerForm(request.POST or None, kind=row.inquiry.kind, initial=initial),
        paper,
        lambda form: inquiries.answer(row, seen=form.version_seen, by=request.user, **form.facts()),
        _("Tack, svaret är mottaget."),
    )


@require_form_methods
def inquiry_presume(request: StaffRequest, inquiry_id: int, reply_id: int) -> HttpResponse:
    row = _reply(request, inquiry_id, reply_id, may=ASK)
    paper = Paper(
        title=_("Antaget läge för %s") % row.municipality,
        submit=_("Spara läget"),
        back=reverse("inquiry", args=[inquiry_id]),
        lead=_("Vad du tror tills kommunen själv har svarat. Den påminns inte så länge det står något här."),
        crumbs=_crumbs(row.inquiry, (_("Antaget läge"), "")),
        theirs=_theirs,
    )
    return write(
        request,
        PresumeForm(request.POST or None, initial={"seen": row.version, "presumed": row.presumed}),
        paper,
        lambda form: inquiries.presume(row, form.cleaned_data["presumed"], seen=form.version_seen, by=request.user),
        _("Läget är sparat."),
    )


@require_POST
def inquiry_remind(request: StaffRequest, inquiry_id: int) -> HttpResponse:
    found = _find(request, inquiry_id, may=ASK)

    def done(unreached: list[Municipality]) -> str:
        said = _("Påminnelsen är skickad till dem som inte har svarat.")
        names = ", ".join(each.name for each in unreached)
        return f"{said} {_('Utan adress, ring dem: %s.') % names}" if names else said

    return press(request, lambda: inquiries.remind(found, by=request.user), done, reverse("inquiry", args=[found.pk]))


@require_POST
def inquiry_close(request: StaffRequest, inquiry_id: int) -> HttpResponse:
    found = _find(request, inquiry_id, may=ASK)
    back = reverse("inquiry", args=[found.pk])
    return press(request, lambda: inquiries.close(found, by=request.user), _("Frågan är avslutad."), back)


@require_form_methods
def topic_add(request: StaffRequest, consortium_id: int) -> HttpResponse:
    consortium = finding.consortium(request, consortium_id, may=ASK)
    paper = Paper(
        title=_("Öppna för anonyma synpunkter"),
        submit=_("Öppna ämnet"),
        back=reverse("consortium", args=[consortium.pk]),
        lead=_("Ingen ser vem som har skrivit vad. Sammanställningen visas när fem har lämnat synpunkter."),
        crumbs=crumbs(consortium, (_("Anonyma synpunkter"), "")),
    )
    return write(
        request,
        TopicForm(request.POST or None),
        paper,
        lambda form: feedback.open_topic(consortium, form.facts(), by=request.user),
        _("Ämnet är öppet."),
        onward=lambda made: reverse("topic", args=[made.pk]),
    )


@require_form_methods
def topic(request: StaffRequest, topic_id: int) -> HttpResponse:
    found = finding.find(request, FeedbackTopic.objects.select_related("consortium"), pk=topic_id)
    form = FeedbackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            feedback.give(found, form.cleaned_data["text"], form.cleaned_data["tags"])
        except (NamesSomebody, TopicClosed) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Tack. Din synpunkt är lämnad utan namn, kommun och tid."))
            return redirect("topic", found.pk)
    return render(
        request,
        "governance/inquiry_topic.html",
        {
            "topic": found,
            "form": form,
            "summary": feedback.summary(found),
            "enough": feedback.ENOUGH,
            "crumbs": crumbs(found.consortium, (found.title, "")),
        },
        status=422 if form.errors else 200,
    )
