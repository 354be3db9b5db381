from django.urls import URLPattern, URLResolver, path

from consortium.site import gallery, health, pages, preferences, work

urlpatterns: list[URLPattern | URLResolver] = [
    path("att-gora/", work.work, name="work"),
    path("driftlage/", health.status, name="status"),
    path("halsa/", health.health, name="health"),
    path("om/", pages.about, name="about"),
    path("tillganglighet/", pages.accessibility, name="accessibility"),
    path("utseende/", preferences.preferences, name="preferences"),
    path("komponenter/", gallery.gallery, name="gallery"),
]
