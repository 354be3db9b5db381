from deliveries.models.agreements import SubmissionAgreement
from deliveries.models.deliveries import Delivery, DeliveryOutcome, Reconciliation, SampleCheck
from deliveries.models.inventory import InventoryImport, PersonalData, Retention, SystemInventory
from deliveries.models.journal import (
    Barrier,
    Decommissioning,
    LogCorrection,
    LogEntry,
    Milestone,
    ProjectDocument,
    ProjectFunction,
)
from deliveries.models.news import News, NewsChoice
from deliveries.models.phases import Phase, Status
from deliveries.models.plans import ArchiveStaffing, DeliveryPlan, Sector
from deliveries.models.prioritisation import Prioritisation, SystemScore
from deliveries.models.projects import Benefit, Cost, DeliveryProject, Participation, ProjectState
from deliveries.models.streams import FileStream, Occurrence, Recurrence
from deliveries.models.study import StudyItem
from deliveries.models.systems import Delivered, SourceSystem, SystemAlias

__all__ = [
    "ArchiveStaffing",
    "Barrier",
    "Benefit",
    "Cost",
    "Decommissioning",
    "Delivered",
    "Delivery",
    "DeliveryOutcome",
    "DeliveryPlan",
    "DeliveryProject",
    "FileStream",
    "InventoryImport",
    "LogCorrection",
    "LogEntry",
    "Milestone",
    "News",
    "NewsChoice",
    "Occurrence",
    "Participation",
    "PersonalData",
    "Phase",
    "Prioritisation",
    "ProjectDocument",
    "ProjectFunction",
    "ProjectState",
    "Reconciliation",
    "Recurrence",
    "Retention",
    "SampleCheck",
    "Sector",
    "SourceSystem",
    "Status",
    "StudyItem",
    "SubmissionAgreement",
    "SystemAlias",
    "SystemInventory",
    "SystemScore",
]
