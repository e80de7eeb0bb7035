"""Old names of settings are read with a word about it; a variable that is no setting stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitors.settings import Settings, SettingsError, load_settings
from monitors.settings_names import RENAMED
from tests.support.cli import run

VALUES = {"children": 5, "child_seconds": 77.0, "child_memory_mb": 333, "shard": 11}


@pytest.mark.parametrize("old", RENAMED)
def test_an_old_name_is_read_from_the_file_and_the_environment(
    old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text(f"{old} = {VALUES[old]}\n", "utf-8")
    assert getattr(load_settings(data=tmp_path), RENAMED[old]) == VALUES[old]
    monkeypatch.setenv(f"XUNJIAN_{old.upper()}", str(VALUES[old] + 1))
    assert getattr(load_settings(data=tmp_path), RENAMED[old]) == VALUES[old] + 1, "the environment counts more"
    monkeypatch.setenv(f"XUNJIAN_{RENAMED[old].upper()}", str(VALUES[old] + 2))
    assert getattr(load_settings(data=tmp_path), RENAMED[old]) == VALUES[old] + 2, "the new name counts more"


def test_an_old_name_is_told_with_its_place_and_the_new_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text("shard = 20\n", "utf-8")
    monkeypatch.setenv("XUNJIAN_CHILDREN", "1")
    code, out, err = run(capsys, "--data", str(tmp_path), "case", "list", "--format", "json")
    assert (code, out.strip()) == (0, "[]"), "what a script reads is untouched"
    assert "settings.toml 里的 shard 已改名，请改用 accounts_per_process" in err
    assert "环境变量 XUNJIAN_CHILDREN 已改名，请改用 XUNJIAN_CRAWL_PROCESSES" in err


def test_a_mistake_under_an_old_name_is_told_where_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.toml").write_text('\nshard = "many"\n', "utf-8")
    with pytest.raises(SettingsError, match="第 2 行：accounts_per_process 写的是“many”"):
        load_settings(data=tmp_path)
    (tmp_path / "settings.toml").unlink()
    monkeypatch.setenv("XUNJIAN_SHARD", "-1")
    with pytest.raises(SettingsError, match="环境变量 XUNJIAN_SHARD"):
        load_settings(data=tmp_path)


@pytest.mark.parametrize(
    ("variable", "says"),
    [
        ("XUNJIAN_OFICE", "是不是 XUNJIAN_OFFICE？"),
        ("xunjian_crawl_proceses", "是不是 XUNJIAN_CRAWL_PROCESSES？"),
        ("XUNJIAN_QQQQQQQQ", "请核对 docs/settings.md"),
    ],
)
def test_a_variable_that_is_no_setting_is_refused(
    variable: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "s3cret")
    with pytest.raises(SettingsError, match=f"环境变量 {variable}：没有与它对应的设置，{says}") as refused:
        load_settings(data=tmp_path)
    assert "s3cret" not in str(refused.value)


def test_a_variable_that_a_channel_names_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUNJIAN_MAIL_2", "x")
    monkeypatch.setenv("XUNJIAN_SMTP_PASSWORD", "x")
    (tmp_path / "settings.toml").write_text(
        'channels = ["smtp://u@h?from=a@b.cn&password_env=XUNJIAN_MAIL_2"]\n', "utf-8"
    )
    assert load_settings(data=tmp_path).channels
    assert "children" not in Settings.model_fields
