"""Published minutes for everybody, by body and one by one, as page, PDF and JSON."""

import json
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consortium.swedish import swedish_key
from governance.models import Publication

PER_PAGE = 50


@login_not_required
@require_safe
def public_minutes_list(request: HttpRequest) -> HttpResponse:
    """The newest first; ?organ= shows one body's."""
    found = Publication.objects.public().select_related("minutes__meeting__body__consortium").defer("pdf")
    bodies = sorted(
        {each.minutes.meeting.body for each in found.defer("content")}, key=lambda each: swedish_key(str(each))
    )
    asked = request.GET.get("organ", "")
    chosen = next((each for each in bodies if str(each.pk) == asked), None)
    if chosen:
        found = found.filter(minutes__meeting__body=chosen)
    page = Paginator(found.order_by("-minutes__meeting__held_on", "pk"), PER_PAGE).get_page(request.GET.get("sida"))
    return render(
        request,
        "governance/public_minutes_list.html",
        {
            "page_obj": page,
            "bodies": bodies,
            "chosen": chosen,
            "hits": [
                {
                    "url": each.get_absolute_url(),
                    "title": each.content["title"],
                    "snippet": "; ".join(
                        f"{told['label']} {told['title']}" for told in each.content["sheet"]["paragraphs"]
                    )[:300],
                    "meta": [each.content["consortium"], _("justerat %(day)s") % {"day": each.content["adjusted_on"]}],
                }
                for each in page
            ],
        },
    )


def find_public(publication_id: UUID) -> Publication:
    """Taken down and never there are the same answer."""
    if found := Publication.objects.public().filter(pk=publication_id).first():
        return found
    raise Http404(_("Sidan finns inte."))


@login_not_required
@require_safe
def public_minutes(request: HttpRequest, publication_id: UUID) -> HttpResponse:
    found = find_public(publication_id)
    return render(
        request,
        "governance/public_minutes.html",
        {"publication": found, "copy": found.content, "paragraphs": paragraphs_shown(found.content)},
    )


def paragraphs_shown(copy: dict[str, Any]) -> list[dict[str, Any]]:
    """With an anchor for each §, so that it can be linked to."""
    return [
        {**told, "anchor": f"p{told['label'].split(chr(0xA0))[-1]}" if "§" in told["label"] else f"r{at}"}
        for at, told in enumerate(copy["sheet"]["paragraphs"])
    ]


@login_not_required
@require_safe
def public_minutes_file(request: HttpRequest, publication_id: UUID, form: str) -> HttpResponse:
    found = find_public(publication_id)
    name = f"protokoll-{found.content['held_on']}.{form}"
    if form == "pdf":
        content, kind = bytes(found.pdf), "application/pdf"
    else:
        content, kind = json.dumps(open_data(found), ensure_ascii=False, indent=1).encode(), "application/json"
    return HttpResponse(
        content,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )


def open_data(found: Publication) -> dict[str, Any]:
    """Plain facts under stable names, for machines."""
    copy = found.content
    return {
        "id": str(found.pk),
        **{name: copy[name] for name in ("title", "consortium", "body", "held_on", "adjusted_on")},
        "pdf_sha256": found.sha256,
        "facts": copy["sheet"]["facts"],
        "attendance": copy["sheet"]["attendance"],
        "paragraphs": [
            {
                "label": told["label"].replace("\xa0", " "),
                "title": told["title"],
                "registry_number": told["registry_number"],
                "decisions": [_plain(blocks) for blocks in told["decisions"]],
                "outcome": told["outcome"],
                "texts": [
                    {"title": part["title"], "text": _plain(part["blocks"])}
                    for part in (*told["parts"], *told["comments"], *told["dissents"])
                ],
                "actions": told["actions"],
                "dispatch_to": told["dispatch_to"],
            }
            for told in copy["sheet"]["paragraphs"]
        ],
    }


def _plain(blocks: list[dict[str, Any]]) -> str:
    return "\n\n".join(
        block["text"] if block["kind"] == "text" else "\n".join(f"- {point}" for point in block["points"])
        for block in blocks
    )
