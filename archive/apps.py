from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "archive"

    def ready(self) -> None:
        from archive import quota
        from archive.specifications import Specifications
        from deliveries import engine
        from governance.quota import register

        engine.register(Specifications())
        register(quota.used)
