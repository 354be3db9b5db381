"""One way of writing for all of the members' pages: nothing typed is lost, and a second writer sees both texts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from consortium.access.views import StaffRequest
from governance.forms.shapes import Facts
from governance.revising import ChangedMeanwhile, Refusal

Crumbs = list[tuple[Any, str]]
TEMPLATE = "governance/member_form.html"


@dataclass
class Paper:
    """What stands around the form."""

    title: str
    submit: str
    back: str
    lead: str = ""
    crumbs: Crumbs = field(default_factory=list)
    danger: bool = False
    theirs: Callable[[Any], list[tuple[Any, Any]]] | None = None  # how to show what somebody else saved


def write(
    request: StaffRequest,
    form: Facts,
    paper: Paper,
    act: Callable[[Any], Any],
    done: str | Callable[[Any], str],
    *,
    onward: str | Callable[[Any], str] = "",
) -> HttpResponse:
    """Show the form, or let the act answer to what was sent."""
    status = 200
    context: dict[str, Any] = {"paper": paper, "form": form}
    if request.method == "POST":
        if form.is_valid():
            try:
                result = act(form)
            except ChangedMeanwhile as told:
                form.reopened(getattr(told.current, "version", None) or told.current.pk)
                context["conflict"] = str(told)
                context["saved"] = (
                    paper.theirs(told.current) if paper.theirs else [(told.current._meta.verbose_name, told.current)]
                )
                status = 409
            except Refusal as refusal:
                form.add_error(None, str(refusal))
                status = 422
            else:
                messages.success(request, done(result) if callable(done) else done)
                return redirect(onward(result) if callable(onward) else onward or paper.back)
        else:
            status = 422
    return render(request, TEMPLATE, context, status=status)


def press(request: StaffRequest, act: Callable[[], Any], done: str | Callable[[Any], str], back: str) -> HttpResponse:
    """A button without a form: the answer is a message on the page it came from."""
    try:
        result = act()
    except (Refusal, ChangedMeanwhile) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done(result) if callable(done) else done)
    return redirect(back)
