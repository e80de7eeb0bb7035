"""`xunjian notices test`: what the other side answered, and exit code 1 where it refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.monitors.test_cli import run
from tests.support.vendors import SCHEMES, WECOM_KEY, vendors


@pytest.mark.parametrize("scheme", SCHEMES)
def test_one_harmless_message_and_the_answer(scheme: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with vendors() as server:
        code, out, err = run(capsys, "--data", str(tmp_path), "notices", "test", server.url(scheme))
    assert (code, err) == (0, "")
    assert "已送达" in out
    assert "对方答复" in out
    assert len(server.taken) == 1
    assert "不需要任何处理" in str(server.taken[0]["body"])


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("fault", ["error", "rate", "cut"])
def test_refused_is_exit_1_and_shows_no_secret(
    scheme: str, fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with vendors([fault]) as server:
        code, out, err = run(capsys, "--data", str(tmp_path), "notices", "test", server.url(scheme))
    assert (code, err) == (1, "")
    assert out.startswith("没有送达：")
    assert WECOM_KEY not in out


def test_a_channel_of_the_settings_by_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with vendors() as server:
        monkeypatch.setenv("XUNJIAN_CHANNELS", f'["{server.url("wecom")}"]')
        assert run(capsys, "--data", str(tmp_path), "notices", "test", "1")[0] == 0
        code, _, err = run(capsys, "--data", str(tmp_path), "notices", "test", "2")
    assert (code, "共 1 项" in err) == (2, True)


@pytest.mark.parametrize(
    ("channel", "says"), [("slack://x", "wecom://"), ("smtp://127.0.0.1:1?from=a@b.cn", "--to"), ("wecom://", "密钥")]
)
def test_a_channel_that_is_none(channel: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "--data", str(tmp_path), "notices", "test", channel)
    assert code == 2
    assert says in err
