from django.urls import URLPattern, URLResolver, path

from deliveries.views import projects

urlpatterns: list[URLPattern | URLResolver] = [
    path("leveransprojekt/", projects.board, name="board"),
]
