"""Everything the database knows, by subject; opened once per process."""

from __future__ import annotations

from storage.candidates import Candidates
from storage.cases import Cases
from storage.crawl_runs import Runs
from storage.database import Database
from storage.filings import Filings
from storage.notices import Notices
from storage.observations import Looks
from storage.read_models import Overview


class Store:
    """The database behind one door. Raises StorageError when it cannot be used."""

    def __init__(self, url: str) -> None:
        """Open and bring the tables up to date."""
        self.database = Database(url)
        self.database.upgrade()
        self.filings = Filings(self.database)
        self.looks = Looks(self.database)
        self.runs = Runs(self.database)
        self.cases = Cases(self.database)
        self.notices = Notices(self.database)
        self.candidates = Candidates(self.database)
        self.overview = Overview(self.database)

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()
