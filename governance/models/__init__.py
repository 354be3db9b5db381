from governance.models.actions import ActionItem
from governance.models.bodies import Body, Seat
from governance.models.contacts import Contact, FeeSchedule
from governance.models.costs import (
    Budget,
    BudgetLine,
    CostAllocation,
    CostReport,
    CostShare,
    ReportLine,
    SettlementShare,
)
from governance.models.dispatches import Dispatch, DispatchGroup, Extract
from governance.models.feedback import Feedback, FeedbackTopic
from governance.models.inquiries import Inquiry, InquiryReply
from governance.models.meetings import AgendaItem, Attachment, Attendance, Meeting
from governance.models.members import Benefit, Consortium, Membership, Municipality
from governance.models.minutes import (
    Comment,
    CorrectionNote,
    Decision,
    Dissent,
    Minutes,
    MinutesDocument,
    Paragraph,
    ParagraphVersion,
    Remark,
    Signature,
)
from governance.models.notices import Notice, Posting
from governance.models.old_minutes import OldMinutes
from governance.models.parties import Party
from governance.models.populations import Population
from governance.models.publications import Publication
from governance.models.quotas import Quota
from governance.models.rounds import Dependency, ExtensionRound, Hold, Milestone, ReturnItem, RoundDecision, Withdrawal
from governance.models.series import AgreementDeadline, FeedToken, MeetingSeries, PlannedMeeting, SeriesComment
from governance.models.stages import HostChange, StageChange

__all__ = [
    "ActionItem",
    "AgendaItem",
    "AgreementDeadline",
    "Attachment",
    "Attendance",
    "Benefit",
    "Body",
    "Budget",
    "BudgetLine",
    "Comment",
    "Consortium",
    "Contact",
    "CorrectionNote",
    "CostAllocation",
    "CostReport",
    "CostShare",
    "Decision",
    "Dependency",
    "Dispatch",
    "DispatchGroup",
    "Dissent",
    "ExtensionRound",
    "Extract",
    "FeeSchedule",
    "FeedToken",
    "Feedback",
    "FeedbackTopic",
    "Hold",
    "HostChange",
    "Inquiry",
    "InquiryReply",
    "Meeting",
    "MeetingSeries",
    "Membership",
    "Milestone",
    "Minutes",
    "MinutesDocument",
    "Municipality",
    "Notice",
    "OldMinutes",
    "Paragraph",
    "ParagraphVersion",
    "Party",
    "PlannedMeeting",
    "Population",
    "Posting",
    "Publication",
    "Quota",
    "Remark",
    "ReportLine",
    "ReturnItem",
    "RoundDecision",
    "Seat",
    "SeriesComment",
    "SettlementShare",
    "Signature",
    "StageChange",
    "Withdrawal",
]
