"""Commands in their failing case, through the command line: bad evidence, a damaged database, wrong usage and settings."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from monitors.console.requests import valid_host
from storage.evidence import EvidenceArchive, StoredPage
from storage.store import Store
from tests.conftest import NOW
from tests.support.cli import run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory with five pages of evidence and the chain's head in the database."""
    folder = tmp_path / "d"
    folder.mkdir()
    with EvidenceArchive(folder / "evidence") as archive:
        for n in range(5):
            archive.append(StoredPage(f"http://x/{n}", bytes([n]) * 3000, NOW), run_id="r")
    store = Store(f"sqlite:///{folder / 'xunjian.db'}")
    store.chain_heads.save(archive.heads(), NOW)
    store.close()
    return folder


def archive_file(data: Path, kind: str) -> Path:
    return next((data / "evidence").glob(f"*/*{kind}"))


def flip(data: Path) -> None:
    file = archive_file(data, ".warc.gz")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def flip_chain(data: Path) -> None:
    file = archive_file(data, ".chain")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def cut(data: Path) -> None:
    file = archive_file(data, ".warc.gz")
    file.write_bytes(file.read_bytes()[:-40])


def break_manifest(data: Path) -> None:
    file = data / "evidence" / "manifest.chain"
    file.write_bytes(b"x" + file.read_bytes()[1:])


def remove_all(data: Path) -> None:
    for folder in (data / "evidence").iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "one bit": (flip, "校验链"),
    "one bit of the chain": (flip_chain, "校验链"),
    "cut": (cut, "截断"),
    "page file gone": (lambda data: archive_file(data, ".warc.gz").unlink(), "不见了"),
    "chain gone": (lambda data: archive_file(data, ".chain").unlink(), "不见了"),
    "manifest gone": (lambda data: (data / "evidence" / "manifest.chain").unlink(), "清单被删除"),
    "manifest changed": (break_manifest, "清单"),
    "everything gone": (remove_all, "不见了"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_bad_evidence_is_told_with_its_place(capsys: pytest.CaptureFixture[str], data: Path, name: str) -> None:
    damage, says = DAMAGES[name]
    damage(data)
    code, out, err = run(capsys, "--data", str(data), "evidence", "verify")
    assert code == 1
    assert "核验不一致" in out
    assert says in out
    assert "Traceback" not in out + err
    code, out, _ = run(capsys, "--data", str(data), "evidence", "verify", "--format", "json")
    (row,) = json.loads(out)
    assert (code, row["status"]) == (1, "failed")
    assert set(row["first_bad"]) == {"file", "record", "offset", "reason"}


def test_whole_evidence_is_verified_even_without_its_database(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    assert run(capsys, "--data", str(data), "evidence", "verify")[0] == 0
    (data / "xunjian.db").write_bytes(b"no database at all" * 500)
    code, out, _ = run(capsys, "--data", str(data), "evidence", "verify")
    assert code == 0
    assert "未与其中保存的链首比对" in out
    flip(data)
    assert run(capsys, "--data", str(data), "evidence", "verify")[0] == 1


@pytest.mark.parametrize("command", ["check", "notices", "digest", "case list", "doctor"])
@pytest.mark.parametrize("offset", [0, 4096])
def test_a_damaged_database_says_what_to_do(
    capsys: pytest.CaptureFixture[str], data: Path, command: str, offset: int
) -> None:
    file = data / "xunjian.db"
    content = bytearray(file.read_bytes())
    content[offset : offset + 200_000] = b"\xa5" * 200_000
    file.write_bytes(content)
    code, out, err = run(capsys, "--data", str(data), *command.split())
    assert code == (1 if command == "doctor" else 2)
    assert "损坏" in out + err
    assert "备份" in out + err
    assert "Traceback" not in out + err


def test_a_database_of_a_newer_version_is_told(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    import sqlite3

    with sqlite3.connect(data / "xunjian.db") as database:
        database.execute("UPDATE alembic_version SET version_num = 'ffff'")
    database.close()
    code, _, err = run(capsys, "--data", str(data), "check")
    assert code == 2
    assert "更新版本" in err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["frob"], "没有命令“frob”"),
        (["scan"], "缺少参数"),
        (["case", "approve", "X"], "缺少选项 --by"),
        (["sweep", "--plat", "x"], "是不是 --platform"),
        (["--data"], "后面要写一个值"),
        (["notices", "--format", "xml"], "“xml”只能是 text、json、jsonl"),
        (["serve", "--port", "abc"], "“abc”应为整数"),
        (["simulate", "--accounts", "-1"], "应不小于 1"),
        (["check", "extra"], "多写了参数 extra"),
        (["case"], "子命令"),
    ],
)
def test_wrong_usage_is_told_in_chinese(capsys: pytest.CaptureFixture[str], args: list[str], says: str) -> None:
    code, _, err = run(capsys, *args)
    assert code == 2
    assert says in err
    assert not {"Usage", "Error", "Invalid", "Missing", "Try", "Input"} & set(err.replace(":", " ").split())


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--version")
    assert code == 0
    assert "0.1.0" in out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('office = "处"\nbase_ur = "https://x"\n', ["第 2 行", "没有“base_ur”这个设置，是不是 base_url？"]),
        ('\nport = "abc"\n', ["第 2 行", "port 写的是“abc”", "应为整数"]),
        ("port = 99999\n", ["应不大于 65535"]),
        ("port = \n", ["第 1 行第"]),
        ('allowed_ranges = ["10.8.0.1/16"]\n', ["“10.8.0.1/16”不是地址段"]),
        ('[[canaries]]\nplatform = "weibo"\nname = "x"\nalife = true\n', ["第 4 行", "没有这一项"]),
        ('[grants."weibo:1"]\ntoken = "s3cret"\napp_id = "x"\nsecret = "hidden"\n', ["只填其一"]),
    ],
)
def test_a_settings_mistake_has_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, says: list[str]
) -> None:
    (tmp_path / "settings.toml").write_text(text, "utf-8")
    code, _, err = run(capsys, "--data", str(tmp_path), "doctor")
    assert code == 2
    assert all(each in err for each in says), err
    assert not {"s3cret", "hidden", "Input", "input", "permitted"} & set(
        err.replace("“", " ").replace("”", " ").split()
    )


