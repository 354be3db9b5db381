from django.urls import URLPattern, URLResolver, path, register_converter

from archive.views import (
    draft_uploads,
    drafts,
    holdings,
    public,
    records,
    samples,
    staff_search,
    submissions,
    upload_page,
    uploads,
)


class _Form:
    """The forms a report comes in."""

    regex = "pdf|csv|json"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class _ReceiptForm(_Form):
    regex = "pdf|json"


class _TableForm(_Form):
    regex = "csv|xlsx"


register_converter(_Form, "report_form")
register_converter(_TableForm, "draft_table_form")
register_converter(_ReceiptForm, "receipt_form")

urlpatterns: list[URLPattern | URLResolver] = [
    path("", public.start, name="start"),
    path("sok/", public.results, name="search"),
    path("sok/forslag/", public.suggestions, name="suggestions"),
    path("handling/<uuid:unit_id>/", records.record, name="record"),
    path("handling/<uuid:unit_id>/fil/<int:file_id>/", records.record_file, name="record_file"),
    path("handling/<uuid:unit_id>/fil/<int:file_id>/visa/", records.record_view, name="record_view"),
    path("arkivet/", staff_search.staff_search, name="staff_search"),
    path("arkivet/<uuid:unit_id>/", staff_search.staff_record, name="staff_record"),
    path("arkivet/<uuid:unit_id>/fil/<int:file_id>/", staff_search.staff_file, name="staff_file"),
    path("recept/<slug:slug>/exempelpaket.zip", samples.recipe_sample, name="recipe_sample"),
    path("ladda-upp/", upload_page.upload_page, name="upload"),
    path("ladda-upp/<uuid:upload_id>/avbryt/", upload_page.cancel_upload, name="cancel_upload"),
    path("satt-samman/", drafts.draft_list, name="drafts"),
    path("satt-samman/<uuid:draft_id>/", drafts.draft, name="draft"),
    path("satt-samman/<uuid:draft_id>/lage/", drafts.draft_state, name="draft_state"),
    path("satt-samman/<uuid:draft_id>/filer/", drafts.add_draft_files, name="add_draft_files"),
    path("satt-samman/<uuid:draft_id>/filer/ta-bort/", drafts.remove_draft_file, name="remove_draft_file"),
    path("satt-samman/<uuid:draft_id>/uppladdning/", draft_uploads.draft_uploads, name="draft_uploads"),
    path("satt-samman/<uuid:draft_id>/uppladdning/<uuid:file_id>/", draft_uploads.draft_upload, name="draft_upload"),
    path("satt-samman/<uuid:draft_id>/tabell.<draft_table_form:form>", drafts.draft_table, name="draft_table"),
    path("satt-samman/<uuid:draft_id>/tabell/", drafts.import_draft_table, name="import_draft_table"),
    path("satt-samman/<uuid:draft_id>/rader/", drafts.draft_rows, name="draft_rows"),
    path("satt-samman/<uuid:draft_id>/rader/ta-bort/", drafts.remove_draft_rows, name="remove_draft_rows"),
    path("satt-samman/<uuid:draft_id>/lamna-in/", drafts.submit_draft, name="submit_draft"),
    path("satt-samman/<uuid:draft_id>/ta-bort/", drafts.delete_draft, name="delete_draft"),
    path("uppladdning/", uploads.uploads, name="tus_uploads"),
    path("uppladdning/<uuid:upload_id>/", uploads.upload, name="tus_upload"),
    path("leveranser/", submissions.sip_list, name="sip_list"),
    path("leveranser/<uuid:sip_id>/", submissions.sip, name="sip"),
    path("leveranser/<uuid:sip_id>/lage/", submissions.sip_state, name="sip_state"),
    path("leveranser/<uuid:sip_id>/rapport.<report_form:form>", submissions.sip_report, name="sip_report"),
    path("leveranser/<uuid:sip_id>/godkann/", submissions.accept_sip, name="accept_sip"),
    path("leveranser/<uuid:sip_id>/lamna-tillbaka/", submissions.give_back_sip, name="give_back_sip"),
    path("leveranser/<uuid:sip_id>/kontrollera-igen/", submissions.validate_sip_again, name="validate_sip_again"),
    path("leveranser/<uuid:sip_id>/avbryt/", submissions.cancel_sip_validation, name="cancel_sip_validation"),
    path("arkivpaket/", holdings.aip_list, name="aip_list"),
    path("arkivpaket/<uuid:aip_id>/", holdings.aip, name="aip"),
    path("arkivpaket/<uuid:aip_id>/lage/", holdings.aip_state, name="aip_state"),
    path("arkivpaket/<uuid:aip_id>/forsok-igen/", holdings.try_aip_again, name="try_aip_again"),
    path("arkivpaket/<uuid:aip_id>/paket.tar", holdings.aip_download, name="aip_download"),
    path("arkivpaket/<uuid:aip_id>/kvittens.<receipt_form:form>", holdings.receipt, name="receipt"),
    path("arkivenhet/<uuid:unit_id>/gor-offentlig/", holdings.publish_unit, name="publish_unit"),
    path("arkivenhet/<uuid:unit_id>/dra-tillbaka/", holdings.withdraw_unit, name="withdraw_unit"),
    path("arkivenhet/<uuid:unit_id>/visa-igen/", holdings.restore_unit, name="restore_unit"),
]
