"""Signs of life of recurring work, so that its silence is seen: the sweep, the fixity audit."""

from django.db import models

from consortium.models.leases import DatabaseNow


class Pulse(models.Model):
    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H.%M.%S}"

    @classmethod
    def beat(cls, name: str) -> None:
        cls.objects.update_or_create(name=name, defaults={"at": DatabaseNow()})
