from django.urls import URLPattern, URLResolver, path, register_converter

from deliveries.views import (
    agreement_sections,
    agreements,
    board,
    decommissioning,
    delivery_status,
    file_collections,
    news,
    project_steps,
    project_writing,
    projects,
    recipes,
)


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
    path("leveransprojekt/", board.board, name="board"),
    path("leveransprojekt/tavla.<str:form>", board.board_file, name="board_file"),
    path("leveransprojekt/lage/", delivery_status.delivery_status, name="delivery_status"),
    path("leveransprojekt/forslag/<str:code>/", delivery_status.delivery_suggestions, name="delivery_suggestions"),
    path("leveransprojekt/flytta/", project_steps.move_part, name="move_part"),
    path("leveransprojekt/nytt/", project_writing.project_new, name="project_new"),
    path("leveransprojekt/<int:project_id>/", projects.project, name="project"),
    path("leveransprojekt/<int:project_id>/kommun/<str:code>/", projects.project_part, name="project_part"),
    path("leveransprojekt/<int:project_id>/andra/", project_writing.project_edit, name="project_edit"),
    path("leveransprojekt/<int:project_id>/lagg-till/<slug:what>/", project_writing.project_add, name="project_add"),
    path("leveransprojekt/<int:project_id>/steg/<slug:what>/", project_steps.project_step, name="project_step"),
    path(
        "leveransprojekt/<int:project_id>/klart/<slug:what>/<int:row_id>/",
        project_steps.project_done,
        name="project_done",
    ),
    path(
        "leveransprojekt/<int:project_id>/dokument/<int:document_id>/",
        projects.project_document,
        name="project_document",
    ),
    path("leveransprojekt/<int:project_id>/slutrapport/", projects.project_report, name="project_report"),
    path("leveransprojekt/<int:project_id>/slutrapport.pdf", projects.project_report_pdf, name="project_report_pdf"),
    path("filsamlingar/ny/", file_collections.stream, name="stream_new"),
    path("filsamlingar/<int:stream_id>/", file_collections.stream, name="stream_edit"),
    path("avstallningar/", decommissioning.decommissionings, name="decommissionings"),
    path("avstallningar/ny/", decommissioning.shut_down, name="shut_down"),
    path("handelser/", news.news, name="news"),
    path("handelser/installningar/", news.news_settings, name="news_settings"),
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
