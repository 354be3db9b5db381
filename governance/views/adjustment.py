"""From checked draft to signed minutes: checks, whose turn it is, remarks, corrections."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand
from consortium.formats import day_in_text, moment
from consortium.methods import require_form_methods
from governance import adjustment as adjusting
from governance import checking, immediate_adjustment, meetings
from governance.documents.minutes import valid_signatures
from governance.documents.paragraph import told
from governance.forms.minutes import CorrectionForm, RemarkAnswerForm, RemarkForm
from governance.models import Minutes, Paragraph, Remark, Signature
from governance.models.minutes import signer_role
from governance.views.meeting_words import clock_said, frame, minutes_tag
from governance.views.minutes import minutes_or_404, paragraph_or_404

READ, EDIT = Permission.MINUTES_READ, Permission.MINUTES_EDIT


@require_form_methods
def minutes_check(request: StaffRequest, pk: int) -> HttpResponse:
    """Every finding with the way to its place; when nothing stops, the button that hands the text over."""
    kept = minutes_or_404(request, pk, EDIT)
    status = 200
    if request.method == "POST":
        try:
            done = adjusting.finish(kept, confirmed=request.POST.getlist("confirmed"), by=request.user)
        except adjusting.NotReady as stopped:
            messages.error(request, str(stopped))
            status = 422
        except meetings.NotNow as hindrance:
            messages.error(request, str(hindrance))
            return redirect("minutes", pk)
        else:
            messages.success(request, _finished(done))
            return redirect("minutes" if done.is_notes else "adjustment", pk)
    findings = checking.check(kept, timezone.localdate())
    context = {
        **frame(request, kept.meeting, "minutes"),
        "faults": [_finding(kept, each) for each in findings if each.stops],
        "doubts": [_finding(kept, each) for each in findings if not each.stops],
        "open": kept.status == Minutes.Status.DRAFT,
    }
    return render(request, "governance/minutes_check.html", context, status=status)


def _finished(done: Minutes) -> str:
    if done.is_notes:
        return _("Anteckningarna är färdigställda och låsta.")
    if done.is_locked:
        return _("Protokollet är justerat.")
    turn = adjusting.next_signer(done)
    return _("Protokollet är lämnat till justering. Näst i tur: %(who)s.") % {"who": turn}


def _finding(kept: Minutes, each: checking.Finding) -> dict[str, Any]:
    if each.paragraph:
        url = reverse("paragraph", args=[each.paragraph.pk])
    else:
        url = reverse("attendance" if each.place == "attendance" else "minutes", args=[kept.meeting_id])
    return {"text": each.text, "key": each.key, "url": url, "confirmed": each.key in kept.confirmed}


@require_safe
def adjustment(request: StaffRequest, pk: int) -> HttpResponse:
    kept = minutes_or_404(request, pk, READ)
    if kept.is_notes:
        raise Http404(_("Minnesanteckningar justeras inte."))
    return render(request, "governance/adjustment_detail.html", _page(request, kept))


def _page(request: StaffRequest, kept: Minutes, remark_form: Any = None, correction: Any = None) -> dict[str, Any]:
    turn = adjusting.next_signer(kept)
    mine = any(row.user_id == request.user.pk for row in kept.signers)
    choices = [(each.pk, str(each)) for each in kept.paragraphs.all()]
    may_adjust = _may_adjust_at_once(request, kept)
    context = frame(request, kept.meeting, "adjustment")
    return {
        **context,
        "tag": minutes_tag(kept),
        "clock_said": clock_said(kept),
        "steps": _steps(kept),
        "signed": _signed(kept),
        "my_turn": turn is not None and turn.user_id == request.user.pk,
        "turn": turn,
        "mine": mine,
        "digest": kept.content_digest,
        "remarks": _remarks(kept),
        "remark_form": remark_form or RemarkForm(paragraphs=choices),
        "may_remark": mine and kept.status == Minutes.Status.SIGNING,
        "answer_form": RemarkAnswerForm(auto_id=False),
        "may_reopen": context["may_edit"] and kept.status == Minutes.Status.SIGNING,
        "correction_form": correction or CorrectionForm(paragraphs=choices, prefix="rattelse"),
        "may_correct": context["may_edit"] and kept.is_locked,
        "corrections": kept.corrections.select_related("paragraph", "by"),
        "paragraphs": [
            {
                "row": each,
                "told": told(each),
                "may_adjust": may_adjust and each.adjusted_at is None,
                "announced": each.adjusted_at and each.body.regime.posted_within_days is not None,
            }
            for each in kept.paragraphs.with_parts()
        ],
    }


def _may_adjust_at_once(request: StaffRequest, kept: Minutes) -> bool:
    signers = immediate_adjustment.immediate_signers(kept) if kept.status == Minutes.Status.DRAFT else []
    return any(row.user_id == request.user.pk for row in signers)


def _steps(kept: Minutes) -> list[dict[str, Any]]:
    done = {each.attendance_id for each in valid_signatures(kept)}
    turn = adjusting.next_signer(kept)
    return [
        {
            "label": Signature.Role(signer_role(row)).label,
            "done": row.pk in done,
            "current": turn is not None and row.pk == turn.pk,
        }
        for row in kept.signers
    ]


def _signed(kept: Minutes) -> list[list[Any]]:
    valid = {each.pk for each in valid_signatures(kept)}
    return [
        [
            str(each.get_role_display()),
            f"{each.function}, {each.organisation}".rstrip(", "),
            moment(each.at),
            str(each.paragraph.label) if each.paragraph else _("Hela protokollet"),
            _standing(each, valid),
        ]
        for each in kept.signatures.select_related("paragraph")
    ]


def _standing(each: Signature, valid: set[int]) -> dict[str, str]:
    if each.pk in valid or each.paragraph_id:
        return {"kind": "good", "label": _("Gäller")}
    return {"kind": "closed", "label": _("Gällde omgång %(n)s") % {"n": each.round}}


def _remarks(kept: Minutes) -> list[dict[str, Any]]:
    return [
        {"row": each, "when": moment(each.made_at), "on": each.paragraph.label if each.paragraph else ""}
        for each in kept.remarks.select_related("paragraph", "made_by", "resolved_by")
    ]


@require_POST
def sign_minutes(request: StaffRequest, pk: int) -> HttpResponse:
    """The right to sign comes from being chosen for this meeting, which the act asks about."""
    kept = minutes_or_404(request, pk, READ)
    try:
        done = adjusting.sign(kept, shown=request.POST.get("digest", ""), by=request.user)
    except meetings.NotNow as hindrance:
        messages.error(request, str(hindrance))
    else:
        turn = adjusting.next_signer(done)
        said = _("Näst i tur: %(who)s.") % {"who": turn} if turn else _("Protokollet är justerat och låst.")
        messages.success(request, f"{_('Din underskrift är antecknad.')} {said}")
    return redirect("adjustment", pk)


@require_POST
def reopen_minutes(request: StaffRequest, pk: int) -> HttpResponse:
    kept = minutes_or_404(request, pk, EDIT)
    try:
        adjusting.reopen(kept, by=request.user)
    except meetings.NotNow as hindrance:
        messages.error(request, str(hindrance))
        return redirect("adjustment", pk)
    messages.success(
        request, _("Protokollet är öppet för ändring. Ändras något börjar en ny omgång när du lämnar det igen.")
    )
    return redirect("minutes", pk)


def _chosen(kept: Minutes, paragraph_id: int | None) -> Paragraph | None:
    return kept.paragraphs.filter(pk=paragraph_id).first() if paragraph_id else None


@require_POST
def remark_minutes(request: StaffRequest, pk: int) -> HttpResponse:
    kept = minutes_or_404(request, pk, READ)
    choices = [(each.pk, str(each)) for each in kept.paragraphs.all()]
    form = RemarkForm(request.POST, paragraphs=choices)
    if not form.is_valid():
        return render(request, "governance/adjustment_detail.html", _page(request, kept, form), status=422)
    said = form.cleaned_data
    try:
        adjusting.remark(kept, said["text"], paragraph=_chosen(kept, said["paragraph"]), by=request.user)
    except meetings.NotNow as hindrance:
        messages.error(request, str(hindrance))
    else:
        messages.success(request, _("Anmärkningen är antecknad. Sekreteraren ser den här."))
    return redirect("adjustment", pk)


@require_POST
def answer_remark(request: StaffRequest, pk: int) -> HttpResponse:
    seen = Minutes.objects.visible_to(request.user)
    remark = Remark.objects.filter(minutes__in=seen, pk=pk).select_related("minutes__meeting__body__consortium").first()
    if remark is None:
        raise Http404(_("Sidan finns inte."))
    if remark.made_by_id != request.user.pk:  # who made it may take it back
        demand(request, EDIT, remark.minutes.place)
    form = RemarkAnswerForm(request.POST)
    if form.is_valid():
        adjusting.resolve(remark, answer=form.cleaned_data["answer"], by=request.user)
        messages.success(request, _("Anmärkningen är besvarad."))
    else:
        messages.error(request, _("Skriv ett svar på anmärkningen."))
    return redirect("adjustment", remark.minutes.meeting_id)


@require_POST
def correct_minutes(request: StaffRequest, pk: int) -> HttpResponse:
    kept = minutes_or_404(request, pk, EDIT)
    choices = [(each.pk, str(each)) for each in kept.paragraphs.all()]
    form = CorrectionForm(request.POST, paragraphs=choices, prefix="rattelse")
    if not form.is_valid():
        return render(request, "governance/adjustment_detail.html", _page(request, kept, correction=form), status=422)
    said = form.cleaned_data
    try:
        adjusting.correct(kept, said["text"], paragraph=_chosen(kept, said["paragraph"]), by=request.user)
    except meetings.NotNow as hindrance:
        messages.error(request, str(hindrance))
    else:
        messages.success(request, _("Rättelsen är fogad till protokollet."))
    return redirect("adjustment", pk)


@require_POST
def adjust_paragraph(request: StaffRequest, pk: int) -> HttpResponse:
    found = paragraph_or_404(request, pk, READ)
    try:
        done = immediate_adjustment.adjust_at_once(found, by=request.user)
    except meetings.NotNow as hindrance:
        messages.error(request, str(hindrance))
    else:
        said = (
            _("%(label)s är omedelbart justerad och låst.")
            if done.adjusted_at
            else _("Din underskrift av %(label)s är antecknad. Den är justerad när alla har skrivit under.")
        )
        messages.success(request, " ".join(part for part in (said % {"label": done.label}, _announce(done)) if part))
    return redirect("adjustment", found.minutes.meeting_id)


def _announce(done: Paragraph) -> str:
    """A § under kommunallagen has a notice of its own to be written now, not when the rest is adjusted."""
    last = adjusting.post_by(done.body, timezone.localdate(done.adjusted_at)) if done.adjusted_at else None
    return _("Den ska anslås för sig, senast %(day)s.") % {"day": day_in_text(last)} if last else ""
