"""What the JSON interface answers: one pydantic model a resource, each made from the store's own record."""

from __future__ import annotations

from datetime import date, datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, Field

from alerts.sanitize import clean, mask_personal_data
from monitors.console.labels import document_label, outcome_label
from rules.candidates import Candidate
from rules.cases.case import Case, StepRecord
from rules.coverage import CoverageFigures
from rules.model import Platform
from storage.account_lists import AccountListItem
from storage.keyset_pages import NoticeLine

T = TypeVar("T")
LONGEST = 2000


def _text(value: str) -> str:
    """A stranger's words: visible characters on one line, numbers of persons masked."""
    return mask_personal_data(clean(value, LONGEST))


class ApiError(BaseModel):
    """一次没有成功的请求。"""

    message: str = Field(description="哪里不对、该怎么办，中文一句话")


class ApiPage(BaseModel, Generic[T]):
    """一页数据。"""

    items: list[T]
    next_cursor: str | None = Field(description="下一页的游标；没有下一页时为 null")


class AccountModel(BaseModel):
    """台账中的一个账号，和最近看到的情况。"""

    school: str = Field(description="学校代码")
    id: str = Field(description="备案号；台账没有编号的，由系统编号")
    key: str = Field(description="账号标识，各接口之间以它对应")
    platform: str
    platform_label: str
    name: str
    unit: str = Field(description="主办单位")
    account_id: str
    url: str
    level: str | None = Field(description="级别")
    status: str = Field(description="备案状态代码")
    status_label: str
    first_owner: str = Field(description="第一责任人")
    direct_owner: str = Field(description="直接责任人")
    phones: list[str] = Field(description="联系电话，中间几位以 * 代替")
    emails: list[str] = Field(description="电子邮箱，一部分以 * 代替")
    filed_at: date | None
    shown: str = Field(description="最近一次查看的结果；blocked、unreadable、never 不说明账号有无更新")
    shown_label: str
    last_post_at: datetime | None = Field(description="看到的最近一次更新")
    attempted_at: datetime | None = Field(description="最近一次查看")
    fact_at: datetime | None = Field(description="最近一次真正看到")

    @classmethod
    def of(cls, line: AccountListItem) -> AccountModel:
        """Contacts are masked for everybody: whoever must telephone reads the number in the console."""
        filing = line.filing
        return cls(
            school=filing.school,
            id=filing.id,
            key=line.key,
            platform=filing.platform.value,
            platform_label=filing.platform.label,
            name=clean(filing.name, 200),
            unit=clean(filing.unit, 200),
            account_id=filing.account_id,
            url=filing.url,
            level=filing.level.label if filing.level else None,
            status=filing.status.value,
            status_label=filing.status.label,
            first_owner=clean(filing.first_owner, 60),
            direct_owner=clean(filing.direct_owner, 60),
            phones=[masked_contact(number) for number in filing.phones],
            emails=[masked_contact(address) for address in filing.emails],
            filed_at=filing.filed_at,
            shown=line.shown,
            shown_label=outcome_label(line.shown),
            last_post_at=line.last_post_at,
            attempted_at=line.attempted_at,
            fact_at=line.fact_at,
        )


class StepModel(BaseModel):
    """督办的一级。"""

    step: str
    document: str
    document_label: str
    due_at: datetime
    issued_at: datetime | None
    delivered_at: datetime | None
    approved_by: str

    @classmethod
    def of(cls, record: StepRecord) -> StepModel:
        """A step that was issued or waits."""
        return cls(
            step=record.step,
            document=record.document.value,
            document_label=record.document.label,
            due_at=record.due_at,
            issued_at=record.issued_at,
            delivered_at=record.delivered_at,
            approved_by=record.approved_by,
        )


