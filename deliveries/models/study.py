"""Förstudiens checklista: the nine matters that a study of a joint e-archive goes through before anybody decides."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from consortium.access import policy
from consortium.access.permissions import Permission
from deliveries.models.systems import Edited
from governance.models import Consortium


class StudyItemQuerySet(models.QuerySet["StudyItem"]):
    def visible_to(self, user: policy.AnyUser) -> "StudyItemQuerySet":
        return self.filter(consortium__in=Consortium.objects.within_reach(user, Permission.PROJECT_READ))


class StudyItem(Edited):
    class Topic(models.TextChoices):
        NEEDS = "needs", _("Behov, likheter och en gemensam målbild")
        SYSTEMS = "systems", _("Övergripande systeminventering")
        GOALS = "goals", _("Realistiska mål och delmål")
        OPEN_DATA = "open_data", _("Öppna data och e-tjänster")
        SECURITY = "security", _("Klassificering, informationssäkerhet och dataskydd")
        LAW = "law", _("Juridiska frågor")
        COSTS = "costs", _("Nyttor och kostnader för alternativen")
        COMPETENCE = "competence", _("Kompetens, tid och resurser i kommunerna")
        DECISION = "decision", _("Förslag till underlag för politiskt beslut")

    class Status(models.TextChoices):
        OPEN = "open", _("Ej påbörjad")
        ONGOING = "ongoing", _("Pågår")
        DONE = "done", _("Klar")

    consortium = models.ForeignKey(Consortium, on_delete=models.PROTECT, related_name="study_items")
    topic = models.CharField(_("fråga"), max_length=12, choices=Topic.choices)
    status = models.CharField(_("läge"), max_length=10, choices=Status.choices, default=Status.OPEN)
    note = models.TextField(_("anteckning"), blank=True)

    objects: ClassVar[StudyItemQuerySet] = StudyItemQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Edited.Meta):
        constraints = [
            *Edited.Meta.constraints,
            models.UniqueConstraint(fields=["consortium", "topic"], name="studied_once"),
        ]

    def __str__(self) -> str:
        return str(self.get_topic_display())

    @property
    def place(self) -> Consortium:
        return self.consortium
