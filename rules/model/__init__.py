"""The shared language: what is declared, what is seen, and what follows. Frozen facts, nothing that acts."""

from rules.model.account import Account, AccountState, DatedEvidence, FirstDate, Suspicion, Tally
from rules.model.base import BEIJING, LabeledEnum
from rules.model.case import CaseState, DocumentType
from rules.model.filing import AccountLevel, Filing, FilingStatus, ReviewResult
from rules.model.finding import Finding, RuleResult, Verdict
from rules.model.observation import (
    FRESH,
    HIJACKED,
    PARSER_ERROR,
    ClaimType,
    EvidenceKind,
    Observation,
    Outcome,
    Platform,
    Post,
    Precision,
    SearchHit,
    Statement,
)

__all__ = [
    "BEIJING",
    "FRESH",
    "HIJACKED",
    "PARSER_ERROR",
    "Account",
    "AccountLevel",
    "AccountState",
    "CaseState",
    "ClaimType",
    "DatedEvidence",
    "DocumentType",
    "EvidenceKind",
    "Filing",
    "FilingStatus",
    "Finding",
    "FirstDate",
    "LabeledEnum",
    "Observation",
    "Outcome",
    "Platform",
    "Post",
    "Precision",
    "ReviewResult",
    "RuleResult",
    "SearchHit",
    "Statement",
    "Suspicion",
    "Tally",
    "Verdict",
]
