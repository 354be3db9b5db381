from django.urls import URLPattern, URLResolver, path, register_converter

from governance.views import dispatch, extracts, follow_up, importing, notices, public, publication


class _CopyForm:
    regex = "pdf|json"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(_CopyForm, "copy_form")

urlpatterns: list[URLPattern | URLResolver] = [
    path("protokoll/", public.public_minutes_list, name="public_minutes_list"),
    path("protokoll/<uuid:publication_id>/", public.public_minutes, name="public_minutes"),
    path(
        "protokoll/<uuid:publication_id>/protokoll.<copy_form:form>",
        public.public_minutes_file,
        name="public_minutes_file",
    ),
    path("kvittera/<str:token>/", dispatch.dispatch_receipt, name="dispatch_receipt"),
    path("utgivning/", publication.publishing, name="publishing"),
    path("utgivning/<int:minutes_id>/", publication.minutes_after, name="minutes_after"),
    path("utgivning/<int:minutes_id>/granska/", publication.publication_check, name="publication_check"),
    path("utgivning/<int:minutes_id>/dra-tillbaka/", publication.publication_withdraw, name="publication_withdraw"),
    path("utgivning/<int:minutes_id>/utdrag/<int:number>/", extracts.extract_certify, name="extract_certify"),
    path("utgivning/<int:minutes_id>/expediera/", dispatch.dispatch_new, name="dispatch_new"),
    path("utgivning/<int:minutes_id>/anslag/", notices.notice, name="notice"),
    path("utgivning/<int:minutes_id>/anslag/<int:number>/", notices.paragraph_notice, name="paragraph_notice"),
    path("utgivning/utdrag/<int:extract_id>.pdf", extracts.extract_pdf, name="extract_pdf"),
    path("utgivning/mottagare/<int:dispatch_id>/", dispatch.dispatch_row, name="dispatch_row"),
    path("utgivning/anslagstavla/<int:posting_id>/", notices.posting, name="posting"),
    path("utgivning/sandlistor/", dispatch.dispatch_groups, name="dispatch_groups"),
    path("utgivning/sandlistor/<int:group_id>/", dispatch.dispatch_group, name="dispatch_group"),
    path("uppfoljning/", follow_up.follow_up, name="follow_up"),
    path("uppfoljning/atgarder.csv", follow_up.follow_up_csv, name="follow_up_csv"),
    path("uppfoljning/<int:action_id>/", follow_up.follow_up_note, name="follow_up_note"),
    path("gamla-protokoll/", importing.old_minutes_list, name="old_minutes_list"),
    path("gamla-protokoll/<int:old_id>/", importing.old_minutes, name="old_minutes"),
    path("gamla-protokoll/<int:old_id>/original/", importing.old_minutes_original, name="old_minutes_original"),
    path("gamla-protokoll/<int:old_id>/kasta/", importing.old_minutes_discard, name="old_minutes_discard"),
]
