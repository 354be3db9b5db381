from deliveries.models.agreements import SubmissionAgreement
from deliveries.models.projects import DeliveryProject, Participation
from deliveries.models.systems import SourceSystem, SystemAlias

__all__ = ["DeliveryProject", "Participation", "SourceSystem", "SubmissionAgreement", "SystemAlias"]
