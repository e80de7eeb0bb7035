"""`xunjian register import` at the command line: what it refuses, what it asks, and that it does what it showed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from monitors.app_context import AppContext
from monitors.cli.main import main
from monitors.clock import wall
from monitors.jobs.case_writer import CaseWriter
from monitors.jobs.register_import import NEEDS, OWNERS, consequences
from monitors.settings import load_settings
from rules.calendar import china_calendar
from rules.cases.reconcile import reconcile
from rules.catalogue import RULES
from rules.model import Finding, Verdict
from storage.filings import RegisterMoved, key_of
from storage.register import LABELS, examine, preview
from storage.store import Store
from tests.support.register import table

HEAD = ["账号名称", "平台", "账号ID", "主办单位", "第一责任人"]
ROWS = [["图书馆", "微信公众号", "lib_xx", "图书馆", "张三"], ["团委", "微博", "1663414103", "校团委", "李四"]]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Import rows with options; gives the exit code, what was said and what was complained of."""

    def imported(
        *options: str, head: Sequence[str] = HEAD, rows: Sequence[Sequence[str]] = ROWS
    ) -> tuple[int, str, str]:
        (tmp_path / "a.csv").write_bytes(table(head, *rows))
        with pytest.raises(SystemExit) as ended:
            main(["--data", str(tmp_path / "d"), "register", "import", str(tmp_path / "a.csv"), *options])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return imported


def on_file(tmp_path: Path) -> list[str]:
    store = Store(load_settings(data=tmp_path / "d").database)
    try:
        return [f"{filing.school} {filing.name} {filing.unit}" for filing in store.filings.all()]
    finally:
        store.close()


def test_a_school_nobody_knows_is_refused(run: Run, tmp_path: Path) -> None:
    code, _, err = run("--school", "bti")
    assert code == 2
    assert "是不是 bit" in err
    assert not on_file(tmp_path)
    assert run("--school", "gov-2019")[0] == 2, "a set of clauses is no school"
    code, out, _ = run("--school", "newuni", "--new-school")
    assert (code, "不作判定" in out) == (0, True)
    assert run("--school", "newuni")[0] == 0, "it has a register now"


def test_a_dry_run_says_what_the_import_does(run: Run, tmp_path: Path) -> None:
    run("--school", "bit")
    options = ("--school", "bit", "--replace")
    rows = [["图书馆", "微信公众号", "lib_xx", "图书馆", "王五"], ["新", "知乎", "new-org", "", ""]]
    before = on_file(tmp_path)
    code, shown, _ = run(*options, "--dry-run", rows=rows)
    assert (code, on_file(tmp_path)) == (0, before)
    code, done, _ = run(*options, rows=rows)
    assert code == 0
    assert shown.splitlines()[1:] == done.splitlines()[1:]
    assert shown.splitlines()[0].replace("试导入（没有保存）", "已导入") == done.splitlines()[0]
    assert "变更 微信公众号「图书馆」：第一责任人 张三 → 王五" in done
    assert "移除 微博「团委」" in done
    assert on_file(tmp_path) == ["bit 图书馆 图书馆", "bit 新 "]


def test_what_the_file_does_not_have_stays_and_is_said(run: Run, tmp_path: Path) -> None:
    run("--school", "bit")
    code, out, _ = run("--school", "bit", rows=ROWS[:1])
    assert code == 0
    assert "本文件没有的 1 个账号保留不变：微博「团委」" in out
    assert len(on_file(tmp_path)) == 2


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_emptying_a_field_needs_a_word(run: Run, tmp_path: Path, more: tuple[str, ...]) -> None:
    run("--school", "bit")
    rows = [[*ROWS[0][:3], "", "张三"], ROWS[1]]
    code, _, err = run("--school", "bit", *more, rows=rows)
    assert code == 2
    assert "微信公众号「图书馆」：主办单位 图书馆 → （空）" in err
    assert on_file(tmp_path) == ["bit 图书馆 图书馆", "bit 团委 校团委"]
    assert run("--school", "bit", "--allow-empty", rows=rows)[0] == 0
    assert on_file(tmp_path) == ["bit 图书馆 ", "bit 团委 校团委"]


def test_nothing_new_is_said_to_be_nothing(run: Run) -> None:
    run("--school", "bit")
    code, out, _ = run("--school", "bit", "--dry-run")
    assert (code, "没有变化" in out) == (0, True)


def test_clauses_that_cannot_be_judged_and_what_follows_are_said(run: Run) -> None:
    _, out, _ = run("--school", "bit", rows=[*ROWS, ["视频", "视频号", "sph1", "图书馆", "张三"]])
    assert "无法判定：第十四条（年审未通过），3 个账号缺少年审时间、年审结果" in out
    assert "下一次判定" in out
    assert "登记、年审但不巡检的账号：微信视频号 1" in out
    assert "3 个账号没有电子邮箱" in out


