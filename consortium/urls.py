"""Where every page is. Rooms list their own pages in `<app>/views/urls.py`."""

from django.urls import include, path

urlpatterns = [
    path("", include("consortium.site.urls")),
    path("konto/", include("consortium.access.urls")),
    path("", include("governance.views.urls")),
    path("", include("deliveries.views.urls")),
    path("", include("archive.views.urls")),
]
