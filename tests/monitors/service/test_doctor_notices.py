"""The doctor names addresses that are none, wherever they stand, and channels that cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from monitors.service.doctor_notices import addresses, channels

from monitors.settings import Settings
from tests.support.vendors import WECOM_KEY, vendors


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(data=folder, **given)


def test_an_address_that_is_none_is_named_with_its_setting(tmp_path: Path) -> None:
    wrong = settings(
        tmp_path, it_recipients=["信息中心"], recipients={"bit": {"leader": ["书记@"], "digest": ["a@b.cn"]}}
    )
    notes = [note for _, state, note in addresses(wrong) if state == "fail"]
    assert notes == ["设置 it_recipients 中“信息中心”不是邮箱地址", "设置 recipients.bit.leader 中“书记@”不是邮箱地址"]
    assert not [note for _, _, note in addresses(wrong) if "没有人会收到日报" in note]


def test_a_bot_is_reached_and_its_key_is_not_shown(tmp_path: Path) -> None:
    with vendors() as server:
        found = list(channels(settings(tmp_path, channels=[server.url("wecom"), server.url("wecom-app")])))
        assert [state for _, state, _ in found] == ["ok", "ok"]
        assert not server.taken
    found += channels(settings(tmp_path, channels=[server.url("wecom"), "wecom://?key_env=NONE"]))
    assert [state for _, state, _ in found[2:]] == ["fail", "fail"]
    assert WECOM_KEY not in str(found)
