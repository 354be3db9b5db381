"""Every kind of act that leaves a trace. Adding one is a line here, a sentence, and a call of `audit.record`."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Event(TextChoices):
    LOGGED_IN = "logged_in", _("Loggade in")
    LOGIN_FAILED = "login_failed", _("Misslyckad inloggning")
    LOGGED_OUT = "logged_out", _("Loggade ut")
    ROLE_GIVEN = "role_given", _("Gav en roll")
    ROLE_ENDED = "role_ended", _("Avslutade en roll")
    MAIL_RETURNED = "mail_returned", _("Antecknade ett brev i retur")
    MAIL_SENT_AGAIN = "mail_sent_again", _("Skickade ett brev igen")

    MEMBERSHIP_CHANGED = "membership_changed", _("Ändrade ett medlemskap")
    PROJECT_CREATED = "project_created", _("Skapade ett leveransprojekt")
    PROJECT_CHANGED = "project_changed", _("Ändrade ett leveransprojekt")
    PROJECT_PHASE = "project_phase", _("Flyttade ett leveransprojekt till en annan fas")
    PROJECT_STATUS = "project_status", _("Pausade, återupptog, avbröt eller avslutade ett leveransprojekt")
    PROJECT_JOURNAL = "project_journal", _("Skrev i ett leveransprojekt")
    PROJECT_DOCUMENT_READ = "project_document_read", _("Hämtade ett dokument ur ett leveransprojekt")
    COUNTS_RECONCILED = "counts_reconciled", _("Stämde av en leverans")
    OCCURRENCE_DELIVERED = "occurrence_delivered", _("Bockade av en återkommande leverans")
    FILE_STREAM_CHANGED = "file_stream_changed", _("Ändrade en filsamling")
    SYSTEM_SHUT_DOWN = "system_shut_down", _("Antecknade en avställning")
    AGREEMENT_SIGNED = "agreement_signed", _("Undertecknade en leveransöverenskommelse")

    UPLOAD_STARTED = "upload_started", _("Började ladda upp ett paket")
    UPLOAD_CANCELLED = "upload_cancelled", _("Avbröt en uppladdning")
    UPLOAD_REFUSED = "upload_refused", _("Nekades uppladdning")
    SIP_RECEIVED = "sip_received", _("Lämnade in ett paket")
    SIP_VALIDATION_CANCELLED = "sip_validation_cancelled", _("Avbröt en validering")
    SIP_VALIDATION_RESTARTED = "sip_validation_restarted", _("Startade om en validering")
    SIP_ACCEPTED = "sip_accepted", _("Godkände en leverans")
    SIP_GIVEN_BACK = "sip_given_back", _("Lämnade tillbaka en leverans")
    REPORT_DOWNLOADED = "report_downloaded", _("Hämtade en valideringsrapport")
    STORE_RESTORED = "store_restored", _("Lät återställa kopiorna i ett lager")
    AIP_TRIED_AGAIN = "aip_tried_again", _("Lät en arkivering fortsätta")
    AIP_DOWNLOADED = "aip_downloaded", _("Hämtade ett arkivpaket")
    RECEIPT_DOWNLOADED = "receipt_downloaded", _("Hämtade en kvittens")
    CLOSED_FILE_OPENED = "closed_file_opened", _("Öppnade en handling som inte är offentlig")
    UNIT_PUBLISHED = "unit_published", _("Gjorde en arkivenhet offentlig")
    UNIT_WITHDRAWN = "unit_withdrawn", _("Drog tillbaka en arkivenhet")
    UNIT_RESTORED = "unit_restored", _("Visade en arkivenhet igen")