def test_a_settings_mistake_in_the_environment_names_the_variable(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUNJIAN_PORT", "many")
    code, _, err = run(capsys, "--data", str(tmp_path), "doctor")
    assert code == 2
    assert "环境变量 XUNJIAN_PORT：port 写的是“many”，应为整数" in err


def test_the_doctor_finds_what_cannot_work(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text(
        'channels = ["smtp://u:hunter2@localhost:25?from=a@b.cn", "smtp://127.0.0.1:9?from=a@b.cn", "ftp://x"]\n'
        'digest_recipients = ["xcb"]\nbase_url = "xunjian.example.edu.cn"\n[mailboxes]\nlead = ["a@b.cn"]\n',
        "utf-8",
    )
    code, out, _ = run(capsys, "--data", str(tmp_path), "doctor")
    assert code == 1
    for says in (
        "密码不能写在地址里",
        "没有程序在监听",
        "应以",
        "“xcb”不是邮箱地址",
        "没有“lead”这个角色",
        "应以 https:// 开头",
    ):
        assert says in out, says
    assert "hunter2" not in out


@pytest.mark.parametrize("host", ["[evil]", "[::1", "a b", "x/y", "a:b:c", "[1.2.3.4]", "user@host", "a:999999"])
def test_a_host_that_is_none(host: str) -> None:
    assert not valid_host(host)


@pytest.mark.parametrize("host", ["", "localhost", "127.0.0.1:8765", "[::1]:8765", "xunjian.example.edu.cn", "a_b"])
def test_a_host_that_is_one(host: str) -> None:
    assert valid_host(host)


def test_a_preview_that_finds_nothing_says_so(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--data", str(data), "policy", "preview", "rules/policies/bit.yaml", "--since", "2026-01-01")
    code, out, _ = run(capsys, *asked)
    assert (code, "没有发现问题" in out) == (0, True)
    assert json.loads(run(capsys, *asked, "--format", "json")[1]) == []


def test_a_campaign_file_that_is_not_there_is_told_in_chinese(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "--data", str(data), "campaign", "new", "/nowhere.yaml", "--by", "王老师")
    assert (code, "没有这个文件" in err, "No such file" in err) == (2, True, False)