def test_the_number_of_tasks_is_what_a_check_opens(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("--school", "bit", rows=[["图书馆", "微信公众号", "lib_xx", "图书馆", ""], ROWS[1]])
    context = AppContext(load_settings(data=tmp_path / "d"), Store(load_settings(data=tmp_path / "d").database), wall)
    try:
        foreseen = sum(consequences(context, "bit", context.store.filings.all("bit"), wall()).tasks.values())
        with pytest.raises(SystemExit):
            main(["--data", str(tmp_path / "d"), "check"])
        assert foreseen == len(context.store.cases.open("bit")) > 0
        assert not consequences(context, "bit", context.store.filings.all("bit"), wall()).tasks, "they are open already"
    finally:
        context.store.close()


def test_a_preview_of_another_register_is_not_carried_out(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'x.db'}")
    try:
        first = preview((), examine(table(HEAD, *ROWS), "a.csv", "bit"))
        store.filings.carry_out("bit", first.before, first.after, by="甲", now=wall())
        with pytest.raises(RegisterMoved):
            store.filings.carry_out("bit", first.before, first.after, by="乙", now=wall())
        gone = preview(store.filings.all("bit"), examine(table(HEAD, ROWS[0]), "a.csv", "bit"), retire_missing=True)
        store.filings.carry_out("bit", gone.before, gone.after, by="丙", now=wall())
        assert [f.name for f in store.filings.all("bit")] == ["图书馆"]
        log = store.filings.changes("bit", first.after[1].id)
        assert [(row.by, bool(row.before), bool(row.after)) for row in log] == [
            ("甲", False, True),
            ("丙", True, False),
        ]
        assert len(store.filings.changes("bit", first.after[0].id)) == 1
    finally:
        store.close()


def test_every_rule_and_field_named_exists() -> None:
    assert set(NEEDS) <= set(RULES)
    assert {name for names in (*NEEDS.values(), *OWNERS.values()) for name in names} <= set(LABELS)


STATUS = [*HEAD, "账号状态"]


def test_an_emptied_status_is_asked_for(run: Run) -> None:
    """An account that was cancelled does not come back to life because somebody left the cell blank."""
    rows = [[*ROWS[0], "注销"], [*ROWS[1], "在用"]]
    assert run("--school", "sias", head=STATUS, rows=rows)[0] == 0
    blank = [[*row[:-1], ""] for row in rows]
    code, _, err = run("--school", "sias", head=STATUS, rows=blank)
    assert code == 2
    assert "账号状态" in err
    assert "有 1 处" in err, "a blank cell says nothing new of an account in use"
    code, out, _ = run("--school", "sias", "--allow-empty", head=STATUS, rows=blank)
    assert (code, "变更 1" in out) == (0, True)


def opened_case(folder: Path) -> None:
    """One open case of the library's account, as the database keeps it."""
    context = AppContext(load_settings(data=folder), Store(f"sqlite:///{folder / 'xunjian.db'}"), wall)
    filing = next(each for each in context.store.filings.all("sias") if each.name == "图书馆")
    policy, now = context.policies["sias"], wall()
    clause = policy.clauses[0]
    finding = Finding(
        school="sias", platform=filing.platform, account=key_of(filing), title=filing.name, unit=filing.unit,
        supervisor="", rule=clause.rule, clause=clause.clause, basis="依据", verdict=Verdict.VIOLATED, reason="停更",
    )  # fmt: skip
    with context.store.cases.transaction("sias", now) as book:
        desk = CaseWriter(context, book, policy, china_calendar(), now)
        for case, events in reconcile({}, [finding], policy, now, lambda: "SIAS-1", china_calendar()):
            desk.save(case, events)
    context.store.close()


def command(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


@pytest.mark.parametrize("way", ["replace", "remove"])
def test_cases_of_a_removed_account_end_and_say_why(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path, way: str
) -> None:
    run("--school", "sias")
    data = ("--data", str(tmp_path / "d"))
    opened_case(tmp_path / "d")
    if way == "replace":
        code, out, _ = run("--school", "sias", "--replace", "--by", "王老师", rows=ROWS[1:])
    else:
        _, listed, _ = command(capsys, *data, "register", "remove", "没有的编号", "--by", "王老师")
        assert "SIAS" not in listed
        code, out, err = command(capsys, *data, "register", "remove", "--all", "--by", "王老师")
        assert not err
    assert code == 0
    assert "1 件未结问题，已随之终止：SIAS-1" in out
    shown = command(capsys, *data, "case", "show", "SIAS-1")[1]
    assert "该账号已由王老师从备案台账中移除" in shown
    assert command(capsys, *data, "notices")[1].count("SIAS-1") == 0, "no paper says that something was cured"


def test_a_phantom_school_can_be_removed(run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run("--school", "sisa", "--new-school")[0] == 0
    data = ("--data", str(tmp_path / "d"))
    assert command(capsys, *data, "register", "remove", "--school", "sisa", "--by", "王老师")[0] == 2
    code, out, _ = command(capsys, *data, "register", "remove", "--school", "sisa", "--all", "--by", "王老师")
    assert (code, "移除 2 个账号" in out) == (0, True)
    store = Store(f"sqlite:///{tmp_path / 'd' / 'xunjian.db'}")
    assert store.filings.schools() == {}
    store.close()
    assert command(capsys, *data, "register", "remove", "--school", "sisa", "--all", "--by", "王老师")[0] == 2
