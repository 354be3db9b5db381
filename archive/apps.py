from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "archive"

    def ready(self) -> None:
        from archive.specifications import Specifications
        from deliveries import engine

        engine.register(Specifications())
