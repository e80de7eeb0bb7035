"""The daily page: what it says first, what it never colours, and what a hostile name cannot do to it."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import pytest

from alerts.digest.build import (
    PER_SECTION,
    Audience,
    ChangeKind,
    DigestChange,
    DigestInput,
    NewFinding,
    OpenCase,
    PaperIssued,
    PaperState,
    PendingApproval,
    PlatformRunStats,
    Priority,
    Tone,
    UnobservedAccounts,
    alert_page,
    digest,
    it_page,
    leader_page,
    unit_page,
)
from alerts.digest.model import LetterCounts
from alerts.messages import COLOURS, MessageKind, digest_html, digest_mail, digest_text
from rules.model import DocumentType, Outcome, Platform
from tests.support.html import HOSTILE, Text
from tests.support.notices import NOW

QUIET = DigestInput(
    school="sias",
    school_name="郑州西亚斯学院",
    day=NOW.date(),
    now=NOW,
    totals={
        Platform.WECHAT: {Outcome.OK: 40, Outcome.EMPTY: 1, Outcome.GONE: 1, Outcome.BLOCKED: 6, None: 2},
        Platform.WEIBO: {Outcome.OK: 21},
    },
    crawlers=[
        PlatformRunStats(platform=Platform.WECHAT, runs=4, looks=160, blocked=6, last_success=NOW - timedelta(hours=2)),
        PlatformRunStats(platform=Platform.WEIBO, runs=4, looks=84, last_success=NOW - timedelta(hours=1)),
    ],
)
BUSY = dataclasses.replace(
    QUIET,
    findings=[
        NewFinding(title="西亚斯体育学院", platform=Platform.WECHAT, unit="体育学院", problem="长期未更新", clause="第六条（四）", what="长期未更新", path="/cases/SIAS-2026-0007"),
        NewFinding(title="西亚斯二手群", platform=Platform.WEIBO, unit="", problem="未经批准使用学校名称", clause="第三条", path="/cases/SIAS-2026-0008"),
    ],
    cases=[
        OpenCase(number="SIAS-2026-0002", title="西亚斯校友", platform=Platform.WECHAT, unit="校友工作处", state="整改中", next_step="公开通报", due_at=NOW + timedelta(days=3), path="/cases/SIAS-2026-0002"),
        OpenCase(number="SIAS-2026-0001", title="西亚斯图书馆", platform=Platform.WEIBO, unit="图书馆", state="整改中", next_step="关停通知", due_at=NOW - timedelta(days=2)),
        OpenCase(number="SIAS-2026-0003", title="西亚斯团委", platform=Platform.DOUYIN, unit="校团委", state="整改中", next_step="公开通报", due_at=NOW - timedelta(days=1), waiting="申诉待决定", provisional=True),
        OpenCase(number="SIAS-2026-0004", title="西亚斯招生", platform=Platform.DOUYIN, unit="招生办", state="整改中", next_step="公开通报", due_at=NOW + timedelta(days=30)),
    ],
    awaiting=[PendingApproval(number="SIAS-2026-0001", title="西亚斯图书馆", platform=Platform.WEIBO, document=DocumentType.SHUTDOWN, approver="分管校领导", since=NOW - timedelta(days=2))],
    changes=[
        DigestChange(kind=ChangeKind.RECOVERED, title="西亚斯商学院", platform=Platform.WECHAT, detail="11月20日恢复发布"),
        DigestChange(kind=ChangeKind.SUSPECT, title="西亚斯学院招生办", platform=Platform.DOUYIN, detail="名称含“西亚斯学院”，主体为个人"),
        DigestChange(kind=ChangeKind.RENAMED, title="西亚斯青年", platform=Platform.WEIBO, detail="原名“西亚斯团委”"),
    ],
    unseen=[UnobservedAccounts(platform=Platform.WECHAT, count=8, since=NOW - timedelta(days=3), outcome=Outcome.BLOCKED, reason="出现验证码", examples=("西亚斯后勤", "西亚斯保卫处"))],
    papers=[
        PaperIssued(number="校媒巡整〔2026〕3号", paper="整改通知书", addressee="体育学院", unit="体育学院", state=PaperState.SENT),
        PaperIssued(number="校媒巡整〔2026〕3号", paper="整改通知书", addressee="体育学院", unit="体育学院", state=PaperState.SENT),
        PaperIssued(number="校媒巡停〔2026〕1号", paper="关停通知", addressee="图书馆", unit="图书馆", state=PaperState.NO_ADDRESS),
    ],
    undelivered=1,
    regulation="党发〔2020〕26号《郑州西亚斯学院二级网络平台管理办法》",
)  # fmt: skip
BROKEN = dataclasses.replace(
    QUIET,
    crawlers=[
        *QUIET.crawlers,
        PlatformRunStats(platform=Platform.DOUYIN, missed=4, breaker_since=NOW - timedelta(hours=9), breaker_reason="哨兵账号失败"),
    ],
)  # fmt: skip


def test_the_day_s_letters_are_counted_and_what_waits_is_said() -> None:
    counts = LetterCounts(
        signed=3, sent=2, to_print=4, undelivered=5, undelivered_since=NOW - timedelta(days=9), stopped=1
    )
    page = digest(dataclasses.replace(QUIET, letters=counts))
    (section,) = [section for section in page.sections if section.heading == "以学校名义发出的文书"]
    assert [line.text for line in section.lines] == [
        "今日签发 3 份，发送 2 份，停发 1 份",
        "4 份没有收件邮箱，请打印后送达",
        f"5 份已发出、尚未送达，最早自{(NOW - timedelta(days=9)).month}月{(NOW - timedelta(days=9)).day}日起",
    ]


def test_who_must_act_by_when_comes_first() -> None:
    page = digest(BUSY)
    headings = [section.heading for section in page.sections]
    assert headings == ["谁在何时前办什么", "变化", "以学校名义发出的文书", "尚不掌握（不作判断）", "巡检运行"]
    assert page.headline == "待签发 1 项，已到期待处理 1 项，新增问题 2 项，变化 3 项，发出文书 1 项"
    act = page.sections[0].lines
    assert [re.findall(r"［(.*?)］", line.text)[0] for line in act] == [
        "SIAS-2026-0001",
        "SIAS-2026-0002",
        "SIAS-2026-0003",
    ], "what waits for something else comes last"
    assert act[0].text.startswith("分管校领导：签发关停通知")
    assert "已到期" not in act[2].text
    assert "目前：申诉待决定" in act[2].text
    assert "原定" in act[2].text
    assert "（暂定）" in act[2].text
    assert {line.tone for line in act} == {Tone.ACT}
    assert not page.quiet


def test_what_waits_for_a_signature_stands_once_and_what_is_late_is_red() -> None:
    page = digest(dataclasses.replace(BUSY, awaiting=()))
    assert page.sections[0].lines[0].tone is Tone.ALERT
    assert "图书馆：11月19日已到期" in page.sections[0].lines[0].text
    many = [dataclasses.replace(BUSY.awaiting[0], number=f"N{n}", title=f"账号{n}") for n in range(5)]
    (line,) = digest(dataclasses.replace(BUSY, awaiting=many, cases=())).sections[0].lines
    assert line.text == "分管校领导：签发关停通知 5 份，最早自11月19日起等待：“账号0”、“账号1”、“账号2”等 5 个"


def test_what_left_in_the_schools_name_is_listed_once_and_what_reached_nobody_first() -> None:
    lines = digest(BUSY).sections[2].lines
    assert [line.text for line in lines] == [
        "未发到任何邮箱，须打印送达 1 份：校媒巡停〔2026〕1号（图书馆）",
        "已送出 1 份：校媒巡整〔2026〕3号（体育学院）",
    ]


def test_reminders_bear_no_number_and_are_counted_each() -> None:
    units = ("图书馆", "校团委")
    some = [
        PaperIssued(number="", paper="提示函", addressee=unit, unit=unit, state=PaperState.NO_ADDRESS) for unit in units
    ]
    lines = digest(dataclasses.replace(BUSY, papers=some)).sections[2].lines
    assert lines[0].text == "未发到任何邮箱，须打印送达 2 份：提示函（图书馆）、提示函（校团委）"


def test_an_article_is_cited_and_the_regulation_named_once_at_the_foot() -> None:
    page = digest(BUSY)
    assert "依据第六条（四）" in page.sections[1].lines[0].text
    for text in (digest_text(page), digest_html(page)):
        assert text.count("管理办法") == 1
        assert "条款均指党发〔2020〕26号《郑州西亚斯学院二级网络平台管理办法》。" in text


def test_a_quiet_day_says_so_with_figures() -> None:
    page = digest(QUIET)
    assert page.quiet
    assert page.headline == "无变化"
    assert (
        page.heartbeat == "在册账号 71 个，最近一次看到内容的 63 个，巡检 8 轮，观察 244 次，最近一次成功 11月21日08:30"
    )
    assert "无变化" in digest_mail(page, []).subject
    assert page.heartbeat in digest_text(page)
    assert page.sections == ()


@pytest.mark.parametrize("data", [BUSY, BROKEN])
def test_what_was_not_observed_is_never_green_or_red(data: DigestInput) -> None:
    for page in (digest(data), it_page(data)):
        lines = [line for section in page.sections for line in section.lines]
        unseen = [line for line in lines if line.weight in (Priority.UNSEEN, Priority.HEALTH)]
        assert unseen
        assert not {line.tone for line in unseen} & {Tone.GOOD, Tone.ALERT}
    assert COLOURS[Tone.UNSEEN] not in (COLOURS[Tone.GOOD], COLOURS[Tone.ALERT])


def test_the_leaders_week_counts_accounts_that_were_not_observed_apart() -> None:
    page = leader_page(dataclasses.replace(BUSY, until=NOW.date() + timedelta(days=6)), Audience.WEEK)
    wechat = page.rows[0]
    assert (wechat.total, wechat.seen, wechat.gone, wechat.unseen) == (50, 41, 1, 8)
    cells = re.findall(r'style="([^"]*)">8</td>', digest_html(page))
    assert cells
    assert all(COLOURS[Tone.UNSEEN] in cell for cell in cells)
    assert page.headline == "新增问题 2 项，恢复更新 1 项，办结销号 0 项，未了结 4 项，其中已到期 1 项，发出文书 2 份"
    assert "校媒巡检周报（2026-11-21 至 2026-11-27）" in digest_mail(page, []).subject
    assert digest_mail(page, []).kind is MessageKind.LEADER


def test_a_unit_reads_its_own_part_and_nothing_of_anybody_elses() -> None:
    page = unit_page(BUSY, "体育学院")
    text = digest_text(page)
    assert "西亚斯体育学院" in text
    assert "校媒巡整〔2026〕3号" in text
    assert not any(other in text for other in ("图书馆", "校友", "团委", "招生", "二手群", "商学院"))
    assert unit_page(BUSY, "图书馆").quiet, "what is not signed or has not left is not told"
    assert unit_page(BUSY, "没有这个单位").quiet
    assert digest_mail(page, []).id == "sias/unit/2026-11-21/体育学院"


def test_what_cannot_wait_is_grouped() -> None:
    told = [("熔断", f"平台{n}", "/operations") for n in range(9)] + [("巡检停滞", "六小时", "")]
    page = alert_page(BUSY, Audience.IT_ALERT, told)
    assert page.headline == "熔断 9 项，巡检停滞 1 项"
    assert [(section.heading, len(section.lines), section.more) for section in page.sections] == [
        ("熔断", 6, 3),
        ("巡检停滞", 1, 0),
    ]
    assert digest_mail(page, []).id == "sias/it_alert/2026-11-21T0930"


def test_a_crawler_that_saw_nothing_is_not_called_healthy() -> None:
    lines = digest(BROKEN).sections[-1].lines
    assert "熔断" in lines[0].text
    assert "暂停升级督办" in lines[0].text
    assert lines[1].text == "漏跑 4 轮：抖音 4 轮"
    assert "尚无成功记录的平台：抖音" in lines[2].text
    douyin = it_page(BROKEN).sections[-1].lines[0]
    assert (douyin.tone, "尚无成功记录" in douyin.text, "漏跑 4 轮" in douyin.text) == (Tone.UNSEEN, True, True)


def test_a_long_day_stays_one_screen() -> None:
    many = [dataclasses.replace(finding, what=f"问题{n}") for n in range(500) for finding in BUSY.findings]
    page = digest(dataclasses.replace(BUSY, findings=many, changes=[*BUSY.changes] * 500, cases=[*BUSY.cases] * 99))
    assert all(section.more for section in page.sections[:2])
    assert f"另有 {1003 - PER_SECTION['changes']} 项" in digest_html(page)
    assert sum(len(section.lines) for section in page.sections) <= sum(PER_SECTION.values())
    short = digest(dataclasses.replace(BUSY, findings=[*BUSY.findings] * 500))
    assert "长期未更新 500 项，依据第六条（四）" in digest_text(short)


def test_links_lead_to_the_console_only() -> None:
    page = Text(digest_html(digest(BUSY), "https://xunjian.example.edu.cn/"))
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    assert links
    assert all(str(link).startswith("https://xunjian.example.edu.cn/") for link in links)
    assert not [tag for tag, _ in page.tags if tag in ("img", "link", "script", "style", "iframe")]
    assert not [tag for tag, _ in Text(digest_html(digest(BUSY))).tags if tag == "a"]
    evil = dataclasses.replace(BUSY.findings[0], path="https://evil.example/")
    for path in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        evil = dataclasses.replace(evil, path=path)
        html = digest_html(digest(dataclasses.replace(QUIET, findings=[evil])), "https://x.cn")
        assert "evil" not in html
        assert "javascript" not in html


def test_hostile_names_are_escaped_and_shortened() -> None:
    wild = dataclasses.replace(
        BUSY,
        findings=[dataclasses.replace(BUSY.findings[0], title=HOSTILE, unit=HOSTILE, problem=HOSTILE, clause=HOSTILE)],
        cases=[dataclasses.replace(BUSY.cases[0], title=HOSTILE, unit=HOSTILE, waiting=HOSTILE)],
        changes=[dataclasses.replace(BUSY.changes[0], title="\u200b\u202e", detail=HOSTILE)],
        unseen=[dataclasses.replace(BUSY.unseen[0], reason=HOSTILE, examples=(HOSTILE,) * 9)],
    )
    page = digest(wild)
    assert {tag for tag, _ in Text(digest_html(page)).tags} == {tag for tag, _ in Text(digest_html(digest(BUSY))).tags}
    for text in (digest_html(page), digest_text(page)):
        assert not re.search("[\u202e\u200b\u0007]|长{300}", text)
    assert max(len(line.text) for section in page.sections for line in section.lines) < 400
    assert "（名称为空或不可见）" in digest_text(page)


def test_the_demonstration_is_marked_everywhere() -> None:
    page = digest(dataclasses.replace(BUSY, demo=True))
    mail = digest_mail(page, ["a@example.edu.cn"])
    assert all("演示" in text for text in (mail.subject, mail.text, mail.html))
    assert "演示" not in digest_text(digest(BUSY))


def test_one_mail_a_day_and_the_same_page_again() -> None:
    assert digest(BUSY) == digest(BUSY)
    mail = digest_mail(digest(BUSY), ["a@example.edu.cn"])
    assert mail.id == "sias/digest/2026-11-21"
    assert mail == digest_mail(digest(BUSY), ["a@example.edu.cn"])
