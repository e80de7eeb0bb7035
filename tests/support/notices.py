"""A school, a case and its history, small enough to read, for the tests of alerts."""

from __future__ import annotations

from datetime import datetime, timedelta

from alerts.notices.drafting import draft
from alerts.notices.notice import EvidenceCitation, IssuingOffice, Notice, Reference, document_number
from alerts.notices.planning import PlannedNotice, owed_notices
from rules.cases.case import Case, CaseEvent, EventKind, EventPayload, StepRecord
from rules.model import BEIJING, CaseState, DocumentType, Platform
from rules.policies.schema import Addressee, LadderStep, Policy

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=BEIJING)
SENTENCE = "如超过2个月不进行更新，将向该平台所属单位发出整改通知。"
LATER = "收到整改通知1个月后未进行更新的，将进行公开通报。"
LAST = "公开通报后1个月仍未更新的，学校办公室（新闻中心）、党委宣传部将会同信息技术管理中心关停该二级网络平台。"
OFFICE = IssuingOffice(
    name="中共郑州西亚斯学院委员会宣传部",
    contact="党委宣传部网络宣传科",
    phone="0371-62430000",
    email="xcb@example.edu.cn",
)
LADDER: tuple[LadderStep, ...] = tuple(
    LadderStep.model_validate(step)
    for step in (
        {"code": "rectify", "document": "rectification", "after": "0天", "tell": ["unit", "supervisor"],
         "clause": "第六条（四）", "sentence": SENTENCE},
        {"code": "notice", "document": "public_notice", "after": "1个月", "tell": ["unit", "school", "leaders"],
         "approver": "党委宣传部部长", "clause": "第六条（四）", "sentence": LATER},
        {"code": "shutdown", "document": "shutdown", "after": "1个月", "tell": ["unit", "propaganda", "it"],
         "approver": "分管校领导", "clause": "第六条（四）", "sentence": LAST},
    )
)  # fmt: skip


def policy(**changes: object) -> Policy:
    """The 西亚斯 regulation, one clause of it."""
    names = {"full": ["郑州西亚斯学院"]}
    text = {
        "code": "sias",
        "school": "郑州西亚斯学院",
        "regulation": {
            "title": "郑州西亚斯学院二级网络平台管理办法",
            "document": "党发〔2020〕26号",
            "issued_by": "中共郑州西亚斯学院委员会",
            "effective": "2020-09-07",
            "source": "regulations/sias.txt",
        },
        "names": names,
        "clauses": [{"rule": "inactivity", "clause": "第六条（四）", "sentence": SENTENCE, "ladder": "silence"}],
        "ladders": {"silence": [step.model_dump(mode="json") for step in LADDER]},
        "routes": [
            {"clause": "第一条", "sentence": "…", "to": "信息技术管理中心", "matter": "technology"},
            {"clause": "第一条", "sentence": "…", "to": "学校办公室（新闻中心）"},
        ],
    }
    return Policy.model_validate(text | changes)


def case(**changes: object) -> Case:
    """An account of 体育学院 that fell silent."""
    values: dict[str, object] = {
        "number": "SIAS-2026-0007",
        "school": "sias",
        "platform": Platform.WECHAT,
        "account": "wechat:gh_0123456789ab",
        "title": "西亚斯体育学院",
        "unit": "体育学院",
        "supervisor": "学校办公室（新闻中心）",
        "rule": "inactivity",
        "clause": "第六条（四）",
        "basis": "党发〔2020〕26号《郑州西亚斯学院二级网络平台管理办法》第六条（四）",
        "policy_version": "0123456789ab",
        "ladder": LADDER,
        "closing": "person",
        "state": CaseState.RECTIFYING,
        "opened_at": NOW,
        "reason": "最近一次发布内容的时间为2026年8月20日14时05分，至2026年11月20日已连续92天未更新，超过2个月。",
        "evidence": ("urn:uuid:6f1f0c4e-7d0f-4d0c-9a2e-3b7a1f2c5d10", "urn:uuid:0d6b8a90-2f57-4a39-8f63-5e0b6f7c1a22"),
        "shown_at": NOW - timedelta(hours=3),
    }
    return Case(**(values | changes))  # type: ignore[arg-type]


