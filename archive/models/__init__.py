from archive.models.drafts import Draft, DraftFile, DraftRow
from archive.models.events import PreservationAgent, PreservationEvent
from archive.models.holdings import AIP, ArchiveStore, ContentFile, FixityCheck, RecordsCreator, StorageCopy
from archive.models.own_records import OwnRecord
from archive.models.records import ArchivalUnit, Withdrawal
from archive.models.submissions import SIP, Receipt, Upload, ValidationReport

__all__ = [
    "AIP",
    "SIP",
    "ArchivalUnit",
    "ArchiveStore",
    "ContentFile",
    "Draft",
    "DraftFile",
    "DraftRow",
    "FixityCheck",
    "OwnRecord",
    "PreservationAgent",
    "PreservationEvent",
    "Receipt",
    "RecordsCreator",
    "StorageCopy",
    "Upload",
    "ValidationReport",
    "Withdrawal",
]
