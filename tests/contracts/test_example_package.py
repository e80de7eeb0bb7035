"""The example package is built, installed beside the product and used through its commands; what does not fit is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.delivery import extensions as channels
from alerts.delivery.channels import SCHEMES
from alerts.delivery.channels.base import ChannelType
from crawler.platforms import MODULES
from crawler.platforms import extensions as platforms
from crawler.platforms.spec import PageSource, PlatformSpec
from rules.model import ClaimType, Platform

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "docs" / "examples" / "xunjian-example"
PAGE = """<html><head><meta name="generator" content="School Forum"></head><body><h1 class="profile">校学生会</h1>
<ul class="posts"><li data-id="1" data-date="2026-11-20">通知</li><li data-id="2" data-date="2026-11-18">活动</li></ul></body></html>"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package built and installed into a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    options = [
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "--no-cache-dir",
        "--disable-pip-version-check",
    ]
    pip = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder), str(PACKAGE)]
    subprocess.run(pip, check=True, capture_output=True, timeout=120)
    return folder


def xunjian(site: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"PYTHONPATH": f"{site}:{ROOT}"} | more
    command = [sys.executable, "-m", "monitors", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60)


def test_its_reader_reads(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    url = ["--url", "https://forum.example.edu.cn/u/1", "--at", "2026-11-21T08:00+08:00"]
    done = xunjian(installed, "read", "--platform", "other", *url, str(tmp_path / "page.html"))
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)
    assert (row["outcome"], row["name"], row["post_count"]) == ("ok", "校学生会", None)
    assert row["last_post_at"].startswith("2026-11-20")
    (tmp_path / "page.html").write_text(PAGE.replace("posts", "items"), "utf-8")
    changed = json.loads(xunjian(installed, "read", "--platform", "other", *url, str(tmp_path / "page.html")).stdout)
    assert changed["outcome"] == "unreadable"


def test_its_channel_delivers(installed: Path, tmp_path: Path) -> None:
    done = xunjian(installed, "--data", str(tmp_path / "d"), "notices", "test", f"lines://{tmp_path}/messages")
    assert done.returncode == 0, done.stderr
    assert "通知渠道测试" in (tmp_path / "messages").read_text("utf-8")


def test_doctor_lists_it_and_what_does_not_fit(installed: Path, tmp_path: Path) -> None:
    done = xunjian(installed, "--data", str(tmp_path / "d"), "doctor", "--format", "json")
    found = {row["name"]: row for row in json.loads(done.stdout)}
    assert found["扩展读取程序 other"]["state"] == "ok"
    assert found["扩展渠道 lines"]["note"] == "xunjian-example 1.0"
    broken = tmp_path / "site" / "broken-1.0.dist-info"
    broken.mkdir(parents=True)
    (broken / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (broken / "entry_points.txt").write_text(
        "[xunjian.platforms]\nweibo = json:dumps\ngroup = json:dumps\nmyspace = json:dumps\n[xunjian.channels]\nx = nowhere:CHANNEL\n"
    )
    done = xunjian(tmp_path / "site", "--data", str(tmp_path / "d"), "doctor", "--format", "json")
    notes = {row["name"]: row["note"] for row in json.loads(done.stdout) if row["state"] == "fail"}
    assert "不能替换" in notes["扩展读取程序 weibo"]
    assert "应为 crawler.platforms.spec.PlatformSpec" in notes["扩展读取程序 group"]
    assert "没有平台 myspace" in notes["扩展读取程序 myspace"]
    assert "不能载入" in notes["扩展渠道 x"]
    assert done.returncode == 1


SOURCE = PageSource(code="a", label="a", proves=ClaimType.ACTIVE, note="", matches=bool, read=None)  # type: ignore[arg-type]
SPEC = PlatformSpec(platform=Platform.GROUP, sources=(SOURCE,), hosts=("x.cn",))


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (SPEC, "应为函数"),
        (replace(SPEC, sources=()), "没有任何页面来源"),
        (replace(SPEC, sources=(SOURCE, SOURCE)), "重复"),
        (replace(SPEC, platform=Platform.OTHER), "不一致"),
        (replace(SPEC, sources=(replace(SOURCE, read=lambda page: None),), hosts=()), "hosts"),  # type: ignore[arg-type,return-value]
        (replace(SPEC, sources=(replace(SOURCE, read=lambda page: None),), delay_seconds=0.1), "间隔"),  # type: ignore[arg-type,return-value]
        (replace(SPEC, sources=(replace(SOURCE, read=lambda page: None),)), ""),  # type: ignore[arg-type,return-value]
    ],
)
def test_what_is_no_reader(spec: PlatformSpec, says: str) -> None:
    problem = platforms.misfit("group", spec, MODULES)
    assert says in problem
    assert bool(says) == bool(problem)


def test_what_is_no_channel() -> None:
    good = ChannelType(("mine",), "", False, lambda config: None)  # type: ignore[arg-type,return-value]
    assert channels.misfit(good, SCHEMES) == ""
    assert "smtp://" in channels.misfit(replace(good, schemes=("smtp",)), SCHEMES)
    assert "schemes" in channels.misfit(replace(good, schemes=()), SCHEMES)
    assert "函数" in channels.misfit(replace(good, from_url=None), SCHEMES)  # type: ignore[arg-type]
