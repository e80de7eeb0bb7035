"""A regulation's text as articles and sentences, however it was typed."""

from datetime import date

import pytest

from rules.policies.draft.assemble import NothingUnderstood, draft_of
from rules.policies.draft.model import Draft
from rules.policies.draft.text import Sentence, read_regulation, school_in

TEXT = """示范大学党字〔2024〕3号
关于印发《示范大学新媒体管理办法》的通知
示范大学新媒体管理办法
第一章 总则
第一条 本办法所称新媒体，是指以学校各单位名义在微信、微博等平台
开设的账号。
— 2 —
第二条　账号应及时备案；逾期的，予以提醒。
（一）连续3个月未更新的，发出整改通知。
(二) 收到整改通知1个月后仍未更新的，予以关停。
第三条 本办法由党委宣传部负责解释，自2024年3月1日起施行。
附件：备案表
"""
SENTENCES = (
    ("第一条", "本办法所称新媒体，是指以学校各单位名义在微信、微博等平台开设的账号。"),
    ("第二条", "账号应及时备案"),
    ("第二条", "逾期的，予以提醒。"),
    ("第二条(一)", "连续3个月未更新的，发出整改通知。"),
    ("第二条(二)", "收到整改通知1个月后仍未更新的，予以关停。"),
    ("第三条", "本办法由党委宣传部负责解释，自2024年3月1日起施行。"),
)


def draft(text: str) -> Draft:
    return draft_of(read_regulation(text), "demo", "示范大学", None, date(2030, 1, 1))


@pytest.mark.parametrize(
    "typed",
    [
        TEXT,
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("第一条", "**第一条**").replace("第二条", "## 第二条"),
        TEXT.replace("第", "　　第"),
        TEXT.replace("— 2 —", "第 2 页 共 3 页"),
    ],
)
def test_articles_and_sentences(typed: str) -> None:
    text = read_regulation(typed)
    assert text.sentences == tuple(Sentence(*pair) for pair in SENTENCES)
    assert (text.title, text.document) == ("示范大学新媒体管理办法", "示范大学党字〔2024〕3号")
    assert (text.explained_by, text.effective) == ("党委宣传部", date(2024, 3, 1))


def test_parts_without_articles() -> None:
    text = read_regulation("一、备案\n账号应备案。\n（二）账号应更新。\n二、年审\n每年年审。")
    assert [(s.article, s.text) for s in text.sentences] == [
        ("一", "账号应备案。"),
        ("一(二)", "账号应更新。"),
        ("二", "每年年审。"),
    ]
    points = read_regulation("一、备案\n1. 账号应备案。\n2. 账号应更新。").sentences
    assert [(s.article, s.text) for s in points] == [("一(1)", "账号应备案。"), ("一(2)", "账号应更新。")]


def test_a_date_that_is_none() -> None:
    assert read_regulation("第一条 自2024年13月1日起施行。").effective is None


def test_the_school_is_the_one_named_most() -> None:
    text = read_regulation("第一条 武汉理工大学参照北京大学的做法。武汉理工大学各单位遵守。")
    found = school_in(text)
    assert found
    assert found.name == "武汉理工大学"
    assert school_in(read_regulation("第一条 各单位遵守。")) is None


def test_a_ladder_counts_from_the_paper_before() -> None:
    found = draft(TEXT)
    assert [(c.rule, c.number, c.unit) for c in found.clauses] == [("inactivity", 3, "month")]
    assert [(step.document, step.after) for step in found.ladder] == [("rectification", "0天"), ("shutdown", "1个月")]
    assert {s.article for s in found.open} == {"第一条", "第二条", "第三条"}


def test_rungs_that_do_not_climb_are_none() -> None:
    text = (
        "第一条 连续3个月未更新的，发出整改通知。收到整改通知1个月后仍未更新的，予以关停。"
        "收到关停通知1个月后仍未更新的，予以通报。"
    )
    assert draft(text).ladder == ()
    assert len(draft(text).open) == 2


def test_two_limits_of_one_article_stay_apart() -> None:
    found = draft("第一条 连续3个月未更新的，予以提醒；连续6个月未更新的，予以关停。")
    assert [(c.rule, c.number) for c in found.clauses] == [("inactivity", 3)]
    assert [s.text for s in found.open] == ["连续6个月未更新的，予以关停。"]


def test_a_sentence_that_gives_more_lengths_than_were_read_stays_open_as_well() -> None:
    found = draft("第一条 首页超过14天未更新的，栏目六个月以上未更新的，应当撤并。")
    assert [(c.rule, c.number, c.unit) for c in found.clauses] == [("inactivity", 14, "day")]
    assert [s.text for s in found.open] == ["首页超过14天未更新的，栏目六个月以上未更新的，应当撤并。"]


def test_what_a_definition_leaves_out_is_no_platform() -> None:
    for text, website in (("微信和网站", True), ("微信、新闻网站上的账号", False), ("微信，不包括网站", False)):
        found = draft(f"第一条 本办法所称平台是指{text}。\n第二条 连续3个月未更新的，予以关停。").policy["definition"]
        assert ("website" in found["only"]["platforms"]) is website


def test_a_notice_is_a_title_where_no_regulation_is_named() -> None:
    assert read_regulation("关于规范新媒体管理的通知\n一、备案").title == "关于规范新媒体管理的通知"


def test_two_sentences_of_one_duty_are_one_clause() -> None:
    (found,) = draft("第一条 单位主要负责人为第一责任人。各账号应指定在职教职工担任管理员。").clauses
    assert found.settings == {"first": True, "staff": True}
    assert found.sentence == "单位主要负责人为第一责任人。各账号应指定在职教职工担任管理员。"


def test_levels_go_on_to_the_end_of_the_sentence() -> None:
    text = (
        "第一条 学校官方账号为一级账号，学院账号为二级账号。\n第二条 一级账号定期更新；文章须注明来源、编辑、审稿人。"
        "二级账号连续3个月未更新的，予以关停。\n第三条 二级单位应在账号变更后5个工作日内备案。"
    )
    assert [(c.rule, c.levels) for c in draft(text).clauses] == [
        ("byline", ("1",)),
        ("inactivity", ("2",)),
        ("unfiled_change", ()),
    ]


def test_what_asks_something_and_is_not_understood_is_a_persons() -> None:
    human = draft("第一条 连续3个月未更新的，予以关停。各单位应加强领导。本办法由宣传部负责解释。").policy["human"]
    assert [check["sentence"] for check in human] == ["各单位应加强领导。"]


def test_what_is_no_sentence_is_not_searched() -> None:
    endless = "开设审批备案不得未更新三个月" * 5000
    found = draft(f"第一条 {endless}。\n第二条 连续3个月未更新的，予以关停。")
    assert [c.article for c in found.clauses] == ["第二条"]
    assert [s.article for s in found.open] == ["第一条"]


def test_nothing_understood() -> None:
    with pytest.raises(NothingUnderstood):
        draft("第一条 各单位应加强领导。")
