from django.urls import URLPattern, URLResolver, path, register_converter

from deliveries.views import (
    agreement_sections,
    agreements,
    board,
    decommissioning,
    delivery_status,
    file_collections,
    inventory,
    inventory_import,
    news,
    plans,
    prioritisation,
    project_changing,
    project_facts,
    project_journal,
    project_steps,
    project_writing,
    projects,
    recipes,
    shared_systems,
    study,
    systems,
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


class _TableForm(_Side):
    regex = "csv|xlsx"


register_converter(_Side, "side")
register_converter(_AgreementForm, "agreement_form")
register_converter(_TableForm, "table_form")

urlpatterns: list[URLPattern | URLResolver] = [
    path("leveransprojekt/", board.board, name="board"),
    path("leveransprojekt/tavla.<str:form>", board.board_file, name="board_file"),
    path("leveransprojekt/lage/", delivery_status.delivery_status, name="delivery_status"),
    path("leveransprojekt/forslag/<str:code>/", delivery_status.delivery_suggestions, name="delivery_suggestions"),
    path("leveransprojekt/flytta/", project_steps.move_part, name="move_part"),
    path("leveransprojekt/nytt/", project_facts.project_new, name="project_new"),
    path("leveransprojekt/<int:project_id>/", projects.project, name="project"),
    path("leveransprojekt/<int:project_id>/kommun/<str:code>/", projects.project_part, name="project_part"),
    path("leveransprojekt/<int:project_id>/andra/", project_facts.project_edit, name="project_edit"),
    path("leveransprojekt/<int:project_id>/lagg-till/<slug:what>/", project_writing.project_add, name="project_add"),
    path("leveransprojekt/<int:project_id>/steg/<slug:what>/", project_steps.project_step, name="project_step"),
    path(
        "leveransprojekt/<int:project_id>/klart/<slug:what>/<int:row_id>/",
        project_steps.project_done,
        name="project_done",
    ),
    path(
        "leveransprojekt/<int:project_id>/andra/<slug:what>/<int:row_id>/",
        project_changing.project_change,
        name="project_change",
    ),
    path(
        "leveransprojekt/<int:project_id>/ta-bort/<slug:what>/<int:row_id>/",
        project_changing.project_remove,
        name="project_remove",
    ),
    path(
        "leveransprojekt/<int:project_id>/dokument/<int:document_id>/aterstall/",
        project_changing.restore_document,
        name="restore_document",
    ),
    path(
        "leveransprojekt/<int:project_id>/dokument/<int:document_id>/",
        project_journal.project_document,
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
    path("system/", systems.system_list, name="systems"),
    path("system/nytt/", systems.new_system, name="new_system"),
    path("system/register/<slug:slug>/", systems.system, name="system"),
    path("system/register/<slug:slug>/andra/", systems.edit_system, name="edit_system"),
    path("system/delade/", shared_systems.shared_systems, name="shared_systems"),
    path("system/delade/<slug:slug>/gemensamt-projekt/", shared_systems.propose_project, name="propose_project"),
    path("system/inventering/", inventory.inventory_list, name="inventory"),
    path("system/inventering/export.<table_form:form>", inventory.inventory_export, name="inventory_export"),
    path("system/inventering/mall.<table_form:form>", inventory_import.inventory_template, name="inventory_template"),
    path("system/inventering/las-in/", inventory_import.import_inventory, name="import_inventory"),
    path("system/inventering/las-in/<uuid:import_id>/", inventory_import.inventory_preview, name="inventory_preview"),
    path(
        "system/inventering/las-in/<uuid:import_id>/bekrafta/",
        inventory_import.confirm_inventory,
        name="confirm_inventory",
    ),
    path(
        "system/inventering/las-in/<uuid:import_id>/fel.csv", inventory_import.inventory_faults, name="inventory_faults"
    ),
    path("system/inventering/<str:code>/", inventory.municipality_inventory, name="municipality_inventory"),
    path("system/inventering/<str:code>/nytt/", inventory.new_inventory_row, name="new_inventory_row"),
    path("system/inventering/<str:code>/<slug:slug>/", inventory.edit_inventory_row, name="edit_inventory_row"),
    path(
        "system/inventering/<str:code>/<slug:slug>/ta-bort/",
        inventory.remove_inventory_row,
        name="remove_inventory_row",
    ),
    path("system/prioritering/", prioritisation.latest, name="prioritisation"),
    path("system/prioritering/ny/", prioritisation.begin, name="begin_prioritisation"),
    path("system/prioritering/<int:pk>/", prioritisation.version, name="prioritisation_version"),
    path("system/prioritering/<int:pk>/vikter/", prioritisation.weigh, name="weigh_prioritisation"),
    path("system/prioritering/<int:pk>/bedom/", prioritisation.score, name="score_prioritisation"),
    path("system/prioritering/<int:pk>/besluta/", prioritisation.decide, name="decide_prioritisation"),
    path("system/leveransplaner/", plans.plans, name="plans"),
    path("system/forstudie/", study.study, name="study"),
    path("system/forstudie/<slug:topic>/", study.edit_study, name="edit_study"),
    path("system/leveransplaner/<str:code>/", plans.plan, name="plan"),
    path("system/leveransplaner/<str:code>/forutsattningar/", plans.edit_staffing, name="edit_staffing"),
    path("system/leveransplaner/<str:code>/<int:year>/", plans.edit_plan, name="edit_plan"),
]
