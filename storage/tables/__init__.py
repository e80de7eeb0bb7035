"""The tables. Facts that rules read are JSON documents of the vocabulary beside the few columns that SQL asks about."""

from storage.tables.answers import AccountAnswersRow, ChangedAccountRow, EvaluationRow
from storage.tables.campaigns import CampaignRow, CampaignSheetRow
from storage.tables.candidates import CandidateRow
from storage.tables.cases import OPEN_STATES, CaseEventRow, CaseRow, FindingRow, PolicyRow, SurveyRow
from storage.tables.columns import ID, TIME, UtcDateTime
from storage.tables.crawling import (
    CrawlRunAccountRow,
    CrawlRunRow,
    OperatorEventRow,
    PlatformStateRow,
    SearchLogRow,
    WholeFetchRow,
)
from storage.tables.evidence import ChainHeadRow, EvidenceExpiryRow, EvidenceUploadRow, TimestampRow
from storage.tables.filings import UNPLACED, FilingChangeRow, FilingRow, RegisterHeadingRow, RegisterUploadRow
from storage.tables.inquiries import CoverageRow, InquiryRow, SigningKeyRow
from storage.tables.jobs import ScheduledJobRow
from storage.tables.leases import HostLeaseRow, PlatformLeaseRow, RobotsAnswerRow
from storage.tables.notices import AlertRow, DigestRow, MuteRow, NoticeCaseRow, NoticeRow, NumberSequenceRow
from storage.tables.observations import AccountStateRow, ObservationRow, PostRow
from storage.tables.people import ApiTokenRow, AuditRow, OneTimeTokenRow, SignInFailureRow, UserRow, UserSessionRow
from storage.tables.scans import ScanRow

__all__ = [
    "ID",
    "OPEN_STATES",
    "TIME",
    "UNPLACED",
    "AccountAnswersRow",
    "AccountStateRow",
    "AlertRow",
    "ApiTokenRow",
    "AuditRow",
    "CampaignRow",
    "CampaignSheetRow",
    "CandidateRow",
    "CaseEventRow",
    "CaseRow",
    "ChainHeadRow",
    "ChangedAccountRow",
    "CoverageRow",
    "CrawlRunAccountRow",
    "CrawlRunRow",
    "DigestRow",
    "EvaluationRow",
    "EvidenceExpiryRow",
    "EvidenceUploadRow",
    "FilingChangeRow",
    "FilingRow",
    "FindingRow",
    "HostLeaseRow",
    "InquiryRow",
    "MuteRow",
    "NoticeCaseRow",
    "NoticeRow",
    "NumberSequenceRow",
    "ObservationRow",
    "OneTimeTokenRow",
    "OperatorEventRow",
    "PlatformLeaseRow",
    "PlatformStateRow",
    "PolicyRow",
    "PostRow",
    "RegisterHeadingRow",
    "RegisterUploadRow",
    "RobotsAnswerRow",
    "ScanRow",
    "ScheduledJobRow",
    "SearchLogRow",
    "SignInFailureRow",
    "SigningKeyRow",
    "SurveyRow",
    "TimestampRow",
    "UserRow",
    "UserSessionRow",
    "UtcDateTime",
    "WholeFetchRow",
]
