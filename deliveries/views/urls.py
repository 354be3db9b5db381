from django.urls import URLPattern, URLResolver, path, register_converter

from deliveries.views import agreement_sections, agreements, projects, recipes


class _Side:
    regex = "producer|archive"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class _AgreementForm(_Side):
    """The forms an agreement comes in."""

    regex = "pdf|json"


register_converter(_Side, "side")
register_converter(_AgreementForm, "agreement_form")

urlpatterns: list[URLPattern | URLResolver] = [
    path("leveransprojekt/", projects.board, name="board"),
    path("overenskommelser/", agreements.agreement_list, name="agreements"),
    path("overenskommelser/ny/", agreements.draft_agreement, name="draft_agreement"),
    path("overenskommelser/<int:agreement_id>/", agreements.agreement, name="agreement"),
    path(
        "overenskommelser/<int:agreement_id>/andra/<slug:slug>/",
        agreement_sections.edit_agreement,
        name="edit_agreement",
    ),
    path("overenskommelser/<int:agreement_id>/jamfor/", agreements.compare_agreement, name="compare_agreement"),
    path(
        "overenskommelser/<int:agreement_id>/underteckna/<side:side>/", agreements.sign_agreement, name="sign_agreement"
    ),
    path(
        "overenskommelser/<int:agreement_id>/dra-tillbaka/<side:side>/",
        agreements.withdraw_signature,
        name="withdraw_signature",
    ),
    path(
        "overenskommelser/<int:agreement_id>/ny-version/",
        agreements.new_agreement_version,
        name="new_agreement_version",
    ),
    path("overenskommelser/<int:agreement_id>/avsluta/", agreements.end_agreement, name="end_agreement"),
    path("overenskommelser/<int:agreement_id>/ta-bort/", agreements.discard_agreement, name="discard_agreement"),
    path(
        "overenskommelser/<int:agreement_id>/overenskommelse.<agreement_form:form>",
        agreements.agreement_file,
        name="agreement_file",
    ),
    path("recept/", recipes.recipe_list, name="recipes"),
    path("recept/<slug:slug>/", recipes.recipe, name="recipe"),
    path("recept/<slug:slug>/profil.json", recipes.recipe_profile, name="recipe_profile"),
]
