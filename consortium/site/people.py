"""The administrator's pages: who has which role where, and how somebody new gets in."""

import datetime
from typing import Any
from urllib.parse import unquote

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls.converters import StringConverter
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from consortium import post
from consortium.access import invitation, places
from consortium.access.permissions import Permission
from consortium.access.policy import AnyUser
from consortium.access.roles import IN_CONSORTIA, IN_MUNICIPALITIES, SENTENCES, Role
from consortium.access.views import StaffRequest, demand_anywhere
from consortium.formats import day
from consortium.forms import DayField
from consortium.methods import require_form_methods
from consortium.models import Assignment, User
from consortium.swedish import swedish_key
from governance.models import Consortium, Municipality

MAY = Permission.USERS_EDIT
Place = Consortium | Municipality


def _consortia(user: AnyUser) -> QuerySet[Consortium]:
    return Consortium.objects.where_may(user, MAY).in_swedish_order()


def _municipalities(user: AnyUser) -> QuerySet[Municipality]:
    return Municipality.objects.where_may(user, MAY).in_swedish_order()


def _mine(user: AnyUser) -> QuerySet[Assignment]:
    """Every role in the places that this administrator answers for."""
    consortia = [str(pk) for pk in _consortia(user).values_list("pk", flat=True)]
    codes = list(_municipalities(user).values_list("pk", flat=True))
    here = Q(where_type__model="consortium", where_id__in=consortia)
    here |= Q(where_type__model="municipality", where_id__in=codes)
    found: QuerySet[Assignment] = Assignment.objects.filter(here, where_type__app_label="governance")
    return found.select_related("user", "where_type").prefetch_related("where")


