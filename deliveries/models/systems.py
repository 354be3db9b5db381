"""Source systems by the names people use for them: Procapita is Lifecare, ECOS 1 and 2 are versions of ECOS."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


def folded(name: str) -> str:
    """What counts when two names are compared: "Bygg-R", "bygg r" and "ByggR" are the same."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


class SourceSystemQuerySet(models.QuerySet["SourceSystem"]):
    def named(self, name: str) -> "SourceSystemQuerySet":
        return self.filter(aliases__folded=folded(name))


class SourceSystem(models.Model):
    name = models.CharField(_("namn"), max_length=80, unique=True)
    slug = models.SlugField(unique=True)
    vendor = models.CharField(_("leverantör"), max_length=80, blank=True)
    information_type = models.CharField(_("informationstyp"), max_length=80, blank=True)
    secrecy_default = models.CharField(_("sekretess i regel"), max_length=80, blank=True)

    objects: ClassVar[SourceSystemQuerySet] = SourceSystemQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name


class SystemAlias(models.Model):
    """Another name of a system, or one of its versions."""

    system = models.ForeignKey(SourceSystem, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(_("namn"), max_length=80)
    folded = models.CharField(max_length=80, unique=True, editable=False)
    version = models.CharField(_("version"), max_length=20, blank=True)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.folded = folded(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]
