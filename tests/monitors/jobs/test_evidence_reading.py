"""The line of a page that an observation stands on is found, and marked in a picture made without network."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawler.page.page import Page
from monitors.app_context import AppContext
from monitors.jobs import evidence_picture
from monitors.jobs.evidence_picture import picture_of
from monitors.jobs.evidence_reading import MARKED_ID, line_of, marked, read_evidence
from monitors.settings import Settings
from rules.model import BEIJING, Outcome, Post
from storage.crawl_runs import RunKind
from storage.evidence import EvidenceArchive, StoredPage
from storage.store import Store
from tests.conftest import NOW

DAY = datetime(2026, 11, 9, tzinfo=BEIJING)
LISTED = """<html><title>教务处</title><ul><li><a href="/1.htm">放假通知</a><span>{0}</span></li>
<li><a href="/2.htm">放假通知</a><span>2026-09-18</span></li></ul><script>alert(1)</script>
<img src="http://127.0.0.1:1/beacon.png"></html>"""


def page_of(text: str) -> Page:
    return Page("http://jwc.example.edu.cn/", text.encode(), NOW, headers={"content-type": "text/html; charset=utf-8"})


@pytest.mark.parametrize(
    "written", ["2026-11-09", "11-09", "2026/11/9", "2026年11月9日", "11.09", "9 2026-11", "20261109", "11月9日"]
)
def test_the_line_that_says_the_date_is_found(written: str) -> None:
    """Of two posts of one title it is the one with the date."""
    post = Post(id="1", title="放假通知", published_at=DAY)
    assert line_of(page_of(LISTED.format(written)), post) == f"放假通知{written}"


@pytest.mark.parametrize("written", ["2026-11-19", "111-09", "9 2025-11", "2026-11-090"])
def test_another_date_is_not_this_one(written: str) -> None:
    post = Post(id="1", title="放假通知", published_at=DAY)
    assert line_of(page_of(LISTED.format(written)), post) == "放假通知"


@pytest.mark.parametrize("text", ["", "{}", '{"title": "x"}', "<", "\x00\x01", "没有标记的文字"])
def test_what_is_no_page_has_no_line(text: str) -> None:
    assert line_of(page_of(text), Post(id="1", title="放假通知", published_at=DAY)) == ""
    assert MARKED_ID not in marked(page_of(text), None)


def test_an_interface_answer_shows_the_words_around() -> None:
    text = '{"list": [{"title": "放假通知", "day": "2026-11-09"}]}'
    assert "放假通知" in line_of(page_of(text), Post(id="1", title="放假通知", published_at=DAY))


@pytest.fixture
def stored(tmp_path: Path) -> tuple[AppContext, str, StoredPage]:
    settings = Settings(data=tmp_path)
    context = AppContext(settings, Store(settings.database), lambda: NOW)
    run = "sweep-20261121-090000-0123abcd"
    context.store.crawl_runs.start(run, RunKind.SWEEP, "website", NOW - timedelta(hours=1))
    with EvidenceArchive(context.evidence) as archive:
        evidence = archive.append(StoredPage(**vars(page_of(LISTED.format("2026-11-09")))), run_id=run)
        return context, evidence, archive.get(evidence)


def test_a_stored_page_is_read_with_the_check_that_fetched_it(stored: tuple[AppContext, str, StoredPage]) -> None:
    context, evidence, page = stored
    reading = read_evidence(context, evidence, page)
    assert (reading.observation.outcome, reading.recorded) == (Outcome.OK, False)
    assert reading.newest
    assert reading.newest.published_at == DAY
    assert reading.line == "放假通知2026-11-09"
    assert reading.run
    assert reading.run.kind is RunKind.SWEEP


def test_a_picture_is_made_once(stored: tuple[AppContext, str, StoredPage], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without network: the page's own requests reach nobody, its script does not run."""
    context, evidence, page = stored
    file = asyncio.run(picture_of(context, evidence, page))
    assert file
    assert file.read_bytes().startswith(b"\x89PNG")

    def never(*_: object) -> str:
        raise AssertionError("drawn twice")

    monkeypatch.setattr(evidence_picture, "_markup", never)
    assert asyncio.run(picture_of(context, evidence, page)) == file


def test_what_is_no_page_has_no_picture(stored: tuple[AppContext, str, StoredPage]) -> None:
    context, evidence, _ = stored
    answer = StoredPage("http://x.example/", b'{"a": 1}', NOW)
    assert asyncio.run(picture_of(context, evidence, answer)) is None
