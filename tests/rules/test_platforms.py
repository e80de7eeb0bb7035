"""The table of platforms: complete, without contradictions, and the only one."""

from __future__ import annotations

import re

import pytest

from rules.accounts.target_names import WORDS
from rules.model import Platform
from rules.platforms import ALIASES, HOSTS, INFO, PLATFORMS, evident_platform, platform_of


def test_platforms_have_one_row_each() -> None:
    assert sorted(row.platform for row in PLATFORMS) == sorted(Platform)
    assert set(INFO) == set(Platform)


def test_aliases_and_hosts_belong_to_one_platform() -> None:
    assert len(ALIASES) == sum(len(row.aliases.split()) for row in PLATFORMS)
    assert len(HOSTS) == sum(len(row.hosts) for row in PLATFORMS)
    assert all(alias == alias.upper() for alias in ALIASES)
    assert all(ALIASES[platform.label.upper()] is platform for platform in Platform)
    assert all(word.upper() in ALIASES for word in WORDS)


def test_patterns_compile() -> None:
    for row in PLATFORMS:
        for pattern in (*row.id_patterns, row.handle, *(kind for _, kind in row.id_kinds)):
            re.compile(pattern)


@pytest.mark.parametrize(
    ("url", "platform"),
    [
        ("https://m.weibo.cn/u/1234567890", Platform.WEIBO),
        ("b23.tv/abc", Platform.BILIBILI),
        ("https://xhslink.com/a", Platform.XIAOHONGSHU),
        ("https://rsc.example.edu.cn/", Platform.WEBSITE),
        ("https://example.com/?from=weibo.com", None),
        ("https://notweibo.com/u/1", None),
        ("", None),
    ],
)
def test_evident_platform_is_told_by_the_host_alone(url: str, platform: Platform | None) -> None:
    assert evident_platform(url) is platform
    assert platform_of(url) is (platform or Platform.WEBSITE)
