"""Users and what they may do: Assignment = user × role × where × from–until.

A user is shown by function ("Arkivarie, Falun"), never by private name (OSL 4:1, requirements 3.1). What an assignment
means is decided in consortium/access; guardian's rows are derived from assignments and can be rebuilt from them.
"""

import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consortium.access.roles import Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("e-post"), unique=True)
    function = models.CharField(_("funktion"), max_length=120, help_text=_("Till exempel Arkivarie, Falun."))
    is_active = models.BooleanField(_("aktiv"), default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    grants_due_on = models.DateField(
        null=True, editable=False, help_text=_("Dagen då behörigheterna ändras nästa gång av sig själva.")
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.function or self.email

    def get_full_name(self) -> str:
        return self.function


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def in_force(self, on: datetime.date) -> "AssignmentQuerySet":
        return self.filter(Q(until_on=None) | Q(until_on__gte=on), from_on__lte=on)


class Assignment(models.Model):
    """A role somewhere for a time. Both days are included; no end means until further notice."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments")
    role = models.CharField(_("roll"), max_length=40, choices=Role.choices)
    where_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    where_id = models.CharField(max_length=40)
    where = GenericForeignKey("where_type", "where_id")
    from_on = models.DateField(_("från och med"))
    until_on = models.DateField(_("till och med"), null=True, blank=True)

    objects: ClassVar[models.Manager["Assignment"]] = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="assignment_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=["user", "role", "where_type", "where_id", "from_on"], name="assignment_given_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}, {self.where}"
