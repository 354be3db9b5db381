"""Expediering: certified extracts and whole minutes go to lists of addressees, one row for each, with receipt."""

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.models import OutgoingMail
from governance.models.bodies import Body
from governance.models.members import Consortium, Municipality
from governance.models.minutes import Minutes, Paragraph


class DispatchGroup(models.Model):
    """A name that stands for many: "Medlemskommunerna", a body's members, a list of addresses."""

    class Kind(models.TextChoices):
        MEMBERS = "members", _("Alla medlemskommuner")
        BODY = "body", _("Ett organs platser")
        ADDRESSES = "addresses", _("Egna adresser")

    consortium = models.ForeignKey(Consortium, on_delete=models.CASCADE, related_name="dispatch_groups")
    name = models.CharField(_("namn"), max_length=120)
    kind = models.CharField(_("slag"), max_length=10, choices=Kind.choices)
    body = models.ForeignKey(Body, verbose_name=_("organ"), null=True, blank=True, on_delete=models.CASCADE)
    addresses = models.TextField(_("adresser"), blank=True, help_text=_("En på varje rad: Benämning, adress@kommun.se"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consortium", "name"], name="dispatch_group_named_once"),
            models.CheckConstraint(condition=~Q(kind="body") | Q(body__isnull=False), name="body_group_has_body"),
        ]

    def __str__(self) -> str:
        return self.name


class ExtractQuerySet(models.QuerySet["Extract"]):
    def visible_to(self, user: policy.AnyUser) -> "ExtractQuerySet":
        return self.filter(paragraph__body__consortium__in=Consortium.objects.where_may(user, Permission.MINUTES_READ))


class Extract(models.Model):
    """A certified copy of one §: who vouches for it, when, and the digest of the very file. Append-only."""

    paragraph = models.ForeignKey(Paragraph, on_delete=models.PROTECT, related_name="extracts")
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    certified_at = models.DateTimeField()
    certified_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    certified_as = models.CharField(_("bestyrkt av"), max_length=120, help_text="Function, as printed.")

    objects: ClassVar[ExtractQuerySet] = ExtractQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-certified_at"]

    def __str__(self) -> str:
        return f"{self.paragraph.label} {self.sha256[:12]}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk:
            raise TypeError("Ett bestyrkt utdrag ändras inte; gör ett nytt.")
        super().save(*args, **kwargs)

    @property
    def place(self) -> Consortium:
        return self.paragraph.place


def new_token() -> str:
    return secrets.token_urlsafe(24)


class DispatchQuerySet(models.QuerySet["Dispatch"]):
    def visible_to(self, user: policy.AnyUser) -> "DispatchQuerySet":
        return self.filter(
            minutes__meeting__body__consortium__in=Consortium.objects.where_may(user, Permission.MINUTES_READ)
        )


class Dispatch(models.Model):
    """To one addressee. How the sending goes stands on the letter; without an address there is no letter."""

    minutes = models.ForeignKey(Minutes, on_delete=models.PROTECT, related_name="dispatches")
    extract = models.ForeignKey(Extract, null=True, on_delete=models.PROTECT, related_name="dispatches")
    group = models.CharField(_("grupp"), max_length=120, blank=True)
    addressee = models.CharField(_("mottagare"), max_length=160)
    municipality = models.ForeignKey(Municipality, null=True, on_delete=models.PROTECT, related_name="+")
    mail = models.ForeignKey(OutgoingMail, null=True, on_delete=models.PROTECT, related_name="+")
    token = models.CharField(max_length=40, unique=True, default=new_token, help_text="Of the link for the receipt.")
    received_at = models.DateTimeField(_("mottagandet bekräftat"), null=True)
    sent_on_paper_on = models.DateField(_("skickat som brev"), null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[DispatchQuerySet] = DispatchQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name_plural = "dispatches"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["extract", "addressee"], name="extract_once_per_addressee"),
            models.UniqueConstraint(
                fields=["minutes", "addressee"], condition=Q(extract=None), name="minutes_once_per_addressee"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} → {self.addressee}"

    @property
    def place(self) -> Consortium:
        return self.minutes.place
