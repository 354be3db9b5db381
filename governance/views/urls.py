from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("kostnader/", include("governance.views.cost_urls")),
    path("", include("governance.views.publishing_urls")),
]
