"""Every statement says what it stands on, and of what it speaks."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from alerts.documents.compose import IncompleteNotice, letter
from alerts.messages import notice_letter, notice_text
from alerts.notices.notice import EvidenceCitation, IssuingOffice, Notice
from rules.model import DocumentType, Platform
from rules.policies.schema import LadderStep
from tests.support.notices import LADDER, NOW, SENTENCE, case, notice

BASE = notice(DocumentType.RECTIFICATION)


def said(document: DocumentType = DocumentType.RECTIFICATION, **changes: object) -> str:
    return notice_text(letter(dataclasses.replace(notice(document), **changes)))  # type: ignore[arg-type]


STEPS = [DocumentType.REMINDER, DocumentType.RECTIFICATION, DocumentType.PUBLIC_NOTICE, DocumentType.SHUTDOWN]


@pytest.mark.parametrize("document", STEPS)
def test_a_finding_of_the_register_claims_no_page_and_has_no_annex(document: DocumentType) -> None:
    text = said(document, evidence=(), rule="missing_owner", reason="台账未登记直接责任人")
    assert "依据备案台账认定（核对日期：2026年11月21日" in text
    for claim in ("公开页面", "存证", "附件", "仍然存在", "日常巡检中发现"):
        assert claim not in text


@pytest.mark.parametrize("document", STEPS)
def test_a_finding_on_a_page_says_so_and_lists_each_page_with_its_own_time(document: DocumentType) -> None:
    text = said(document)
    assert "上述情况采集自公开页面并已存证，截至2026年11月21日仍然存在，存证清单附后" in text
    assert "2026年11月21日06时30分" in text
    assert "2026年11月20日06时30分" in text
    assert "核对备案台账时发现" not in text


def test_what_an_official_interface_showed_is_not_said_to_be_of_a_page_alone() -> None:
    assert "采集自官方接口和公开页面并已存证" in said(reason="期满后查看仍无新内容（依据其官方接口）")


def test_a_sentence_that_ends_with_a_name_is_closed() -> None:
    assert "没有“党建”。上述情况采集自" in said(reason="首页 6 个栏目中没有“党建”")


def test_a_reminder_that_is_taken_back_is_cited_without_a_number() -> None:
    """It may speak of other accounts too, so only what it says of this one is withdrawn."""
    old = dataclasses.replace(notice(DocumentType.CORRECTION).earlier[0], document="提示函", number="")
    text = said(DocumentType.CORRECTION, earlier=(old,))
    assert "提示函（2026年" in text
    assert "日）中的有关内容予以撤销" in text
    assert "（，" not in text


def test_the_issuing_office_gets_no_copy_of_its_own_paper() -> None:
    one = notice(DocumentType.RECTIFICATION)
    office = dataclasses.replace(one.office, name=f"{one.school_name}党委宣传部")
    assert "抄送：校团委。" in said(office=office, cc=("党委宣传部", "校团委"))
    assert "抄送" not in said(office=office, cc=("党委宣传部",))


def test_an_account_nobody_filed_was_confirmed_by_a_person() -> None:
    assert "在公开网络巡查中发现并经人工核实，涉及我校名称的微信公众号" in said(unit="", rule="unregistered_name")
    group = said(platform=Platform.GROUP, rule="unregistered_name", evidence=())
    assert "经有关单位反映并经人工核实，你单位人员创建的互联网群组" in group
    assert "上述情况依据反映材料认定" in group


@pytest.mark.parametrize(
    ("platform", "noun"),
    [(Platform.WEBSITE, "该网站"), (Platform.WEIBO, "该账号"), (Platform.GROUP, "该群组"), (Platform.APP, "该客户端")],
)
def test_a_site_is_no_account(platform: Platform, noun: str) -> None:
    text = said(platform=platform, demand="研究该账号是否继续运行")
    assert f"（以下简称“{noun}”）" in text
    assert f"请研究{noun}是否继续运行" in text
    assert noun == "该账号" or "该账号" not in text


def test_another_addressee_is_not_called_the_owner() -> None:
    assert "体育学院主办的微信公众号" in said(addressee="学校办公室（新闻中心）")
    assert "你单位主办的微信公众号" in said()


def test_the_demand_of_the_clause_is_the_papers_demand() -> None:
    text = said(demand="对该平台予以关停，并注销备案")
    assert "请对该平台予以关停，并注销备案" in text
    assert "恢复内容更新" not in text


def test_a_term_nobody_confirmed_is_nobodys_deadline() -> None:
    unsure = LadderStep.model_validate(LADDER[1].model_dump() | {"school_to_confirm": True})
    paper = notice(DocumentType.RECTIFICATION, ladder=(LADDER[0], unsure, LADDER[2]))
    text = notice_text(letter(paper))
    assert "1个月内" not in text
    assert "公开通报" not in text
    assert "请及时完成整改" in text


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("通报批评", "将依照该办法第六条（四）予以通报批评"),
        ("责令注销账号", "将依照该办法第六条（四）责令注销账号"),
        ("关停通知", "将依照该办法第六条（四）予以关停"),
    ],
)
def test_what_follows_is_said_as_the_regulation_says_it(label: str, words: str) -> None:
    assert words in said(next_step=label)


def test_the_signer_and_the_offices_own_words_are_printed() -> None:
    text = said(signer="张明", signer_post="党委宣传部部长", note="请指定一名联系人")
    assert "签发人：党委宣传部部长 张明" in text
    assert "请指定一名联系人。" in text
    assert "签发人" not in said()


def test_a_correction_lists_the_page_that_proved_the_error() -> None:
    proof = EvidenceCitation(
        id="2026-11-30.s-1.7.91ab34cd00112233aabbccdd",
        seen_at=NOW + timedelta(days=9),
        shows="最近一次发布日期2026年11月18日",
    )
    text = said(DocumentType.CORRECTION, proof=(proof,))
    assert "更正所依据的页面　91ab34cd" in text
    assert "2026年11月30日09时30分" in text
    assert "91ab34cd" in text
    assert "予以撤销，自始无效" in text


def test_a_letter_needs_no_number_and_has_no_imprint() -> None:
    sent = notice_letter(dataclasses.replace(notice(DocumentType.REMINDER), number=""))
    assert "提示函" in sent.subject
    assert "〔" not in sent.subject
    assert "印发" not in sent.text
    assert "中共郑州西亚斯学院委员会宣传部文件" not in sent.text
    assert "2026年11月21日\n" in sent.text


def test_a_draft_says_so_on_every_form_and_needs_no_number() -> None:
    bare = dataclasses.replace(BASE, number="", office=IssuingOffice(name=""))
    drawn = notice_letter(bare, draft=True)
    assert "待签发" in drawn.text
    assert "待签发" in drawn.html
    assert "（发文机关待定）" in drawn.text
    assert "文号签发时编定" in drawn.text
    assert "待签发" not in notice_letter(BASE).html


@pytest.mark.parametrize(
    ("paper", "sentence"),
    [
        (dataclasses.replace(BASE, office=IssuingOffice(name="")), "制度文件中填写 office"),
        (dataclasses.replace(BASE, number=""), "尚未编号"),
    ],
    ids=["no office", "no number"],
)
def test_a_paper_without_office_or_number_does_not_leave(paper: Notice, sentence: str) -> None:
    with pytest.raises(IncompleteNotice, match=sentence):
        notice_letter(paper)


def test_the_sentence_is_quoted_once() -> None:
    text = said(sentence=SENTENCE, step_sentence=SENTENCE)
    assert text.count(SENTENCE) == 1
    assert case().clause in text


@pytest.mark.parametrize(
    ("platform", "title"),
    [
        (Platform.WEIBO, "关于责令注销微博账号“西亚斯体育学院”的通知"),
        (Platform.WECHAT, "关于责令注销微信公众号“西亚斯体育学院”的通知"),
        (Platform.WEBSITE, "关于对网站“西亚斯体育学院”责令注销账号的通知"),
        (Platform.GROUP, "关于对互联网群组“西亚斯体育学院”责令注销账号的通知"),
    ],
)
def test_a_shutdown_is_titled_as_an_office_would(platform: Platform, title: str) -> None:
    paper = dataclasses.replace(notice(DocumentType.SHUTDOWN), platform=platform, act="责令注销账号")
    assert notice_letter(paper).subject.startswith(title)
    assert (
        "关于对网站“西亚斯体育学院”予以关停的通知"
        in notice_letter(dataclasses.replace(paper, platform=Platform.WEBSITE, act="")).subject
    )


BOTH, SITE = "责令关闭网站、注销账号", Platform.WEBSITE


@pytest.mark.parametrize(
    ("platform", "act", "title", "formalities"),
    [
        (Platform.WEIBO, BOTH, "关于责令注销微博账号“西亚斯体育学院”的通知", "办结注销账号手续"),
        (SITE, BOTH, "关于责令关闭网站“西亚斯体育学院”的通知", "办结关闭网站手续"),
        (Platform.WEIBO, "责令注销账号", "关于责令注销微博账号“西亚斯体育学院”的通知", "办结注销账号手续"),
        (Platform.WEIBO, "关停整改", "关于对微博“西亚斯体育学院”予以关停整改的通知", "办结关停手续"),
        (Platform.WEIBO, "", "关于对微博“西亚斯体育学院”予以关停的通知", "办结关停手续"),
    ],
)
def test_a_step_is_called_as_it_fits_what_it_is_about(
    platform: Platform, act: str, title: str, formalities: str
) -> None:
    text = said(DocumentType.SHUTDOWN, platform=platform, act=act)
    assert title in text.replace("\n", "")
    assert formalities in text


def test_what_follows_is_called_so_too() -> None:
    text = said(platform=Platform.WEIBO, next_step=BOTH, next_clause="第九条")
    assert "将依照该办法第九条责令注销账号。" in text


@pytest.mark.parametrize(
    ("clause", "sentence", "allowed"),
    [
        (
            "第六条（四）",
            "公开通报后1个月仍未更新的，予以关停。",
            "该条同时规定：“公开通报后1个月仍未更新的，予以关停。”",
        ),
        ("第十九条", "予以关停。", "该办法第十九条规定：“予以关停。”"),
        ("第六条（四）", SENTENCE.partition("，")[2], ""),
        ("第六条（四）", f" {SENTENCE[:9]} {SENTENCE[9:]}", ""),
    ],
)
def test_no_sentence_is_quoted_twice(clause: str, sentence: str, allowed: str) -> None:
    text = said(DocumentType.SHUTDOWN, step_clause=clause, step_sentence=sentence)
    assert allowed in text
    assert text.count("规定：“") == (2 if allowed else 1)


@pytest.mark.parametrize("document", [DocumentType.PUBLIC_NOTICE, DocumentType.SHUTDOWN, DocumentType.CLOSURE])
def test_an_earlier_reminder_has_no_number_and_a_term_nobody_named_did_not_pass(document: DocumentType) -> None:
    old = dataclasses.replace(notice(document).earlier[0], document="提示函", number="", delivered_at=NOW)
    text = said(document, earlier=(old,), school_to_confirm=True)
    assert "提示函（2026年11月21日，2026年11月21日送达）" in text
    assert "规定期限" not in text
    if document is not DocumentType.CLOSURE:
        assert "规定期限内未见有效整改" in said(document, earlier=(old,))


def test_an_office_of_two_names_sends_itself_no_copy() -> None:
    office = IssuingOffice(name="郑州西亚斯学院党委宣传部、新闻中心")
    text = said(office=office, cc=("校团委", "党委宣传部", "新闻中心"))
    assert "抄送：校团委。" in text