class Act(StringConverter):
    regex = "bjud-in|stang|oppna"


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Roll"), widget=forms.RadioSelect)
    where = forms.ChoiceField(label=gettext_lazy("Var"))
    from_on = DayField(label=gettext_lazy("Från och med"), required=False, help_text=gettext_lazy("Tomt: från i dag."))
    until_on = DayField(
        label=gettext_lazy("Till och med"), required=False, help_text=gettext_lazy("Tomt: tills vidare.")
    )

    def __init__(self, *args: Any, administrator: AnyUser, **options: Any) -> None:
        super().__init__(*args, **options)
        consortia, municipalities = list(_consortia(administrator)), list(_municipalities(administrator))
        self.places: dict[str, Place] = {f"c{each.pk}": each for each in consortia}
        self.places |= {f"m{each.pk}": each for each in municipalities}
        roles = [*IN_MUNICIPALITIES, *(role for role in IN_CONSORTIA if consortia and role not in IN_MUNICIPALITIES)]
        choices = [(role.value, f"{role.label}. {SENTENCES[role]}") for role in roles]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]
        self.fields["where"].choices = [(key, str(place)) for key, place in self.places.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("role") or not given.get("where"):
            return given
        given["role"], given["where"] = Role(given["role"]), self.places[given["where"]]
        named = {"role": given["role"].label.lower()}
        if isinstance(given["where"], Consortium) and given["role"] not in IN_CONSORTIA:
            self.add_error("where", _("Rollen %(role)s hör till en kommun. Välj kommunen som plats.") % named)
        elif isinstance(given["where"], Municipality) and given["role"] not in IN_MUNICIPALITIES:
            self.add_error("where", _("Rollen %(role)s gäller hela samarbetet. Välj samarbetet som plats.") % named)
        begins, ends = given.get("from_on"), given.get("until_on")
        if ends and ends < (begins or timezone.localdate()):
            self.add_error("until_on", _("Slutdagen ligger före första dagen. Rätta en av dem."))
        return given


class PersonForm(RoleForm):
    email = forms.EmailField(
        label=gettext_lazy("E-postadress"), help_text=gettext_lazy("Inbjudan skickas hit. Helst en funktionsadress.")
    )
    function = forms.CharField(
        label=gettext_lazy("Funktion"), max_length=120, help_text=gettext_lazy("Till exempel Arkivarie, Falun.")
    )
    field_order = ["email", "function", "role", "where", "from_on", "until_on"]


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("Nytt lösenord"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Minst tolv tecken. En mening som du minns är bra."),
    )


@require_safe
def people(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, MAY)
    today = timezone.localdate()
    rows: dict[User, dict[tuple[str, str], list[str]]] = {}
    held = _mine(request.user).exclude(until_on__lt=today)
    for each in sorted(held, key=lambda each: (not each.user.is_active, swedish_key(each.user.function), each.user.pk)):
        same = rows.setdefault(each.user, {}).setdefault((each.get_role_display(), _time(each, today)), [])
        same.append(str(each.where))
    people = [
        (user, [(role, sorted(where, key=swedish_key), time) for (role, time), where in of.items()])
        for user, of in rows.items()
    ]
    return render(request, "site/people.html", {"people": people})


def _time(assignment: Assignment, today: datetime.date) -> str:
    if assignment.from_on > today:
        return _("från %(day)s") % {"day": day(assignment.from_on)}
    if assignment.until_on:
        return _("till %(day)s") % {"day": day(assignment.until_on)}
    return _("tills vidare")


@require_form_methods
def add_person(request: StaffRequest) -> HttpResponse:
    demand_anywhere(request, MAY)
    form = PersonForm(request.POST or None, administrator=request.user)
    if form.is_valid():
        try:
            user = places.welcome(**form.cleaned_data, by=request.user)
        except (places.NotToOneself, places.HasRoleAlready, post.Unwritable) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(user)s har fått sin plats.") % {"user": user})
            return redirect("person", user.pk)
    return render(request, "site/person_add.html", {"form": form}, status=200 if not form.errors else 422)


@require_form_methods
def person(request: StaffRequest, user_id: int) -> HttpResponse:
    """The roles that this administrator may see, and one more."""
    found = _known(request, user_id)
    form = RoleForm(request.POST or None, administrator=request.user)
    if form.is_valid():
        try:
            places.give(found, **form.cleaned_data, by=request.user)
        except (places.NotToOneself, places.HasRoleAlready) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Rollen är given."))
            return redirect("person", found.pk)
    held = sorted(_mine(request.user).filter(user=found), key=lambda each: each.from_on, reverse=True)
    shown = {"person": found, "held": held, "form": form, "today": timezone.localdate(), "own": found == request.user}
    return render(request, "site/person.html", shown, status=200 if not form.errors else 422)


@require_form_methods
def end_role(request: StaffRequest, assignment_id: int) -> HttpResponse:
    demand_anywhere(request, MAY)
    found = _mine(request.user).filter(pk=assignment_id).first()
    if found is None:
        raise Http404
    if request.method != "POST":
        return render(request, "site/role_end.html", {"assignment": found})
    try:
        places.end(found, by=request.user)
    except places.NotToOneself as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Rollen är avslutad."))
    return redirect("person", found.user_id)


@require_POST
def person_act(request: StaffRequest, user_id: int, act: str) -> HttpResponse:
    """Close or open the account, or send the invitation again."""
    found = _known(request, user_id)
    if not _all_mine(request.user, found):
        raise PermissionDenied(_("Användaren har roller hos andra också. Be konsortieadministratören."))
    try:
        if act == "bjud-in":
            invitation.invite(found, by=request.user)
            messages.success(request, _("En ny inbjudan är skickad."))
        else:
            places.set_active(found, act == "oppna", by=request.user)
            messages.success(request, _("Kontot är öppet igen.") if act == "oppna" else _("Kontot är stängt."))
    except (places.NotToOneself, post.Unwritable) as refused:
        messages.error(request, str(refused))
    return redirect("person", found.pk)


def _known(request: StaffRequest, user_id: int) -> User:
    demand_anywhere(request, MAY)
    found = User.objects.filter(pk__in=_mine(request.user).values("user"), pk=user_id).first()
    if found is None:
        raise Http404
    return found


def _all_mine(administrator: AnyUser, user: User) -> bool:
    """No role of the user lies outside what the administrator answers for."""
    return not user.assignments.exclude(pk__in=_mine(administrator).values("pk")).exists()


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_form_methods
def choose_password(request: HttpRequest, whom: str, token: str) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    try:
        if form.is_valid():
            invitation.choose_password(whom, unquote(token), form.cleaned_data["password"])
            messages.success(request, _("Lösenordet är sparat. Logga in med det."))
            return redirect("account_login")
        invitation.invited(whom, unquote(token))
    except ValidationError as weak:
        form.add_error("password", weak)
    except invitation.LinkUsedUp:
        return render(request, "site/link_used_up.html", status=410)
    return render(request, "site/choose_password.html", {"form": form}, status=200 if not form.errors else 422)
