"""Where a case stands and what it sends."""

from __future__ import annotations

from rules.model.base import LabeledEnum


class CaseState(LabeledEnum):
    """Where a case stands. The last three are final."""

    OPEN = "open", "待研判"
    RECTIFYING = "rectifying", "整改中"
    RESOLVED = "resolved", "待复核"
    CLOSED = "closed", "已销号"
    DISMISSED = "dismissed", "不属实"
    WITHDRAWN = "withdrawn", "已撤回"

    @property
    def is_final(self) -> bool:
        """True where nothing more can happen to the case."""
        return self in (CaseState.CLOSED, CaseState.DISMISSED, CaseState.WITHDRAWN)


class DocumentType(LabeledEnum):
    """What a case sends. The first four are steps of a ladder, in the order they climb; the others answer."""

    REMINDER = "reminder", "提示函"
    RECTIFICATION = "rectification", "整改通知书"
    PUBLIC_NOTICE = "public_notice", "公开通报"
    SHUTDOWN = "shutdown", "关停通知"
    CORRECTION = "correction", "更正通知"
    APPEAL_DECISION = "appeal_decision", "申诉决定"
    CLOSURE = "closure", "销号通知"
