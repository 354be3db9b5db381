from django.urls import URLPattern, URLResolver, path, register_converter

from consortium.site import gallery, health, mine, pages, people, preferences, work

register_converter(people.Act, "acts")

urlpatterns: list[URLPattern | URLResolver] = [
    path("att-gora/", work.work, name="work"),
    path("mitt/", mine.mine, name="mine"),
    path("driftlage/", health.status, name="status"),
    path("halsa/", health.health, name="health"),
    path("anvandare/", people.people, name="people"),
    path("anvandare/ny/", people.add_person, name="add_person"),
    path("anvandare/<int:user_id>/", people.person, name="person"),
    path("anvandare/<int:user_id>/<acts:act>/", people.person_act, name="person_act"),
    path("anvandare/roll/<int:assignment_id>/avsluta/", people.end_role, name="end_role"),
    path("valj-losenord/<str:whom>/<str:token>/", people.choose_password, name="choose_password"),
    path("om/", pages.about, name="about"),
    path("tillganglighet/", pages.accessibility, name="accessibility"),
    path("utseende/", preferences.preferences, name="preferences"),
    path("komponenter/", gallery.gallery, name="gallery"),
]
