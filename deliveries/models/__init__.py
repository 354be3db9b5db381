from deliveries.models.agreements import SubmissionAgreement
from deliveries.models.deliveries import Delivery, DeliveryOutcome, Reconciliation, SampleCheck
from deliveries.models.journal import Barrier, Decommissioning, LogEntry, Milestone, ProjectDocument, ProjectFunction
from deliveries.models.news import News, NewsChoice
from deliveries.models.phases import Phase, Status
from deliveries.models.projects import Benefit, Cost, DeliveryProject, Participation, ProjectState
from deliveries.models.streams import FileStream, Occurrence, Recurrence
from deliveries.models.systems import SourceSystem, SystemAlias

__all__ = [
    "Barrier",
    "Benefit",
    "Cost",
    "Decommissioning",
    "Delivery",
    "DeliveryOutcome",
    "DeliveryProject",
    "FileStream",
    "LogEntry",
    "Milestone",
    "News",
    "NewsChoice",
    "Occurrence",
    "Participation",
    "Phase",
    "ProjectDocument",
    "ProjectFunction",
    "ProjectState",
    "Reconciliation",
    "Recurrence",
    "SampleCheck",
    "SourceSystem",
    "Status",
    "SubmissionAgreement",
    "SystemAlias",
]