def event(kind: EventKind, at: datetime = NOW, by: str = "系统", reason: str = "", **data: object) -> CaseEvent:
    """One line of the case's history."""
    return CaseEvent(number="SIAS-2026-0007", kind=kind, at=at, by=by, reason=reason, data=EventPayload(**data))  # type: ignore[arg-type]


def issued(code: str, at: datetime = NOW) -> CaseEvent:
    """A step of the ladder goes out."""
    step = next(step for step in LADDER if step.code == code)
    return event(EventKind.ISSUED, at, step=code, document=step.document, tell=step.tell)


ANSWERS = {
    DocumentType.CORRECTION: event(
        EventKind.WITHDRAWN,
        NOW + timedelta(days=70),
        "李某",
        "经核查平台后台记录，该账号于2026年11月18日已发布内容，早于整改通知书发出时间",
        document=DocumentType.CORRECTION,
        tell=(Addressee.UNIT, Addressee.SUPERVISOR, Addressee.SCHOOL),
    ),
    DocumentType.APPEAL_DECISION: event(
        EventKind.DECIDED,
        NOW + timedelta(days=10),
        "李某",
        "申诉材料所附截图为群发消息，不计入公众号发布记录，平台公开页面仍未见更新",
        document=DocumentType.APPEAL_DECISION,
        tell=(Addressee.UNIT, Addressee.SUPERVISOR),
        upheld=False,
    ),
    DocumentType.CLOSURE: event(
        EventKind.CLOSED,
        NOW + timedelta(days=20),
        "系统",
        "2026年12月5日复查，该账号已于2026年12月1日恢复发布",
        document=DocumentType.CLOSURE,
        tell=(Addressee.UNIT,),
    ),
    DocumentType.REMINDER: event(
        EventKind.ISSUED,
        NOW,
        step="remind",
        document=DocumentType.REMINDER,
        tell=(Addressee.UNIT, Addressee.SUPERVISOR),
    ),
}


def planned(document: DocumentType, **changes: object) -> PlannedNotice:
    """The plan of one document of the sample case."""
    steps = {step.document: issued(step.code, NOW + timedelta(days=31 * n)) for n, step in enumerate(LADDER)}
    return owed_notices(case(**changes), [(steps | ANSWERS)[document]], policy())[0]


def notice(document: DocumentType, **changes: object) -> Notice:
    """One document of the sample case, numbered and dated."""
    paper = planned(document, **changes)
    reminder = LadderStep.model_validate({"code": "remind", "document": "reminder", "after": "0天", "tell": ["unit"]})
    pending = StepRecord(
        step="notice", document=DocumentType.PUBLIC_NOTICE, title="公开通报", due_at=NOW + timedelta(days=30, hours=14)
    )
    values: dict[str, object] = {"steps": (pending,)}
    if document is DocumentType.REMINDER:
        values["ladder"] = (reminder, *LADDER)
    earlier = [
        Reference(number="校媒巡整〔2026〕3号", document="整改通知书", issued_at=NOW),
        Reference(number="校媒巡通〔2026〕1号", document="公开通报", issued_at=NOW + timedelta(days=31)),
    ]
    seen = {
        DocumentType.RECTIFICATION: 0,
        DocumentType.REMINDER: 0,
        DocumentType.PUBLIC_NOTICE: 1,
        DocumentType.SHUTDOWN: 2,
    }
    its = case(**(values | changes))
    return draft(
        paper,
        its,
        policy(),
        OFFICE,
        number=document_number(document, 2026, 3),
        issued_at=paper.owed_since,
        recipients=("tyxy@example.edu.cn",),
        evidence=[
            EvidenceCitation(
                id=its.evidence[0],
                seen_at=NOW - timedelta(hours=3),
                url="https://mp.weixin.qq.com/s/abcDEF",
                shows="最新一篇发布于2026年8月20日",
            ),
            EvidenceCitation(id=its.evidence[-1], seen_at=NOW - timedelta(days=1, hours=3)),
        ],
        earlier=earlier[: seen.get(document, 1)],
    )
