"""帮助: a page per task in Chinese, and every screen leads to its own."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI

from monitors.console.help_topics import TOPICS, HelpTopic, topic_of
from monitors.console.rendering import NAV
from tests.support.console import Browser, client_of


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.code)
def test_a_page_of_plain_chinese(staff: Browser, topic: HelpTopic) -> None:
    page = staff.get(f"/help/{topic.code}")
    assert page.status_code == 200
    text = re.sub(
        r"<code>.*?</code>|<[^>]*>",
        "",
        page.text.partition("<main")[2].partition(">")[2].partition("</main>")[0],
    )
    assert len(text) > 100
    assert not re.search(r"[A-Za-z]{2,}", text.replace("App", "").replace("Word", "")), text


def test_every_screen_has_its_help(staff: Browser) -> None:
    for path, _ in NAV:
        assert topic_of(path), path
    assert 'href="/help/scan"' in staff.get("/scan").text
    assert 'href="/help/cases"' in staff.get("/cases/DEMO-2026-0001").text
    assert topic_of("/scanner") == ""
    assert staff.get("/help/nothing").status_code == 404


def test_the_contents_begin_with_ones_own_tasks(app: FastAPI) -> None:
    with client_of(app) as client:
        client.sign_in("unit")
        mine, _, others = client.get("/help").text.partition("其他角色的工作")
    assert "单位怎么用" in mine
    assert "处理疑似账号" in others
    assert all(f'href="/help/{topic.code}"' in mine + others for topic in TOPICS)
