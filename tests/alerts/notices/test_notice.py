"""What the documents say, in every form, and what a school may change."""

from __future__ import annotations

import dataclasses
import io
import re
from datetime import timedelta
from pathlib import Path

import docx
import pytest

import rules
from alerts.documents.blocks import BlockType, MarkupError, parse, protect
from alerts.documents.compose import PACKAGED, InvalidTemplate, letter
from alerts.documents.templating import cited
from alerts.messages import notice_html, notice_letter, notice_text
from alerts.notices.drafting import UNNAMED, draft
from alerts.notices.notice import SERIES, Notice, document_number
from alerts.notices.planning import owed_notices
from rules.cases.case import Appeal, EventKind
from rules.model import DocumentType
from rules.policies.loader import load_policy
from storage.serialization import dump, load
from tests.support.html import HOSTILE, Text
from tests.support.notices import NOW, OFFICE, case, event, notice, planned, policy


def words_of_word(data: bytes) -> str:
    document = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("document", DocumentType)
def test_each_document_cites_asks_and_says_how_to_appeal(document: DocumentType) -> None:
    paper = notice(document)
    text = squeeze(notice_text(letter(paper)))
    assert "《郑州西亚斯学院二级网络平台管理办法》（党发〔2020〕26号）" in text
    assert "第六条（四）" in text
    assert "如超过2个月不进行更新，将向该平台所属单位发出整改通知。" in text
    assert text.count("《郑州西亚斯学院二级网络平台管理办法》") == 1
    assert all(squeeze(item.id) in text and item.code in text for item in paper.evidence)
    assert paper.case in text
    assert paper.number in text
    assert "申诉" in text
    assert "None" not in text + notice_html(letter(paper))
    assert "。。" not in text
    assert "，，" not in text


def test_who_must_do_what_by_when() -> None:
    text = squeeze(notice_text(letter(notice(DocumentType.RECTIFICATION))))
    assert "请自收到本通知之日起1个月内完成整改，最迟不晚于2026年12月21日" in text
    assert "恢复内容更新" in text
    assert "逾期仍未整改的，将依照该办法第六条（四）予以公开通报" in text


def test_a_rejected_appeal_names_the_new_day_and_an_upheld_one_withdraws() -> None:
    text = squeeze(notice_text(letter(notice(DocumentType.APPEAL_DECISION))))
    assert "申诉理由不成立，维持原认定" in text
    assert "整改期限顺延至2026年12月21日" in text
    upheld = dataclasses.replace(notice(DocumentType.APPEAL_DECISION), upheld=True, due_at=None)
    text = squeeze(notice_text(letter(upheld)))
    assert "申诉理由成立。撤回原认定" in text
    assert "整改期限" not in text


def test_an_appeal_decision_says_who_appealed_why_and_which_days_do_not_count() -> None:
    asked = Appeal(at=NOW + timedelta(days=5), by="王某", reason="账号已于11月发布群发消息")
    text = squeeze(notice_text(letter(notice(DocumentType.APPEAL_DECISION, appeals=(asked,)))))
    assert "申诉理由为：账号已于11月发布群发消息。（申诉人：王某）" in text
    assert "申诉处理期间（2026年11月26日至2026年12月1日）不计入期限，整改期限顺延至2026年12月21日" in text


@pytest.mark.parametrize("document", DocumentType)
def test_the_three_forms_say_the_same(document: DocumentType) -> None:
    paper = notice(document)
    sent = notice_letter(paper)
    word, text = squeeze(words_of_word(sent.attachments[0].data)), squeeze(sent.text)
    assert sorted(word) == sorted(text)
    body = squeeze("".join(Text(sent.html).words))
    assert all(squeeze(cell) in body for block in letter(paper) for row in block.rows or [[block.text]] for cell in row)


@pytest.mark.parametrize("document", DocumentType)
def test_a_stored_notice_renders_identically(document: DocumentType) -> None:
    paper = notice(document)
    again = load(Notice, dump(paper))
    assert again == paper
    assert notice_letter(again) == notice_letter(paper)


@pytest.mark.parametrize("document", [DocumentType.PUBLIC_NOTICE, DocumentType.CORRECTION])
def test_what_everyone_reads_holds_no_personal_data(document: DocumentType) -> None:
    reason = "运营人王某（手机13812345678，邮箱wang.mou@qq.com，身份证410102199001011234）已4个月未更新。"
    paper = notice(document, reason=reason, title="重修代办13812345678")
    paper = dataclasses.replace(paper, recipients=("secret@example.edu.cn",))
    sent = notice_letter(paper)
    for text in (sent.text, sent.html, words_of_word(sent.attachments[0].data)):
        for secret in ("13812345678", "wang.mou@qq.com", "410102199001011234", "secret@example.edu.cn", OFFICE.email):
            assert secret not in text
        assert "https://" not in text


