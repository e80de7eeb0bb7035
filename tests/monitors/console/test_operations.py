"""运行: a timetable in words, errors in words, jobs at once, the check-up; nothing that only a terminal tells."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from monitors.app_context import AppContext
from monitors.console.app_state import state_of
from monitors.console.cron_text import cron_text, plain_error, plain_note, seconds_text
from monitors.scheduled_jobs import SCHEDULED_JOBS
from monitors.version import product_version
from tests.conftest import NOW
from tests.support.console import Browser, RunningTimetable, client_of


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("*/20 * * * *", "每 20 分钟"),
        ("10 * * * *", "每小时的第 10 分"),
        ("0 * * * *", "每小时整点"),
        ("30 7 * * *", "每天 7:30"),
        ("0 7,19 * * *", "每天 7:00、19:00"),
        ("15 3 * * mon", "每周一 3:15"),
        ("5 9 * * mon,thu", "每周一、四 9:05"),
        ("0 8 * * mon-fri", "工作日（周一至周五） 8:00"),
        ("0 2 1 * *", "每月 1 日 2:00"),
        ("0 */6 * * *", "每 6 小时"),
        ("0 2 1-7 * mon", "按自定的时间表"),
        ("0 2 * 3 *", "按自定的时间表"),
        ("nonsense", "时间表写法不对"),
    ],
)
def test_a_timetable_in_words(cron: str, said: str) -> None:
    assert cron_text(cron) == said


def test_every_job_of_ours_has_words() -> None:
    assert not [job.name for job in SCHEDULED_JOBS if "自定" in cron_text(job.cron) or "不对" in cron_text(job.cron)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("StorageError: 磁盘已满或无法写入。", "磁盘已满或无法写入。"),
        ("TimeoutError: Page.goto: Timeout 30000ms exceeded", "出错，原因见运行日志"),
        ("", ""),
    ],
)
def test_an_error_in_words(text: str, said: str) -> None:
    assert re.sub("<[^>]*>", "", plain_error(text)) == said


def test_small_words() -> None:
    assert "authorisation" not in plain_note("某馆 的官方接口: authorisation: 本机地址不在白名单里")
    assert [seconds_text(n) for n in (0.2, 59.7, 131.4, 7300)] == ["1 秒", "1 分 0 秒", "2 分 11 秒", "2 小时 1 分"]


def test_the_page_speaks_chinese(staff: Browser, context: AppContext) -> None:
    """No cron line, no exception, no code; the product's own version."""
    context.store.scheduled_jobs.ended("digest", NOW, 0.5, "TimeoutError: Page.goto: Timeout 30000ms exceeded")
    page = staff.get("/operations").text
    assert "每天 7:30" in page
    assert "* * *" not in page
    assert "Timeout" not in page
    assert f"<dt>校媒巡检</dt><dd>{product_version()}</dd>" in page
    assert "磁盘剩余" in page


@pytest.fixture
def it(app: FastAPI) -> Iterator[Browser]:
    with client_of(app) as client:
        client.sign_in("it")
        yield client


def test_a_job_at_once(it: Browser, app: FastAPI, context: AppContext) -> None:
    assert it.submit("/operations/jobs/digest").status_code == 409, "a console by itself runs no jobs"
    timetable = state_of(app).timetable = RunningTimetable()
    assert it.submit("/operations/jobs/digest").headers["location"] == "/operations?done=job_started"
    assert it.submit("/operations/jobs/explode").status_code == 422
    assert timetable.asked == ["digest"]
    assert context.store.audit.search(action="job.start")[0].subject == "日报"


def test_the_check_up(it: Browser) -> None:
    page = it.get("/operations/checkup").text
    assert "浏览器" in page
    assert re.search(r'<span class="badge (good|warn|bad)">', page)
