from django.urls import URLPattern, URLResolver, path

from consortium.site import gallery, pages, preferences

urlpatterns: list[URLPattern | URLResolver] = [
    path("om/", pages.about, name="about"),
    path("tillganglighet/", pages.accessibility, name="accessibility"),
    path("utseende/", preferences.preferences, name="preferences"),
    path("komponenter/", gallery.gallery, name="gallery"),
]