def test_a_public_document_does_not_name_an_account_without_a_unit() -> None:
    changes = {"unit": "", "title": "王小明的西亚斯日记", "reason": "个人账号“王小明的西亚斯日记”使用学校名称。"}
    sent = notice_letter(notice(DocumentType.PUBLIC_NOTICE, **changes))
    assert "王小明" not in sent.text + sent.html + sent.subject
    assert UNNAMED in sent.text
    assert "王小明" in notice_letter(notice(DocumentType.SHUTDOWN, **changes)).text


@pytest.mark.parametrize("document", DocumentType)
def test_hostile_names_are_escaped_shortened_and_change_no_layout(document: DocumentType) -> None:
    calm, wild = notice(document), notice(document, title=HOSTILE, reason=HOSTILE, unit=HOSTILE)
    sent = notice_letter(wild)
    assert {tag for tag, _ in Text(sent.html).tags} == {tag for tag, _ in Text(notice_letter(calm).html).tags}
    assert [block.kind for block in letter(wild) if block.kind is not BlockType.TITLE] == [
        block.kind for block in letter(calm) if block.kind is not BlockType.TITLE
    ]
    for text in (sent.text, sent.html, sent.subject, words_of_word(sent.attachments[0].data)):
        assert not re.search("[\u202e\u200b\u0007\ue000]|长{500}", text)
    assert len(sent.text) < 6_000
    assert "49" not in sent.subject


def test_mail_html_needs_nothing_from_elsewhere() -> None:
    page = Text(notice_letter(notice(DocumentType.RECTIFICATION)).html)
    assert not [tag for tag, _ in page.tags if tag in ("img", "link", "script", "style", "a", "iframe")]
    assert not [attrs for _, attrs in page.tags if "src" in attrs or "url(" in (attrs.get("style") or "")]


def test_numbers() -> None:
    assert document_number(DocumentType.RECTIFICATION, 2026, 3) == "校媒巡整〔2026〕3号"
    assert document_number(DocumentType.PUBLIC_NOTICE, 2027, 12, prefix="宣巡") == "宣巡通〔2027〕12号"
    assert set(SERIES) == set(DocumentType)
    assert len(set(SERIES.values())) == len(SERIES)


def test_the_schools_own_name_of_a_step_is_used() -> None:
    ladder = tuple(step.model_copy(update={"title": "责令注销账号"}) for step in case().ladder)
    its = case(ladder=ladder)
    papers = [
        draft(planned(document), its, policy(), OFFICE, number=document_number(document, 2026, 9), issued_at=NOW)
        for document in (DocumentType.RECTIFICATION, DocumentType.SHUTDOWN)
    ]
    assert "现就责令注销账号事项通知如下" in notice_letter(papers[0]).text
    assert "关于责令注销微信公众号“西亚斯体育学院”的通知（校媒巡停〔2026〕9号）" in notice_letter(papers[1]).subject
    assert [item.id for item in papers[0].evidence] == list(its.evidence)


@pytest.mark.parametrize(
    ("sentence", "printed"),
    [
        ("应当更新。", "规定：“应当更新。”"),
        ("应当更新", "规定：“应当更新”。"),
        ("不得以“某某大学”命名。", "规定：“不得以‘某某大学’命名。”"),
        ("", "有明确规定。"),
    ],
)
def test_a_quotation_keeps_the_regulations_words(sentence: str, printed: str) -> None:
    assert cited(sentence) == printed


@pytest.mark.parametrize(
    "path", sorted((Path(rules.__file__).parent / "policies").glob("*.yaml")), ids=lambda path: path.stem
)
def test_every_step_of_every_policy_makes_a_document(path: Path) -> None:
    school = load_policy(path.read_text("utf-8"), str(path))
    for clause in school.clauses:
        for step in school.ladders[clause.ladder]:
            its = case(rule=clause.rule, clause=clause.clause, ladder=school.ladders[clause.ladder])
            event_ = event(EventKind.ISSUED, step=step.code, document=step.document, tell=step.tell)
            (paper,) = owed_notices(its, [event_], school)
            drawn = draft(paper, its, school, OFFICE, number=document_number(step.document, 2026, 1), issued_at=NOW)
            text = squeeze(notice_text(letter(drawn)))
            assert squeeze(cited(clause.sentence)) in text
            assert squeeze(school.regulation.title) in text
            assert drawn.demo is school.demonstration


