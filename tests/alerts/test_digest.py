"""The daily page: what it says first, what it never colours, and what a hostile name cannot do to it."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import pytest

from alerts.digest.build import (
    PER_SECTION,
    ChangeKind,
    DigestChange,
    DigestInput,
    NewFinding,
    OpenCase,
    PendingApproval,
    PlatformRunStats,
    Priority,
    Tone,
    UnobservedAccounts,
    digest,
)
from alerts.digest.model import LetterCounts
from alerts.messages import COLOURS, digest_html, digest_mail, digest_text
from rules.model import DocumentType, Outcome, Platform
from tests.alerts.sample import NOW
from tests.alerts.test_notice import HOSTILE, Text

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
        NewFinding(title="西亚斯体育学院", platform=Platform.WECHAT, unit="体育学院", problem="长期未更新", clause="第六条（四）", path="/cases/SIAS-2026-0007"),
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
    undelivered=1,
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
    (section,) = [section for section in page.sections if section.heading == "文书"]
    assert [line.text for line in section.lines] == [
        "今日签发 3 份，发送 2 份，停发 1 份",
        "4 份没有收件邮箱，请打印后送达",
        f"5 份已发出、尚未送达，最早自{(NOW - timedelta(days=9)).month}月{(NOW - timedelta(days=9)).day}日起",
    ]


def test_what_matters_comes_first() -> None:
    page = digest(BUSY)
    headings = [section.heading for section in page.sections]
    assert headings == [
        "今日新增问题",
        "需要处理（按期限）",
        "等待签发",
        "变化情况",
        "未能观察（不作判断）",
        "巡检运行",
    ]
    assert page.headline == "新增问题 2 项，已到期待处理 1 项，待签发 1 项，变化 3 项"
    due = page.sections[1].lines
    assert [re.findall(r"［(.*?)］", line.text)[0] for line in due] == [
        "SIAS-2026-0001",
        "SIAS-2026-0003",
        "SIAS-2026-0002",
    ]
    assert "已过期限" in due[0].text
    assert "已过期限" not in due[1].text
    assert "在等：申诉待决定" in due[1].text
    assert "（暂定）" in due[1].text
    assert [line.tone for line in due] == [Tone.ALERT, Tone.ACT, Tone.ACT]
    assert not page.quiet


def test_a_quiet_day_says_so_with_figures() -> None:
    page = digest(QUIET)
    assert page.quiet
    assert page.headline == "无变化"
    assert page.heartbeat == "在册账号 71 个，巡检 8 轮，观察 244 次，最近一次成功 11月21日08:30"
    assert "无变化" in digest_mail(page, []).subject
    assert page.heartbeat in digest_text(page)


@pytest.mark.parametrize("data", [BUSY, QUIET, BROKEN])
def test_what_was_not_observed_is_never_green_or_red(data: DigestInput) -> None:
    page = digest(data)
    unseen = [
        line for section in page.sections for line in section.lines if line.weight in (Priority.UNSEEN, Priority.HEALTH)
    ]
    assert unseen
    assert not {line.tone for line in unseen} & {Tone.GOOD, Tone.ALERT}
    assert COLOURS[Tone.UNSEEN] not in (COLOURS[Tone.GOOD], COLOURS[Tone.ALERT])
    wechat = page.rows[0]
    assert (wechat.total, wechat.seen, wechat.gone, wechat.unseen) == (50, 41, 1, 8)
    cells = re.findall(r'style="([^"]*)">8</td>', digest_html(page))
    assert cells
    assert all(COLOURS[Tone.UNSEEN] in cell for cell in cells)


def test_a_crawler_that_saw_nothing_is_not_called_healthy() -> None:
    lines = digest(BROKEN).sections[-1].lines
    assert "熔断" in lines[0].text
    assert "暂停升级督办" in lines[0].text
    assert (lines[1].tone, "尚无成功记录" in lines[1].text, "漏跑 4 轮" in lines[1].text) == (Tone.UNSEEN, True, True)


def test_a_long_day_stays_one_page() -> None:
    page = digest(dataclasses.replace(BUSY, findings=[*BUSY.findings] * 500, changes=[*BUSY.changes] * 500))
    assert len(page.sections[0].lines) == PER_SECTION
    assert page.sections[0].more == 1000 - PER_SECTION
    assert f"另有 {1000 - PER_SECTION} 项" in digest_html(page)
    assert sum(len(section.lines) for section in page.sections) <= 6 * PER_SECTION


def test_links_lead_to_the_console_only() -> None:
    page = Text(digest_html(digest(BUSY), "https://xunjian.example.edu.cn/"))
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    assert links
    assert all(str(link).startswith("https://xunjian.example.edu.cn/cases/SIAS-") for link in links[:3])
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
