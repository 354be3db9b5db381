from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("governance.views.member_urls")),
    path("kostnader/", include("governance.views.cost_urls")),
    path("", include("governance.views.meeting_urls")),
    path("", include("governance.views.publishing_urls")),
]
