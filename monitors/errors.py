"""The error for what was typed and cannot be used, and the errors that are shown as one plain sentence."""

from __future__ import annotations


class InvalidInput(Exception):
    """What was typed cannot be used. The command line prints it and exits 2."""


def plain_errors() -> tuple[type[Exception], ...]:
    """Errors whose text is for the reader. Imported when one has to be told: a command that goes well needs none."""
    from monitors.settings import SettingsError
    from rules.accounts.statements import InvalidStatement
    from rules.campaigns import CampaignError
    from rules.cases.case import CaseError
    from rules.inquiries import InquiryError
    from rules.people import PeopleError
    from rules.policies.loader import PolicyError
    from storage.database import StorageError
    from storage.evidence import EvidenceError
    from storage.register import RegisterError

    return (
        InvalidInput,
        SettingsError,
        StorageError,
        EvidenceError,
        RegisterError,
        PolicyError,
        CaseError,
        PeopleError,
        InquiryError,
        CampaignError,
        InvalidStatement,
    )
