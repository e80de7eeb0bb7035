"""The command contract: exit codes, machine output, and what a person is told when the input is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitors.json_output import load_page
from tests.support.cli import run


@pytest.fixture
def register(tmp_path: Path) -> Path:
    file = tmp_path / "台账.csv"
    file.write_text(
        "账号名称,平台,网址,主办单位,开通时间,备案时间,第一责任人\n"
        "计算机学院网站,网站,http://cs.sias.example/,计算机学院,2020-01-02,2020-01-03,张示例\n"
        "西亚斯图书馆,微博,https://weibo.com/u/9000000002,图书馆,2021年3月5日,2021.3.8,\n",
        encoding="utf-8",
    )
    return file


def test_register_import_is_idempotent_and_export_loses_nothing(
    capsys: pytest.CaptureFixture[str], register: Path, tmp_path: Path
) -> None:
    data = ["--data", str(tmp_path / "d")]
    code, out, _ = run(capsys, *data, "register", "import", str(register), "--school", "sias")
    assert code == 0
    assert "新增 2" in out
    code, out, _ = run(capsys, *data, "register", "import", str(register))
    assert "新增 0，变更 0，未变 2" in out
    exported = tmp_path / "导出.xlsx"
    assert run(capsys, *data, "register", "export", str(exported))[0] == 0
    code, out, _ = run(capsys, *data, "register", "import", str(exported))
    assert (code, "新增 0，变更 0" in out) == (0, True)


def test_a_wrong_row_imports_nothing_and_says_what_to_write(
    capsys: pytest.CaptureFixture[str], register: Path, tmp_path: Path
) -> None:
    register.write_text(register.read_text("utf-8") + "坏行,微搏,,图书馆,2021-13-45,,\n", encoding="utf-8")
    code, _, err = run(capsys, "--data", str(tmp_path / "d"), "register", "import", str(register), "--school", "sias")
    assert code == 2
    assert "4" in err
    assert "微搏" in err
    code, _, err = run(capsys, "--data", str(tmp_path / "d"), "register", "export", str(tmp_path / "x.csv"))
    assert (code, "台账是空的" in err) == (2, True)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--now", "昨天", "doctor"], "--now"),
        (["read", "--platform", "myspace", "x.html"], "没有平台"),
        (["read", "--platform", "website", "--at", "32.13", "x.html"], "--at"),
        (["register", "import", "/nowhere.xlsx", "--school", "sias"], "找不到文件"),
        (["register", "template", "x.pdf"], ".xlsx 或 .csv"),
        (["names", "screen"], "--school"),
        (["names", "screen", "--school", "nobody"], "没有学校"),
        (["check"], "台账是空的"),
        (["check", "--school", "nobody"], "没有学校"),
        (["case", "show", "X-1"], "没有编号"),
        (["case", "approve", "X-1", "--by", "王部长"], "没有编号"),
        (["digest", "--date", "2999-01-01"], "还没有到"),
        (["digest", "--date", "去年"], "日期写法不对"),
        (["evidence", "verify", "/nowhere"], "找不到存证"),
        (["policy", "lint", "/nowhere.yaml"], "找不到文件"),
        (["sweep"], "台账是空的"),
        (["scan", "file:///etc/passwd"], "只能核查"),
        (["scan", "http://10.0.0.1/"], "内部地址"),
    ],
)
def test_bad_input_is_told_plainly(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, args: list[str], says: str
) -> None:
    code, out, err = run(capsys, "--data", str(tmp_path / "d"), *args)
    assert code == 2
    assert says in err
    assert "Traceback" not in out + err


def test_read_prints_one_line_a_file_in_order(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    good, empty = tmp_path / "good.html", tmp_path / "empty.html"
    rows = "".join(
        f"<li><a href='/info/1001/{n}.htm'>学院新闻标题第{n}条</a><span>2026-11-{20 - n}</span></li>" for n in range(9)
    )
    good.write_text(
        f"<html><head><title>新闻-示例学院</title></head><body><ul>{rows}</ul></body></html>", encoding="utf-8"
    )
    empty.write_bytes(b"")
    missing = tmp_path / "missing.html"
    code, out, _ = run(capsys, "read", "--platform", "website", "--at", "2026-11-21", *map(str, (good, empty, missing)))
    rows_out = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [row["outcome"] for row in rows_out] == ["ok", "blocked", "unreadable"]
    assert rows_out[0]["last_post_at"] == "2026-11-20T00:00:00+08:00"
    assert {"file", "outcome", "name", "account_id", "verified_body", "last_post_at", "posts", "reason"} <= set(
        rows_out[0]
    )


@pytest.mark.parametrize("cut", [10, 40, 200])
def test_a_cut_gzip_is_read_as_far_as_it_goes(tmp_path: Path, cut: int) -> None:
    import gzip

    from monitors.clock import wall

    file = tmp_path / "p.html.gz"
    file.write_bytes(gzip.compress(b"<html>" + b"x" * 500)[:cut])
    page = load_page(file, "", wall())
    assert len(page.body) <= 506


def test_names_keep_their_order_and_empty_lines(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_bytes("北理工表白墙\n\n河北理工大学\r\nhabit\n\u5317\ufffd".encode() + b"\xff\n")
    code, out, _ = run(capsys, "names", "screen", "--school", "all", str(names))
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [row["name"] for row in rows][:4] == ["北理工表白墙", "", "河北理工大学", "habit"]
    assert [row["flagged"] for row in rows] == [True, False, False, False, False]


def test_protected_file_with_a_mistake_names_the_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("schools:\n- code: x\n  name: 某校\n  names: {full: [], nick: [a]}\n", encoding="utf-8")
    code, _, err = run(capsys, "names", "screen", "--protected", str(file), "/dev/null")
    assert code == 2
    assert "schools.0.names" in err


def test_doctor_says_what_works(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, "--data", str(tmp_path / "d"), "doctor")
    assert code == 0
    assert "✓ 浏览器" in out
    assert "! 台账" in out


def test_check_prints_every_answer(capsys: pytest.CaptureFixture[str], register: Path, tmp_path: Path) -> None:
    data = ["--data", str(tmp_path / "d"), "--now", "2026-11-21T09:00:00+08:00"]
    run(capsys, *data, "register", "import", str(register), "--school", "sias")
    code, out, _ = run(capsys, *data, "check", "--format", "jsonl")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert {"school", "platform", "account", "rule", "clause", "outcome", "reason", "evidence"} <= set(rows[0])
    silence = [row["outcome"] for row in rows if row["rule"] == "inactivity"]
    assert silence == ["undetermined", "undetermined"], "nobody looked, so nobody is silent"
    code, out, _ = run(capsys, *data, "case", "list", "--format", "json")
    cases = json.loads(out)
    assert {case["rule"] for case in cases} == {"missing_owner"}
    assert set(cases[0]["steps"][0]) >= {"step", "document", "due_at", "issued_at", "approved_by"}


def test_a_settings_mistake_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('port = 99999\ncolour = "red"\n', encoding="utf-8")
    code, _, err = run(capsys, "--data", str(tmp_path), "doctor")
    assert code == 2
    assert "port" in err
    assert "colour" in err
