"""The papers about a confirmed suspect that stand outside every ladder: to a platform, to its owner, to another authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.notices.notice import EvidenceCitation, IssuingOffice
from rules.candidates import ConfirmedKind, FollowUp
from rules.model import Platform

PAPERS = {
    FollowUp.COMPLAINT: "关于请求处置账号的函",
    FollowUp.TALK: "约谈函",
    FollowUp.CYBERSPACE: "线索移送函",
}
"""What each step hands over; 纳入备案 needs no paper."""
OPERATORS = {
    Platform.WEBSITE: "有关互联网接入和域名服务提供者",
    Platform.APP: "应用商店运营方",
    Platform.GROUP: "群组所在平台运营方",
    Platform.OTHER: "有关平台运营方",
}
"""Who runs it, where the platform's own name does not say."""
WHAT = {
    ConfirmedKind.MISUSE: "擅自使用学校名称",
    ConfirmedKind.IMPERSONATION: "冒充学校或者学校单位",
    ConfirmedKind.UNFILED: "以学校单位名义开设，未在学校备案",
    ConfirmedKind.DORMANT: "名称涉及学校，已停止使用而未注销",
}
"""What a confirmed account does, as a paper says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolStatement:
    """Everything such a paper needs. It bears no number of ours: the office gives its own when it stamps it.

    ``confirmed`` is what the person found the account to be, ``reason`` what the person wrote, ``term`` the name it uses;
    ``regulation`` and ``sentence`` what the school's own regulation says of it, empty where nothing does.
    """

    kind: FollowUp
    school: str
    school_name: str
    office: IssuingOffice
    platform: Platform
    name: str
    url: str
    account: str
    unit: str = ""
    confirmed: ConfirmedKind
    reason: str
    term: str = ""
    decided_by: str
    decided_at: datetime
    regulation: str = ""
    clause: str = ""
    sentence: str = ""
    evidence: tuple[EvidenceCitation, ...] = ()
    made_at: datetime
    demo: bool = False

    @property
    def paper(self) -> str:
        """What the paper is called."""
        return PAPERS[self.kind]

    @property
    def what(self) -> str:
        """What the account does."""
        return WHAT[self.confirmed]

    @property
    def addressee(self) -> str:
        """To whom: the platform, the owner, the authority; left to be filled in where nobody knows."""
        match self.kind:
            case FollowUp.COMPLAINT:
                return OPERATORS.get(self.platform, f"{self.platform.label}平台运营方")
            case FollowUp.TALK:
                return self.unit or f"“{self.name[:40]}”的运营者"
            case _:
                return "网信部门"
