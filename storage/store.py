"""Everything the database knows, by subject; opened once per process."""

from __future__ import annotations

from storage.account_history import AccountHistory
from storage.account_lists import AccountLists
from storage.alerts import AlertRepository
from storage.answers import AnswerRepository
from storage.api_tokens import ApiTokens
from storage.audit import AuditLog
from storage.campaigns import CampaignRepository
from storage.candidates import CandidateRepository
from storage.cases import CaseRepository
from storage.chain_heads import ChainHeadRepository
from storage.coverage import CoverageRepository
from storage.crawl_runs import CrawlRunRepository
from storage.database import Database
from storage.digests import DigestRepository
from storage.evidence_uploads import EvidenceUploadRepository
from storage.filings import FilingRepository
from storage.front_page import FrontPage
from storage.host_leases import HostLeaseRepository
from storage.inquiries import InquiryRepository
from storage.keyset_pages import KeysetPages
from storage.notice_lists import NoticeLists
from storage.notices import OutboxRepository
from storage.observations import ObservationRepository
from storage.operations_figures import OperationsFigures
from storage.platform_leases import PlatformLeaseRepository
from storage.platform_state import PlatformStateRepository
from storage.read_models import ReadModels
from storage.register_uploads import RegisterUploads
from storage.retention import RetentionRepository
from storage.scans import ScanRepository
from storage.scheduled_jobs import ScheduledJobRepository
from storage.sessions import Failures, OneTimeTokens, Sessions
from storage.surveys import SurveyRepository
from storage.timestamps import TimestampRepository
from storage.users import Users
from storage.whole_fetches import WholeFetchRepository


class Store:
    """The database behind one door. Raises StorageError when it cannot be used."""

    def __init__(self, url: str) -> None:
        """Open and bring the tables up to date."""
        self.database = Database(url)
        self.database.upgrade()
        self.filings = FilingRepository(self.database)
        self.observations = ObservationRepository(self.database)
        self.crawl_runs = CrawlRunRepository(self.database)
        self.scheduled_jobs = ScheduledJobRepository(self.database)
        self.platform_state = PlatformStateRepository(self.database)
        self.platform_leases = PlatformLeaseRepository(self.database)
        self.host_leases = HostLeaseRepository(self.database)
        self.digests = DigestRepository(self.database)
        self.chain_heads = ChainHeadRepository(self.database)
        self.evidence_uploads = EvidenceUploadRepository(self.database)
        self.retention = RetentionRepository(self.database)
        self.timestamps = TimestampRepository(self.database)
        self.cases = CaseRepository(self.database)
        self.answers = AnswerRepository(self.database)
        self.alerts = AlertRepository(self.database)
        self.outbox = OutboxRepository(self.database)
        self.notice_lists = NoticeLists(self.database)
        self.inquiries = InquiryRepository(self.database)
        self.campaigns = CampaignRepository(self.database)
        self.coverage = CoverageRepository(self.database)
        self.surveys = SurveyRepository(self.database)
        self.candidates = CandidateRepository(self.database)
        self.account_history = AccountHistory(self.database)
        self.register_uploads = RegisterUploads(self.database)
        self.account_lists = AccountLists(self.database)
        self.front_page = FrontPage(self.database)
        self.read_models = ReadModels(self.database)
        self.operations_figures = OperationsFigures(self.database)
        self.users = Users(self.database)
        self.sessions = Sessions(self.database)
        self.sign_in_failures = Failures(self.database)
        self.one_time_tokens = OneTimeTokens(self.database)
        self.audit = AuditLog(self.database)
        self.api_tokens = ApiTokens(self.database)
        self.scans = ScanRepository(self.database)
        self.whole_fetches = WholeFetchRepository(self.database)
        self.keyset_pages = KeysetPages(self.database)

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()
