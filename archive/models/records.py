"""Archival description: what a citizen finds. A unit is a case, a document or a file collection, inside one AIP.

`access` and `withdrawal` hold what applies here and now, inherited from above when the row was made or changed, so
that `.public()` needs no look at the parents. `index_due` is the search index's queue: whoever changes a unit sets it.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from archive.models.holdings import AIP, ContentFile
from consortium.access import policy
from consortium.access.permissions import Permission
from consortium.models.leases import DatabaseNow
from governance.models import Municipality


class ArchivalUnitQuerySet(models.QuerySet["ArchivalUnit"]):
    def public(self) -> "ArchivalUnitQuerySet":
        """What anyone may see, now. Public search, pages, files, feeds and suggestions all start here."""
        return self.filter(
            access=ArchivalUnit.Access.PUBLIC,
            withdrawal=None,
            holds_personal_number=False,
            public_from__lte=DatabaseNow(),
        )

    def visible_to(self, user: policy.AnyUser) -> "ArchivalUnitQuerySet":
        return self.filter(owner__in=Municipality.objects.where_may(user, Permission.RECORD_READ_CLOSED))

    def due_for_index(self) -> "ArchivalUnitQuerySet":
        return self.filter(index_due__lte=DatabaseNow())


class Withdrawal(models.Model):
    """A unit and all under it taken out of public sight; undone by setting `restored_at`."""

    unit = models.ForeignKey("ArchivalUnit", on_delete=models.PROTECT, related_name="withdrawals")
    reason = models.TextField(_("skäl"))
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    restored_at = models.DateTimeField(null=True)
    restored_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.unit}: {self.reason}"


class ArchivalUnit(models.Model):
    class Level(models.TextChoices):
        COLLECTION = "collection", _("Filsamling")
        CASE = "case", _("Ärende")
        DOCUMENT = "document", _("Handling")

    class Access(models.TextChoices):
        PUBLIC = "public", _("Offentlig")
        SECRET = "secret", _("Sekretess kan gälla")
        NOT_ASSESSED = "not_assessed", _("Inte prövad")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    aip = models.ForeignKey(AIP, on_delete=models.PROTECT, related_name="units")
    owner = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="units")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    place_in_aip = models.CharField(
        max_length=120, help_text="Where in the package's metadata the unit stands: the same at each reading."
    )
    position = models.PositiveIntegerField(default=0, help_text="Order among siblings.")
    level = models.CharField(_("nivå"), max_length=12, choices=Level.choices)
    kind = models.CharField(_("typ"), max_length=120, blank=True, help_text=_("Bygglov, Protokoll …"))
    reference = models.CharField(_("diarienummer"), max_length=120, blank=True)
    title = models.TextField(_("titel"), help_text=_("Den titel som allmänheten ser."))
    internal_title = models.TextField(_("intern titel"), blank=True)
    description = models.TextField(_("beskrivning"), blank=True)
    property_designation = models.CharField(_("fastighetsbeteckning"), max_length=120, blank=True)
    dated_from = models.DateField(_("från"), null=True, blank=True)
    dated_to = models.DateField(_("till"), null=True, blank=True)
    files = models.ManyToManyField(ContentFile, related_name="units", blank=True)

    access = models.CharField(_("åtkomst"), max_length=14, choices=Access.choices, default=Access.NOT_ASSESSED)
    secrecy_provision = models.CharField(_("lagrum"), max_length=120, blank=True)
    secrecy_base_on = models.DateField(_("sekretessen räknas från"), null=True, blank=True)
    secrecy_until = models.DateField(_("sekretessen prövas om"), null=True, blank=True)
    public_from = models.DateTimeField(_("offentlig från"), null=True, blank=True)
    disposal = models.CharField(
        _("gallring"),
        max_length=200,
        blank=True,
        help_text="As the delivery or its agreement says; a decision it is not.",
    )
    disposal_from = models.DateField(_("gallras tidigast"), null=True, blank=True)
    holds_personal_number = models.BooleanField(default=False, help_text="Found in title or description: never public.")
    withdrawal = models.ForeignKey(Withdrawal, null=True, blank=True, on_delete=models.PROTECT, related_name="covers")
    index_due = models.DateTimeField(null=True, db_index=True)

    objects: ClassVar[ArchivalUnitQuerySet] = ArchivalUnitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["aip", "place_in_aip"], name="unit_once_per_aip"),
            models.CheckConstraint(
                condition=~Q(access="public") | Q(public_from__isnull=False), name="public_unit_has_public_from"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "access"]),
            models.Index(fields=["parent", "position"]),
            models.Index(fields=["index_due"], condition=Q(withdrawal__isnull=False), name="withdrawn_unit_index_due"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def place(self) -> Municipality:
        return self.owner
