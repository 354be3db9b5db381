"""Everything that can be allowed, named by the verb. Granted on containers only: consortium, municipality, project."""

from enum import StrEnum


class Permission(StrEnum):
    SIP_UPLOAD = "upload_sip"
    SIP_STATUS = "status_sip"  # that it exists and where it stands, no names or content
    SIP_READ = "read_sip"
    SIP_ACCEPT = "accept_sip"
    AIP_STATUS = "status_aip"
    AIP_READ = "read_aip"
    RECORD_READ_CLOSED = "read_closed_record"
    RECORD_PUBLISH = "publish_record"
    PROJECT_READ = "read_project"
    PROJECT_EDIT = "edit_project"
    AGREEMENT_READ = "read_agreement"
    AGREEMENT_EDIT = "edit_agreement"
    MINUTES_READ = "read_minutes"
    MINUTES_EDIT = "edit_minutes"
    COSTS_READ = "read_costs"
    COSTS_EDIT = "edit_costs"
    MEMBERS_EDIT = "edit_members"
    MUNICIPALITY_EDIT = "edit_municipality"  # what the municipality says of itself, not what the consortium decides
    USERS_EDIT = "edit_users"
    AUDIT_READ = "read_audit"
    HEALTH_READ = "read_health"

    @classmethod
    def declared(cls) -> tuple[tuple[str, str], ...]:
        """For `Meta.permissions` of a container model."""
        return tuple((permission.value, permission.name.replace("_", " ").lower()) for permission in cls)
