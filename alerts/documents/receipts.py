"""文书送达签收单: the cover sheet of papers that are handed over by a person, by unit, with room to sign for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from alerts.documents import docx
from alerts.documents.blocks import Block, BlockType, table, title
from alerts.documents.compose import day, letter
from alerts.messages import WORD, Attachment, OutgoingMessage, notice_html, notice_text
from alerts.notices.notice import Notice
from alerts.sanitize import clean

HEADING = "文书送达签收单"
COLUMNS = ("序号", "受送达单位", "文书", "文号", "签收人（签字）", "签收日期")


def cover_sheet(notices: Sequence[Notice], now: datetime, templates_dir: Path | None = None) -> OutgoingMessage:
    """The sheet for these papers, in the order of their units, made at ``now``: HTML to print and a Word file.

    Raises ValueError where there is no paper, InvalidTemplate and IncompleteNotice as the papers themselves do.
    """
    if not notices:
        raise ValueError("没有需要送达的文书")
    papers = sorted(notices, key=lambda notice: (notice.addressee, notice.issued_at, notice.number))
    rows = [
        (str(n), clean(paper.addressee), _titled(paper, templates_dir), paper.number or "（无文号）", "", "")
        for n, paper in enumerate(papers, start=1)
    ]
    units = len({paper.addressee for paper in papers})
    office = papers[0].office.name
    blocks = [
        Block(BlockType.TITLE, HEADING),
        Block(BlockType.BODY, f"发文机关：{office}。本单共 {len(papers)} 份文书，{units} 个单位，{day(now)}制。"),
        table([COLUMNS, *rows]),
        Block(BlockType.BODY, "送达人（签字）：　　　　　　　　　　"),
        Block(BlockType.BODY, "送达日期：　　　　年　　月　　日"),
        Block(
            BlockType.BODY,
            "签收人签字即为收到。签收日期是整改期限的起算日，请如实填写；拒绝签收的，由送达人注明情况和见证人。",
        ),
    ]
    demo = any(paper.demo for paper in papers)
    word = docx.build(blocks, author=office, issued_at=now, demo=demo)
    return OutgoingMessage(
        id=f"{papers[0].school}/receipts/{now.date().isoformat()}",
        subject=f"{HEADING}（{day(now)}）",
        text=notice_text(blocks, demo=demo),
        html=notice_html(blocks, demo=demo),
        attachments=(Attachment(f"{HEADING} {day(now)}.docx", WORD, word),),
        dated=now,
    )


def _titled(paper: Notice, templates_dir: Path | None) -> str:
    return title(letter(paper, templates_dir))
