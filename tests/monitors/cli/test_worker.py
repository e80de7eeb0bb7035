"""`xunjian worker` says what it needs, in Chinese."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import run


def test_without_postgresql_there_is_nothing_to_take_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, said = run(capsys, "--data", str(tmp_path), "worker")
    assert code == 2
    assert "database_url" in said
    assert "xunjian serve 自己完成全部工作" in said
    assert list(tmp_path.iterdir()) == [], "it has made nothing"


def test_a_queue_that_is_none_is_refused_with_those_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, said = run(capsys, "--data", str(tmp_path), "worker", "--queues", "crawl,post")
    assert code == 2
    assert "没有队列“post”" in said
    assert "crawl（采集）" in said
