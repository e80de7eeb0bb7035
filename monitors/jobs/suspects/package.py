"""What a complaint, a talk or a referral hands over: the paper to be stamped, the evidence list, the pages and pictures."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from alerts.notices.notice import EvidenceCitation
from alerts.notices.statement import PAPERS, SchoolStatement
from alerts.sanitize import clean
from alerts.statements import statement_letter
from monitors.app_context import AppContext
from monitors.jobs.discovery.candidates import SuspectError
from monitors.jobs.paper_facts import cited_pages, issuing_office
from rules.candidate_decisions import usual_kind
from rules.candidates import Candidate, CandidateState, FollowUp
from rules.cases.transitions import ABOUT_NAMES
from storage.evidence.warc import StoredPage

SUFFIX = {"image/png": "png", "image/jpeg": "jpg", "application/json": "json", "text/html": "html"}
READ_ME = """{paper}材料（{name}）

1. {word}：{use}
2. 函件.html：同一份函件，可在浏览器中打开、打印或者另存为 PDF。
3. 存证/：采集时的页面原文和截图，文件名前的序号与函件附件中的序号一致。
   网页原文只用文本编辑器打开，不要直接用浏览器打开。
4. 存证原件在系统中保存，可以用 xunjian evidence verify 核验。
"""
USES = {
    FollowUp.COMPLAINT: "核对后盖章，连同“存证”文件夹提交平台的投诉入口。",
    FollowUp.TALK: "填写约谈时间和地点，核对后盖章发出。",
    FollowUp.CYBERSPACE: "核对后盖章，连同“存证”文件夹移送网信部门。",
}


@dataclass(frozen=True)
class Package:
    """A zip file and what to call it."""

    name: str
    data: bytes

    @property
    def disposition(self) -> str:
        """The header under which a browser saves it."""
        return f"attachment; filename*=UTF-8''{quote(self.name, safe='')}"


def complaint_package(context: AppContext, school: str, key: str, kind: FollowUp = FollowUp.COMPLAINT) -> Package:
    """The zip of a confirmed suspect: the same state and clock give the same bytes. Raises SuspectError."""
    candidate = context.store.candidates.one(school, key)
    if candidate is None:
        raise SuspectError("没有这个疑似账号，可能已按期删除。")
    if candidate.state is not CandidateState.CONFIRMED or candidate.decided_at is None:
        raise SuspectError(f"“{candidate.name[:40]}”还没有确认属实，不能生成对外材料。")
    if kind not in PAPERS:
        raise SuspectError("纳入备案不需要函件，登记到台账即可。")
    now = context.clock()
    pages = cited_pages(context, candidate.key, candidate.evidence, candidate.name)
    said = _statement(context, candidate, kind, candidate.decided_at, now, pages)
    letter = statement_letter(said, context.settings.templates)
    (word,) = letter.attachments
    files = {
        "说明.txt": READ_ME.format(
            paper=said.paper, name=clean(candidate.name, 40), word=word.name, use=USES[kind]
        ).encode(),
        word.name: word.data,
        "函件.html": letter.html.encode(),
    }
    for number, (_, page) in enumerate(pages, start=1):
        if page:
            files[f"存证/{number}.{_suffix(page)}"] = page.body
    return Package(f"{word.name.removesuffix('.docx')}.zip", _zipped(files, now))


def _statement(
    context: AppContext,
    candidate: Candidate,
    kind: FollowUp,
    decided_at: datetime,
    now: datetime,
    pages: list[tuple[EvidenceCitation, StoredPage | None]],
) -> SchoolStatement:
    policy = context.policies[candidate.school]
    clauses = [clause for clause in policy.clauses if clause.rule in ABOUT_NAMES]
    own = next((c for c in clauses if (c.rule == "unfiled_account") == candidate.ours), None) or next(
        iter(clauses), None
    )
    regulation = policy.regulation
    return SchoolStatement(
        kind=kind,
        school=candidate.school,
        school_name=policy.school,
        office=issuing_office(context.settings, policy),
        platform=candidate.platform,
        name=candidate.name,
        url=candidate.url,
        account=candidate.key.partition(":")[2],
        unit=candidate.unit,
        confirmed=candidate.decided_kind or usual_kind(candidate),
        reason=candidate.decision_reason or candidate.why,
        term=candidate.term,
        decided_by=candidate.decided_by,
        decided_at=decided_at,
        regulation=f"《{regulation.title}》（{regulation.document}）"
        if regulation.document
        else f"《{regulation.title}》",
        clause=own.clause if own else "",
        sentence=own.sentence if own else "",
        evidence=tuple(citation for citation, _ in pages),
        made_at=now,
        demo=context.settings.demo or policy.demonstration,
    )


def _suffix(page: StoredPage) -> str:
    headers = {name.lower(): value for name, value in page.headers.items()}
    return SUFFIX.get(headers.get("content-type", "").partition(";")[0].strip().lower(), "txt")


def _zipped(files: dict[str, bytes], now: datetime) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
