from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveriesConfig(AppConfig):
    name = "deliveries"

    def ready(self) -> None:
        from deliveries import status
        from governance import standing

        standing.register("delivery_status", _("Status leveransprojekt"), status.standing_content, order=30)
