from django.apps import AppConfig


class ConsortiumConfig(AppConfig):
    name = "consortium"

    def ready(self) -> None:
        from consortium import celery, tasks  # noqa: F401 - tasks rung by the web must know our broker
        from consortium.access import accounts  # noqa: F401 - who logs in leaves a trace from the first time on
        from consortium.site import figures

        figures.register()
