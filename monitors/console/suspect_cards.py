"""What a page shows of each suspect beside what the search found: marked letters, similar filings, its case, what may be done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitors.app_context import AppContext
from rules.candidate_decisions import may_undo, usual_kind
from rules.candidates import Candidate, CandidateKind, ConfirmedKind
from rules.model import Filing
from rules.names.marking import marked
from storage.filings import key_of

MOST_SIMILAR = 3
ADVICE = (
    "页面与学校网站雷同，可能用于骗取账号密码。请先固定证据（本系统已存证），随即告知信息中心，报网信部门和公安机关，"
    "并提醒师生不要在该页面填写任何信息。"
)
"""What to do about a copy of the school's own site, before anything else."""


@dataclass(frozen=True, slots=True)
class SimilarFiling:
    """A filed account with a similar name."""

    key: str
    name: str
    platform: str
    unit: str


@dataclass(frozen=True, slots=True)
class SuspectCard:
    """One suspect as the page shows it. ``pieces``: its name, with whether each piece is the protected term's."""

    found: Candidate
    pieces: tuple[tuple[str, bool], ...]
    similar: tuple[SimilarFiling, ...]
    case: str
    undo: bool
    usual: ConfirmedKind

    @property
    def id(self) -> str:
        """How a form names it."""
        return f"{self.found.school}/{self.found.key}"

    @property
    def tone(self) -> str:
        """The colour of its kind: a copy of the school's site is red, the rest waits for a person to say."""
        if self.found.kind is CandidateKind.CLONE:
            return "bad"
        return "warn" if self.found.kind.needs_review else "plain"

    @property
    def advice(self) -> str:
        """What to do at once, empty where nothing is."""
        return ADVICE if self.found.kind is CandidateKind.CLONE else ""


def cards_of(context: AppContext, candidates: Sequence[Candidate], now: datetime) -> list[SuspectCard]:
    """The cards of one page: two queries, however many there are."""
    pieces = {candidate: marked(candidate.name[:80], candidate.term) for candidate in candidates}
    rests = {candidate: _rest(pieces[candidate]) for candidate in candidates}
    schools = {candidate.school for candidate in candidates}
    filings = context.store.read_models.filings_like({rest for rest in rests.values() if rest}, schools)
    cases = context.store.read_models.open_cases_about([candidate.key for candidate in candidates])
    return [
        SuspectCard(
            candidate,
            pieces[candidate],
            _similar(candidate, rests[candidate], filings),
            cases.get((candidate.school, candidate.key), ""),
            may_undo(candidate, now),
            usual_kind(candidate),
        )
        for candidate in candidates
    ]


def _rest(pieces: Collection[tuple[str, bool]]) -> str:
    """What a name says beside the school's: the longest piece of it, empty where it is too short to look for."""
    longest = max((text.strip() for text, of_term in pieces if not of_term), key=len, default="")
    return longest[:20] if len(longest) > 1 else ""


def _similar(candidate: Candidate, rest: str, filings: Sequence[Filing]) -> tuple[SimilarFiling, ...]:
    alike = [f for f in filings if f.school == candidate.school and rest and rest.casefold() in f.name.casefold()]
    alike.sort(key=lambda filing: (filing.platform is not candidate.platform, len(filing.name)))
    return tuple(SimilarFiling(key_of(f), f.name, f.platform.label, f.unit) for f in alike[:MOST_SIMILAR])
