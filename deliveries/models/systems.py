"""Source systems by the names people use for them: Procapita is Lifecare, ECOS 1 and 2 are versions of ECOS."""

import re
import unicodedata
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consortium.constraints import paired
from consortium.swedish import swedish_order

_VERSION = re.compile(r"(?P<name>.*?[^\W\d_])(?:[\s_-]+v\.?)?[\s_-]*(?P<version>\d{1,4}(\.\d+)*)", re.IGNORECASE)


def folded(name: str) -> str:
    """What counts when two names are compared: "Bygg-R", "bygg r" and "ByggR" are the same."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())


def known_as(asked: str, aliases: str) -> Q:
    """Systems with these letters in a name; none for signs alone. `aliases` is the way to them from the row."""
    letters = folded(asked)
    return Q(**{f"{aliases}__folded__contains": letters}) if letters else Q(pk__in=())


def without_version(name: str) -> tuple[str, str]:
    """ "ECOS 2" → ("ECOS", "2"). A name without figures at its end comes back as it is."""
    found = _VERSION.fullmatch(unicodedata.normalize("NFKC", name).strip())
    return (found["name"], found["version"]) if found else (name, "")


class SourceSystemQuerySet(models.QuerySet["SourceSystem"]):
    def named(self, name: str) -> "SourceSystemQuerySet":
        """By name, alias or version, however it is written; figures that no alias knows are taken as a version."""
        if known := SystemAlias.objects.filter(folded=folded(name)).values_list("system_id", flat=True):
            return self.filter(pk__in=known)
        base, version = without_version(name)
        return self.filter(aliases__folded=folded(base)) if version else self.none()

    def in_swedish_order(self) -> "SourceSystemQuerySet":
        return self.order_by(swedish_order("name"))


class Delivered(models.TextChoices):
    """How the system's records usually come: the content type that fits, or the neutral form."""

    ERMS = "erms", _("FGS/CITS Ärendehantering (ERMS)")
    SIARD = "siard", _("FGS/CITS Databaser (SIARD)")
    ARCHIVAL = "archival", _("FGS/CITS Arkivredovisning")
    PERSONNEL = "personnel", _("FGS Personal")
    VENDOR_XML = "vendor_xml", _("Leverantörens egen XML")
    FILES = "files", _("Filer med metadatatabell")


class SourceSystem(models.Model):
    name = models.CharField(_("namn"), max_length=80, unique=True)
    slug = models.SlugField(unique=True)
    vendor = models.CharField(_("leverantör"), max_length=80, blank=True)
    information_type = models.CharField(_("informationstyp"), max_length=80, blank=True)
    secrecy_default = models.CharField(
        _("sekretess i regel"), max_length=80, blank=True, help_text=_("Till exempel OSL 25 kap. 1 §.")
    )
    delivered_as = models.CharField(_("levereras som"), max_length=20, choices=Delivered.choices, blank=True)
    recipe = models.SlugField(_("recept"), blank=True, help_text=_("Receptet som nya överenskommelser skrivs efter."))
    lessons = models.TextField(_("lärdomar"), blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[SourceSystemQuerySet] = SourceSystemQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name


class SystemAlias(models.Model):
    """Another name of a system, or one of its versions. The system's own name is one of them."""

    system = models.ForeignKey(SourceSystem, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(_("namn"), max_length=80)
    folded = models.TextField(unique=True, editable=False)
    version = models.CharField(_("version"), max_length=20, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(folded=""), name="alias_has_letters_or_figures")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = folded(self.name)
        super().save(*args, **kwargs)


class Edited(models.Model):
    """Who changed the row last, and the number that tells two writers apart."""

    revision = models.PositiveIntegerField(default=1, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True
        constraints = [paired("edited_at", "edited_by")]