class CaseModel(BaseModel):
    """问题台账的一条。"""

    number: str
    school: str
    platform: str
    account: str = Field(description="账号标识")
    title: str
    unit: str
    rule: str
    clause: str
    basis: str = Field(description="制度依据")
    state: str
    state_label: str
    opened_at: datetime
    resolved_at: datetime | None
    settled_at: datetime | None
    reason: str
    appealed: bool = Field(description="有申诉正在等待决定，期间计时停止")
    evidence: list[str] = Field(description="存证编号")
    steps: list[StepModel]

    @classmethod
    def of(cls, case: Case) -> CaseModel:
        """A case as it stands."""
        return cls(
            number=case.number,
            school=case.school,
            platform=case.platform.value,
            account=case.account,
            title=clean(case.title, 200),
            unit=clean(case.unit, 200),
            rule=case.rule,
            clause=case.clause,
            basis=case.basis,
            state=case.state.value,
            state_label=case.state.label,
            opened_at=case.opened_at,
            resolved_at=case.resolved_at,
            settled_at=case.settled_at,
            reason=_text(case.reason),
            appealed=case.pending_appeal is not None,
            evidence=list(case.evidence),
            steps=[StepModel.of(record) for record in case.steps],
        )


class SuspectModel(BaseModel):
    """一个疑似账号；没有人确认之前，不是结论。"""

    school: str
    key: str
    platform: str
    platform_label: str
    name: str
    url: str
    kind: str
    kind_label: str
    why: str
    personal: bool = Field(description="个人账号：只留名称、链接、理由和存证，到期删除")
    state: str
    state_label: str
    first_seen_at: datetime
    last_seen_at: datetime
    expires_at: datetime | None
    decided_at: datetime | None
    evidence: list[str]

    @classmethod
    def of(cls, found: Candidate) -> SuspectModel:
        """A found account."""
        return cls(
            school=found.school,
            key=found.key,
            platform=found.platform.value,
            platform_label=found.platform.label,
            name=clean(found.name, 200),
            url=found.url,
            kind=found.kind.value,
            kind_label=found.kind.label,
            why=_text(found.why),
            personal=found.personal,
            state=found.state.value,
            state_label=found.state.label,
            first_seen_at=found.first_seen_at,
            last_seen_at=found.last_seen_at,
            expires_at=found.expires_at,
            decided_at=found.decided_at,
            evidence=list(found.evidence),
        )


class NoticeModel(BaseModel):
    """一份文书。"""

    id: str
    number: str = Field(description="文号")
    school: str
    case_number: str
    document: str
    document_label: str
    state: str
    state_label: str
    created_at: datetime
    sent_at: datetime | None

    @classmethod
    def of(cls, line: NoticeLine) -> NoticeModel:
        """A paper, without its text."""
        return cls(
            id=line.id,
            number=line.number,
            school=line.school,
            case_number=line.case_number,
            document=line.document_type,
            document_label=document_label(line.document_type),
            state=line.state.value,
            state_label=line.state.label,
            created_at=line.created_at,
            sent_at=line.sent_at,
        )


def masked_contact(value: str) -> str:
    """A telephone number or an address of which nobody can be called or written to: its beginning and its end."""
    head, at, host = value.partition("@")
    if at:
        return f"{head[:1]}***@{host}"
    return f"{value[:3]}****{value[-2:]}" if len(value) > 6 else "***"


class CoverageModel(BaseModel):
    """一所学校一个平台的掌握情况，每小时统计一次。"""

    school: str = Field(description="学校代码")
    platform: str
    platform_label: str
    counted_at: datetime
    accounts: int
    known: int = Field(description="掌握：在更新或未更新")
    active: int = Field(description="在更新")
    silent: int = Field(description="未更新")
    unknown: int = Field(description="不掌握；不算正常，也不算问题")
    asked: int = Field(description="不掌握、已向单位核实、等待答复")
    overdue: int = Field(description="提醒后仍未答复")

    @classmethod
    def of(cls, school: str, platform: Platform, figures: CoverageFigures, at: datetime) -> CoverageModel:
        """One row of what was counted."""
        return cls(
            school=school, platform=platform.value, platform_label=platform.label, counted_at=at, accounts=figures.accounts,
            known=figures.known, active=figures.active, silent=figures.silent, unknown=figures.unknown, asked=figures.asked,
            overdue=figures.overdue,
        )  # fmt: skip