def test_an_unknown_rule_still_gives_a_document() -> None:
    assert "不符合管理规定" in notice_letter(notice(DocumentType.RECTIFICATION, rule="brand_new")).subject


def test_a_school_overrides_one_template_and_one_demand(tmp_path: Path) -> None:
    (tmp_path / "closure.txt").write_text("# 关于{{ account }}的销号函\n已销号。\n", "utf-8")
    (tmp_path / "demands.yaml").write_text("inactivity: {problem: 久未更新, demand: 请更新}\n", "utf-8")
    assert "销号函" in notice_letter(notice(DocumentType.CLOSURE), tmp_path).subject
    assert "久未更新" in notice_letter(notice(DocumentType.RECTIFICATION), tmp_path).subject
    assert "长期未更新" in notice_letter(notice(DocumentType.RECTIFICATION)).subject


BROKEN = {
    "syntax": ("# 标题\n正文\n{% if %}", 3, "语法错误"),
    "never closed": ("# 标题\n{% if unit %}\n正文\n", 2, "没有写对应的结束标记"),
    "unknown variable": ("# 标题\n正文\n\n{{ unti }}", 4, "不存在的变量"),
    "unknown field": ("# 标题\n{{ office.fax }}", 2, "不存在的变量"),
    "unknown filter": ("# 标题\n{{ unit|nosuch }}", 2, "nosuch"),
    "wrong type": ("# 标题\n正文\n{{ unit|day }}", 3, "有误"),
    "division": ("# 标题\n正文\n{{ 1 / 0 }}", 3, "有误"),
    "no title": ("正文", 1, "标题"),
    "no body": ("# 标题\n", 1, "没有正文"),
    "unknown marker": ("# 标题\n正文\n#### 四级\n", 3, "无法识别"),
    "missing blank": ("# 标题\n#二、\n正文", 2, "无法识别"),
    "missing include": ("# 标题\n{% include 'nosuch.txt' %}\n正文", 2, "nosuch.txt"),
    "escape from the sandbox": ("# 标题\n{{ ''.__class__.__mro__ }}", 2, ""),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_override_names_file_and_line(name: str, tmp_path: Path) -> None:
    text, line, sentence = BROKEN[name]
    path = tmp_path / "closure.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidTemplate) as caught:
        notice_letter(notice(DocumentType.CLOSURE), tmp_path)
    assert f"{path} 第 {line} 行" in str(caught.value)
    assert sentence in str(caught.value)


def test_a_template_saved_by_notepad(tmp_path: Path) -> None:
    path = tmp_path / "closure.txt"
    path.write_text("# 销号函\n已销号。\n", "utf-8-sig")
    assert notice_letter(notice(DocumentType.CLOSURE), tmp_path).subject.startswith("销号函")
    path.write_bytes("# 销号函\n已销号。\n".encode("gbk"))
    with pytest.raises(InvalidTemplate, match="UTF-8"):
        notice_letter(notice(DocumentType.CLOSURE), tmp_path)


@pytest.mark.parametrize("text", ["inactivity: [", "inactivity: 没有两项", "- 列表"])
def test_broken_demands_name_their_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "demands.yaml").write_text(text, "utf-8")
    with pytest.raises(InvalidTemplate, match=r"demands\.yaml"):
        notice_letter(notice(DocumentType.RECTIFICATION), tmp_path)


def test_values_cannot_be_markers() -> None:
    blocks = parse(f"# 题\n{protect('# 假标题')}\n{protect('=== 假附件')}")
    assert [block.kind for block in blocks] == [BlockType.TITLE, BlockType.BODY, BlockType.BODY]
    assert blocks[1].text == "# 假标题"
    with pytest.raises(MarkupError):
        parse("")


def test_every_kind_of_document_has_a_template() -> None:
    assert {path.stem for path in PACKAGED.glob("*.txt")} >= {document.value for document in DocumentType}


def test_the_manual_names_every_variable_and_document() -> None:
    manual = (Path(__file__).parents[3] / "docs" / "notices.md").read_text("utf-8")
    words = set(re.findall(r"`([a-z_]+)`", manual))
    assert {field.name for field in dataclasses.fields(Notice)} <= words
    assert {document.value for document in DocumentType} <= words
    words |= set(re.findall(r"`([a-z_]+)[.`]", manual))
    assert {"noun", "whose", "found", "source", "again", "asked", "consequence", "act_on", "items", "exhibits"} <= words
    assert {"acts", "formalities", "allowed", "cited_papers", "about"} <= words
    for document in DocumentType:
        assert document_number(document, 2026, 1) in manual
