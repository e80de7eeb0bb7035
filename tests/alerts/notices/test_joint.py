"""Several accounts of one unit in one letter."""

from __future__ import annotations

import dataclasses

import pytest

from alerts.messages import notice_letter
from alerts.notices.joint import join_notices
from alerts.notices.notice import EvidenceCitation, Notice, Reference
from rules.model import DocumentType, Platform
from storage.serialization import dump, load
from tests.support.notices import NOW, notice

SITE = {
    "case": "SIAS-2026-0009",
    "platform": Platform.WEBSITE,
    "account": "体育学院网站",
    "rule": "self_check",
    "reason": "最近一次自查为2026年3月30日",
    "clause": "第二十一条",
    "sentence": "各单位每半年至少开展一次排查。",
    "evidence": (),
}


def second(document: DocumentType, **changes: object) -> Notice:
    return dataclasses.replace(notice(document), **(SITE | changes))  # type: ignore[arg-type]


def test_reminders_of_one_unit_are_one_letter_with_a_table() -> None:
    first = notice(DocumentType.REMINDER)
    both = join_notices([first, second(DocumentType.REMINDER, recipients=("wz@example.edu.cn",), cc=("图书馆",))])
    sent = notice_letter(both)
    assert "2个网站和新媒体账号" in sent.subject
    for words in (
        "“西亚斯体育学院”（SIAS-2026-0007）",
        "网站“体育学院网站”（SIAS-2026-0009）",
        "第二十一条",
        "最近一次自查",
    ):
        assert words in sent.text
    assert sent.text.count("《郑州西亚斯学院二级网络平台管理办法》") == 1
    assert sent.recipients == ("tyxy@example.edu.cn", "wz@example.edu.cn")
    assert both.cc == ("学校办公室（新闻中心）", "图书馆")
    assert "（2026年11月21日台账）" in sent.text
    assert first.evidence[0].code in sent.text


@pytest.mark.parametrize("document", [DocumentType.REMINDER, DocumentType.CORRECTION])
def test_two_findings_of_one_account_are_not_two_accounts(document: DocumentType) -> None:
    first = notice(document)
    letter = notice_letter(join_notices([first, second(document, platform=first.platform, account=first.account)]))
    assert f"“{first.account}”" in letter.subject
    assert "2个网站" not in letter.text
    assert "“西亚斯体育学院”存在2项需要核实的情况" in letter.text or document is DocumentType.CORRECTION


def test_one_correction_takes_back_several_papers() -> None:
    old = Reference(number="校媒巡整〔2026〕9号", document="整改通知书", issued_at=NOW)
    proof = (EvidenceCitation(id="2026-11-30.s-1.7.91ab34cd00112233aabbccdd", seen_at=NOW),)
    both = join_notices([notice(DocumentType.CORRECTION), second(DocumentType.CORRECTION, earlier=(old,), proof=proof)])
    text = notice_letter(both).text
    assert "校媒巡整〔2026〕3号" in text
    assert "校媒巡整〔2026〕9号" in text
    assert "上列文书自始无效" in text
    assert "91ab34cd" in text


def test_a_joint_letter_is_stored_and_printed_again() -> None:
    both = join_notices([notice(DocumentType.REMINDER), second(DocumentType.REMINDER)])
    assert notice_letter(load(Notice, dump(both))) == notice_letter(both)


def test_one_alone_is_itself() -> None:
    only = notice(DocumentType.REMINDER)
    assert join_notices([only]) is only


@pytest.mark.parametrize(
    "others",
    [
        [second(DocumentType.REMINDER, addressee="艺术学院")],
        [second(DocumentType.REMINDER, school="bit")],
        [notice(DocumentType.CORRECTION)],
    ],
    ids=["another unit", "another school", "another kind"],
)
def test_what_does_not_belong_together_is_refused(others: list[Notice]) -> None:
    with pytest.raises(ValueError, match="同一单位"):
        join_notices([notice(DocumentType.REMINDER), *others])


def test_a_numbered_demand_is_about_one_account() -> None:
    with pytest.raises(ValueError, match="提示函"):
        join_notices([notice(DocumentType.RECTIFICATION)] * 2)
    with pytest.raises(ValueError, match="没有可以合并"):
        join_notices([])
