"""Sätt samman en leverans: files, table, last look. Works without JavaScript; with it come folders and resuming."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from archive import assembling, collection_table, draft_files, tasks
from archive.collection_table import TableRow, WrongColumns
from archive.models import Draft, DraftFile
from archive.models.submissions import DeliveryKind
from archive.refusals import Refused, TooLargeForForm
from archive.views.draft_uploads import get_draft
from archive.views.upload_words import words
from consortium import formats, sheets, tables
from consortium.access.permissions import Permission
from consortium.access.views import StaffRequest, demand_anywhere
from consortium.methods import require_form_methods
from consortium.swedish import swedish_order
from deliveries.models import SubmissionAgreement
from governance.models import Municipality
from governance.views import quota_words

ROWS_PER_PAGE = 25
FILES_PER_PAGE = 50
FAULTS_SHOWN = 50
STATUS_KINDS = {Draft.Status.OPEN: "neutral", Draft.Status.BUILDING: "working", Draft.Status.SENT: "good"}


class _AgreementField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: SubmissionAgreement) -> str:
        return f"{obj.system}, {obj.number}, {obj.owner}"


class DraftForm(forms.Form):
    agreement = _AgreementField(
        SubmissionAgreement.objects.none(),
        label=gettext_lazy("Vilken överenskommelse gäller leveransen?"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Välj vilken överenskommelse leveransen gäller.")},
    )
    label = forms.CharField(
        label=gettext_lazy("Benämning"),
        help_text=gettext_lazy("Vad samlingen är, till exempel Kommunfullmäktiges protokoll 2010–2014."),
        max_length=120,
        error_messages={"required": gettext_lazy("Skriv vad leveransen är.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Slag av leverans"),
        choices=DeliveryKind.choices,
        initial=DeliveryKind.PRODUCTION,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("En testleverans kontrolleras på samma sätt men arkiveras inte."),
    )

    def __init__(self, agreements: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["agreement"]
        assert isinstance(chosen, _AgreementField)
        chosen.queryset = agreements


def status_tag(draft: Draft) -> dict[str, str]:
    if draft.trouble and draft.status == Draft.Status.OPEN:
        return {"kind": "warn", "label": _("Behöver åtgärdas")}
    return {"kind": STATUS_KINDS[Draft.Status(draft.status)], "label": draft.get_status_display()}


@require_form_methods
def draft_list(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, Permission.SIP_UPLOAD)
    agreements = _agreements(request)
    form = DraftForm(agreements, request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            draft = assembling.start(said["agreement"], label=said["label"], kind=said["kind"], by=request.user)
        except (Refused, assembling.NotBuildable) as refused:
            form.add_error("agreement", str(refused))
        else:
            return redirect("draft", draft.pk)
    drafts = Draft.objects.visible_to(request.user).select_related("agreement__system", "owner", "sip")
    context = {
        "form": form,
        "usable": agreements.exists(),
        "columns": [
            {"label": _("Benämning")},
            {"label": _("Läge")},
            {"label": _("Överenskommelse")},
            {"label": _("Senast ändrad")},
            {"label": _("Finns kvar till")},
        ],
        "rows": [_row(draft) for draft in drafts.order_by("-touched_at")],
    }
    return render(request, "archive/draft_list.html", context, status=422 if form.errors else 200)


def _agreements(request: StaffRequest) -> Any:
    """Only those under which a package can be built today."""
    places = Municipality.objects.where_may(request.user, Permission.SIP_UPLOAD)
    return (
        SubmissionAgreement.objects.in_force()
        .filter(owner__in=places, profile__in=assembling.BUILDABLE)
        .select_related("owner", "system")
        .order_by(swedish_order("system__name"), "number")
    )


def _row(draft: Draft) -> list[Any]:
    return [
        {"label": draft.label, "url": reverse("draft", args=[draft.pk])},
        status_tag(draft),
        f"{draft.agreement.number}, {draft.agreement.system}",
        formats.moment_in_table(draft.touched_at),
        formats.day(draft.swept_at) if draft.status == Draft.Status.OPEN else "–",
    ]


@require_safe
def draft(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    return _answer(request, get_draft(request, Draft, draft_id))


@require_safe
def draft_state(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    """How far the worker has come, asked for every other second."""
    found = get_draft(request, Draft, draft_id)
    return render(request, "archive/draft_state.html", _state(found))


def _answer(request: StaffRequest, found: Draft, *, table_error: str = "", status: int = 200) -> HttpResponse:
    look = assembling.review(found)
    files = Paginator(found.files.all(), FILES_PER_PAGE).get_page(request.GET.get("sida"))
    context = {
        **_state(found),
        "tag": status_tag(found),
        "look": look,
        "files": files,
        "page_obj": files,
        "stops": look.stops[:FAULTS_SHOWN],
        "remarks": look.remarks[:FAULTS_SHOWN],
        "more_faults": max(0, len(look.stops) - FAULTS_SHOWN),
        "preview": _preview(found, look),
        "preview_columns": [
            {"label": _("Titel")},
            {"label": _("Vem ser den")},
            {"label": _("Datum")},
            {"label": _("Diarienummer")},
            {"label": _("Fil")},
        ],
        "without_file": any(fault.line and fault.field == "path" for fault in look.stops),
        "hindrance": assembling.hindrance(found.agreement.current()),
        "meters": quota_words.limited(Municipality.objects.filter(pk=found.owner_id)),
        "table_error": table_error,
        "words": words() | _own_words(),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "limit": formats.size(settings.UPLOAD_PLAIN_MAX_BYTES),
        "crumbs": [(_("Sätt samman en leverans"), reverse("drafts")), (found.label, "")],
    }
    return render(request, "archive/draft_detail.html", context, status=status)


def _state(found: Draft) -> dict[str, Any]:
    building = found.status == Draft.Status.BUILDING
    total = (found.files.aggregate(bytes=Sum("size"))["bytes"] or 0) if building else 0
    percent = min(99, int(100 * found.bytes_done / total)) if total else 0
    return {
        "draft": found,
        "percent": percent,
        "detail": _("%(files)s filer, %(size)s")
        % {"files": formats.number(found.files_done), "size": formats.size(found.bytes_done)},
        "said": _("Paketet byggs, %(percent)d procent klart") % {"percent": percent // 10 * 10},
    }


def _preview(found: Draft, look: assembling.Review) -> list[list[Any]]:
    """The first rows as they will be met: who sees them, and under what law they are closed."""
    today = timezone.localdate()
    shown = []
    for row in look.rows[:20]:
        law = assembling.law_for(found, row)
        if law:
            access = {"kind": "closed", "label": law}
        elif found.agreement.public_by_default:
            access = {"kind": "good", "label": _("Alla")}
        else:
            access = {"kind": "waiting", "label": _("Prövas av arkivarie")}
        date = (collection_table.day_of(row.date, today) or row.date) if row.date else "–"
        shown.append([row.title or "–", access, date, row.reference or "–", row.path])
    return shown


def _own_words() -> dict[str, str]:
    return {
        "adding": _("Laddar upp {done} av {all} filer"),
        "added": _("{all} filer är uppladdade."),
        "added_with_trouble": _("{done} av {all} filer är uppladdade. Åtgärda resten och välj dem igen."),
        "detail": _("{sent} av {size}"),
        "looking": _("Läser mappen"),
    }


# Files


@require_POST
def add_draft_files(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    """The plain form, for whoever has no JavaScript."""
    found = get_draft(request, Draft, draft_id)
    refused = getattr(request, "upload_refused", None)
    files = request.FILES.getlist("files")
    added = 0
    for sent in files:
        try:
            draft_files.put(found, sent.name or "", sent.size or 0, sent.read)
            added += 1
        except Refused as trouble:
            messages.error(request, f"{sent.name}: {trouble}")
    if refused:
        messages.error(request, str(refused))
    elif not files:
        messages.error(request, _("Välj minst en fil."))
    if added:
        messages.success(request, ngettext("%(n)s fil är tillagd.", "%(n)s filer är tillagda.", added) % {"n": added})
    return redirect("draft", found.pk)


@require_POST
def remove_draft_file(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    found = get_draft(request, Draft, draft_id)
    file = DraftFile.objects.filter(draft=found, path=request.POST.get("path", "")).first()
    if file is None:
        messages.error(request, _("Filen finns inte i utkastet längre."))
    else:
        try:
            draft_files.remove(file)
            messages.success(request, _("%(path)s är borttagen ur utkastet.") % {"path": file.path})
        except Refused as refused:
            messages.error(request, str(refused))
    return redirect(reverse("draft", args=[found.pk]) + "#filer")


# Table


@require_safe
def draft_table(request: StaffRequest, draft_id: UUID, form: str) -> HttpResponse:
    """The table to fill in at home: every file has its row, with what is known of it."""
    found = get_draft(request, Draft, draft_id)
    rows = [[getattr(row, name) for name in collection_table.NAMES] for row in assembling.suggested(found)]
    heads = collection_table.headings()
    if form == "csv":
        content, kind = sheets.to_csv(heads, rows), sheets.CSV
    else:
        content, kind = sheets.to_xlsx(_("Tabell"), heads, rows), sheets.XLSX
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="tabell.{form}"'}
    )


@require_POST
def import_draft_table(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    found = get_draft(request, Draft, draft_id)
    sent = request.FILES.get("table")
    if sent is None:
        refused = getattr(request, "upload_refused", None)
        says = tables.TOO_LARGE if isinstance(refused, TooLargeForForm) else refused
        return _answer(request, found, table_error=str(says or _("Välj en tabell i CSV eller XLSX.")), status=422)
    try:
        count = assembling.import_table(found, sent.read(tables.MAX_BYTES + 1))
    except (tables.Unreadable, WrongColumns, assembling.TooManyRows) as trouble:
        return _answer(request, found, table_error=str(trouble), status=422)
    except assembling.DraftClosed as closed:
        messages.error(request, str(closed))
        return redirect("draft", found.pk)
    messages.success(
        request, ngettext("Tabellens rad är inläst.", "Tabellens %(n)s rader är inlästa.", count) % {"n": count}
    )
    return redirect(reverse("draft", args=[found.pk]) + "#granska")


@require_form_methods
def draft_rows(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    """The rows as fields, some at a time."""
    found = get_draft(request, Draft, draft_id)
    page = Paginator(assembling.suggested(found), ROWS_PER_PAGE).get_page(request.GET.get("sida"))
    if request.method == "POST":
        try:
            assembling.save_rows(found, _written(request, page))
        except assembling.DraftClosed as closed:
            messages.error(request, str(closed))
            return redirect("draft", found.pk)
        messages.success(request, _("Raderna är sparade."))
        if "next" in request.POST and page.has_next():
            return redirect(reverse("draft_rows", args=[found.pk]) + f"?sida={page.next_page_number()}")
        return redirect(reverse("draft", args=[found.pk]) + "#granska")
    if not page.object_list:
        messages.error(request, _("Utkastet har inga filer. Lägg till dem först."))
        return redirect("draft", found.pk)
    told = {(fault.path, fault.field): fault.sentence for fault in assembling.review(found).stops}
    context = {
        "draft": found,
        "page_obj": page,
        "rows": [(number, row.path, _fields(number, row, told)) for number, row in enumerate(page.object_list)],
        "crumbs": [
            (_("Sätt samman en leverans"), reverse("drafts")),
            (found.label, reverse("draft", args=[found.pk])),
            (_("Tabellen"), ""),
        ],
    }
    return render(request, "archive/draft_rows.html", context)


def _fields(number: int, row: TableRow, told: dict[tuple[str, str], str]) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{number}-{name}",
            "label": collection_table.HEADINGS[name][0],
            "value": getattr(row, name),
            "needed": name in collection_table.NEEDED,
            "error": told.get((row.path, name), "") if row.line else "",
        }
        for name in collection_table.NAMES
        if name != "path"
    ]


def _written(request: StaffRequest, page: "Page[TableRow]") -> list[TableRow]:
    """By the path the field set was shown with, so that a file added meanwhile moves nothing."""
    known = {row.path for row in page.paginator.object_list}
    rows = []
    for number in range(ROWS_PER_PAGE):
        path = request.POST.get(f"{number}-path", "")
        if path in known:
            values = {
                name: tables.clean(request.POST.get(f"{number}-{name}", ""))
                for name in collection_table.NAMES
                if name != "path"
            }
            rows.append(TableRow(0, path, **values))
    return rows


@require_POST
def remove_draft_rows(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    found = get_draft(request, Draft, draft_id)
    try:
        count = assembling.remove_rows_without_file(found)
    except assembling.DraftClosed as closed:
        messages.error(request, str(closed))
    else:
        messages.success(
            request, ngettext("%(n)s rad är borttagen.", "%(n)s rader är borttagna.", count) % {"n": count}
        )
    return redirect(reverse("draft", args=[found.pk]) + "#granska")


# Handing in, deleting


@require_POST
def submit_draft(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    found = get_draft(request, Draft, draft_id)
    try:
        assembling.submit(found, by=request.user)
    except assembling.NotReady as lack:
        for sentence in lack.sentences:
            messages.error(request, sentence)
    except (Refused, assembling.DraftClosed) as refused:
        messages.error(request, str(refused))
    else:
        tasks.package_draft.delay_on_commit(str(found.pk))
        messages.success(request, _("Paketet byggs nu. Sedan kontrolleras det som alla andra leveranser."))
    return redirect("draft", found.pk)


@require_form_methods
def delete_draft(request: StaffRequest, draft_id: UUID) -> HttpResponse:
    found = get_draft(request, Draft, draft_id)
    if request.method == "POST":
        try:
            assembling.delete(found, by=request.user)
        except assembling.DraftClosed as closed:
            messages.error(request, str(closed))
            return redirect("draft", found.pk)
        messages.success(request, _("Utkastet ”%(label)s” är borttaget.") % {"label": found.label})
        return redirect("drafts")
    if found.status == Draft.Status.BUILDING:
        raise Http404(_("Sidan finns inte."))
    look = assembling.review(found)
    return render(request, "archive/draft_delete.html", {"draft": found, "look": look})
