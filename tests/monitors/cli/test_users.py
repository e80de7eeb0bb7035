"""`xunjian user`, decisions by sign-in name, the shared token refused, the first start, private files."""

from __future__ import annotations

import io
import json
import os
import stat
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitors.cli.main import main
from monitors.jobs.doctor import examine
from monitors.people.users import first_link, use_first_link
from monitors.private_files import keep_private, open_to_others
from monitors.settings import Settings, SettingsError, load_settings
from rules.accounts.state import apply_observation
from rules.model import Outcome
from rules.people import PeopleError, Role
from storage.filings import key_of
from storage.store import Store
from tests.conftest import NOW
from tests.support.console import filings, keep_evidence, observe_filing, open_world
from tests.support.console_cases import open_cases

PASSWORD = "qing-shan-lv-shui-55"


class Shell:
    """Runs commands on one data directory."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.data, self._capsys, self._monkeypatch = data, capsys, monkeypatch

    def __call__(self, *words: str, typed: str = "") -> tuple[int, str, str]:
        """(exit code, standard output, standard error)."""
        self._monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as ended:
            main(["--data", str(self.data), "--now", NOW.isoformat(), *words])
        out, err = self._capsys.readouterr()
        return int(ended.value.code or 0), out, err

    def users(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self("user", "list", "--format", "json")[1])
        return found


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(tmp_path / "data", capsys, monkeypatch)


def test_people_are_added_and_listed(run: Shell) -> None:
    assert "还没有登录账号" in run("user", "list")[1]
    add = ("user", "add", "Zhang", "--display", "张三", "--role", "editor", "--role", "signer", "--post", "部长")
    assert run(*add, "--password-stdin", typed=f"{PASSWORD}\n")[0] == 0
    code, out, _ = run(
        "user", "add", "lib", "--display", "李四", "--role", "unit", "--unit", "图书馆", "--school", "bit"
    )
    assert code == 0
    assert "/setup/" in out
    first, second = run.users()
    assert (first["name"], first["roles"], first["grants"]) == (
        "lib", ["unit"], [{"role": "unit", "school": "bit", "unit": "图书馆"}],
    )  # fmt: skip
    assert (second["name"], second["display"], second["post"], second["roles"]) == (
        "zhang", "张三", "部长", ["editor", "signer"],
    )  # fmt: skip
    assert (first["password"], second["password"]) == (False, True)
    assert PASSWORD not in json.dumps(run.users())


@pytest.mark.parametrize(
    ("words", "typed", "says"),
    [
        (("add", "a b", "--display", "张三", "--role", "editor"), "", "登录名"),
        (("add", "x" * 65, "--display", "张三", "--role", "editor"), "", "登录名"),
        (("add", "x", "--display", " ", "--role", "editor"), "", "姓名"),
        (("add", "x", "--display", "张三", "--role", "boss"), "", "没有角色"),
        (("add", "x", "--display", "张三", "--role", "unit"), "", "哪个单位"),
        (("add", "x", "--display", "张三", "--role", "editor", "--unit", "图书馆"), "", "单位"),
        (("add", "x", "--display", "张三", "--role", "editor", "--school", "nowhere"), "", "没有学校"),
        (("add", "x", "--display", "张三", "--role", "editor", "--password-stdin"), "short\n", "10 至"),
        (("add", "x", "--display", "张三", "--role", "editor", "--password-stdin"), "5201314woaini\n", "泄露"),
        (("add", "x", "--display", "张三", "--role", "editor", "--password-stdin"), "", "没有密码"),
        (("passwd", "nobody", "--password-stdin"), f"{PASSWORD}\n", "没有登录名"),
        (("disable", "nobody"), "", "没有登录名"),
    ],
)
def test_what_cannot_be_used_is_said(run: Shell, words: tuple[str, ...], typed: str, says: str) -> None:
    """In Chinese, exit 2, and nobody is added."""
    code, _, err = run("user", *words, typed=typed)
    assert code == 2
    assert says in err
    assert run.users() == []


def test_a_name_is_taken_once(run: Shell) -> None:
    add = ("user", "add", "zhang", "--display", "张三", "--role", "reader")
    assert run(*add)[0] == 0
    code, _, err = run("user", "add", "ＺＨＡＮＧ", "--display", "别人", "--role", "admin")
    assert code == 2
    assert "已有人使用" in err
    assert run.users()[0]["roles"] == ["reader"]


def test_passwords_change_and_accounts_close(run: Shell) -> None:
    run("user", "add", "zhang", "--display", "张三", "--role", "reader")
    assert run("user", "passwd", "zhang", "--password-stdin", typed=f"{PASSWORD}\n")[0] == 0
    assert run.users()[0]["password"] is True
    assert "/setup/" in run("user", "passwd", "zhang")[1]
    assert run("user", "disable", "zhang")[0] == 0
    assert run.users()[0]["disabled"] is True
    store = Store(f"sqlite:///{run.data / 'xunjian.db'}")
    assert [e.action for e in store.audit.entries()] == ["user.add", "user.password", "user.disable"]
    assert all(e.user.startswith("命令行（") for e in store.audit.entries())
    store.close()


def test_decisions_by_sign_in_name(run: Shell, tmp_path: Path) -> None:
    """A typed name while there are no people; then only a person with the role, and the paper bears name and post."""
    run.data.mkdir(mode=0o700)
    context = open_world(run.data)
    for user in context.store.users.all():  # begin without people
        with context.store.database.write() as tx:
            tx.exec_driver_sql(f"DELETE FROM user_account WHERE name = '{user.user.name}'")
    register = [*filings("demo", 24), *filings("sias", 6)]
    context.store.filings.save(register, by="测试", now=NOW)
    evidence, last = keep_evidence(context), datetime(2026, 7, 2, 9, tzinfo=NOW.tzinfo)
    open_cases(context, register, evidence)
    look = observe_filing(register[0], NOW - timedelta(hours=1), Outcome.OK, evidence, last)
    context.store.observations.record("sweep-wechat", [(key_of(register[0]), look)], apply_observation)
    run("user", "add", "sun", "--display", "孙晓", "--role", "signer", "--post", "宣传部部长")
    run("user", "add", "zhang", "--display", "张三", "--role", "editor")
    run("user", "add", "far", "--display", "外校", "--role", "signer", "--school", "sias")
    approve = ("case", "approve", "DEMO-2026-0001", "--by")
    for wrong, says in (
        ("孙晓", "没有登录名"),
        ("zhang", "签批人"),
        ("far", "没有这所学校"),
        ("党委宣传部负责人", "没有登录名"),
    ):
        code, _, err = run(*approve, wrong)
        assert code == 2, wrong
        assert says in err, (wrong, err)
    code, _, err = run(*approve, "sun")
    assert code == 2
    assert "须先由经办提请" in err
    assert run("case", "propose", "DEMO-2026-0001", "--by", "zhang")[0] == 0
    assert run(*approve, "sun")[0] == 0
    case = context.store.cases.get("DEMO-2026-0001")
    assert case
    (signed,) = [s for s in case.steps if s.approver_user]
    assert (signed.approved_by, signed.approver_user, signed.approver_post) == ("孙晓", "sun", "宣传部部长")
    assert "签发  孙晓" in run("case", "show", "DEMO-2026-0001")[1]
    assert [(e.user, e.action) for e in context.store.audit.search(action="case.approved")] == [
        ("sun", "case.approved")
    ]
    code, _, err = run("case", "dismiss", "DEMO-2026-0002", "--by", "zhang", "--reason", "看过了")
    assert code == 0, err
    code, _, err = run("case", "exempt", "DEMO-2026-0003", "--by", "zhang", "--reason", "寒假", "--until", "2027-02-28")
    assert code == 2
    assert run("case", "appeal", "DEMO-2026-0003", "--by", "图书馆", "--reason", "已更新")[0] == 0, "a unit's own words"
    assert run("case", "approve", "NO-SUCH-0001", "--by", "sun")[0] == 2
    context.store.close()


def test_a_typed_name_while_there_are_no_people(run: Shell) -> None:
    code, _, err = run("case", "approve", "NO-SUCH-0001", "--by", "张三")
    assert code == 2
    assert "没有编号为" in err


@pytest.mark.parametrize("name", ["XUNJIAN_CONSOLE_TOKEN", "xunjian_console_token"])
def test_the_shared_token_is_refused(run: Shell, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "open-sesame")
    code, _, err = run("user", "list")
    assert code == 2
    assert "xunjian user add" in err
    assert "open-sesame" not in err
    monkeypatch.setenv(name, " ")
    assert run("user", "list")[0] == 0


def test_the_shared_token_is_refused_in_the_file(run: Shell) -> None:
    run.data.mkdir()
    (run.data / "settings.toml").write_text('console_token = "open-sesame"\n', "utf-8")
    code, _, err = run("doctor")
    assert code == 2
    assert "已取消" in err
    assert "open-sesame" not in err


@pytest.mark.parametrize(
    "given",
    [
        {"cas_url": "https://cas.example.edu.cn/cas"},
        {"oidc_issuer": "https://id.example.edu.cn"},
        {"oidc_issuer": "https://id.example.edu.cn", "base_url": "https://x.example.edu.cn"},
        {"trusted_proxies": ("not-a-network",)},
    ],
)
def test_half_a_campus_login_is_refused(tmp_path: Path, given: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        load_settings(data=tmp_path, **given)


def test_the_first_administrator(tmp_path: Path) -> None:
    """One link, good once; a new start makes a new one and ends the old; none where there is anybody."""
    store = Store(f"sqlite:///{tmp_path / 'xunjian.db'}")
    old, link = first_link(store, NOW), first_link(store, NOW)
    with pytest.raises(PeopleError, match="失效"):
        use_first_link(store, old, "chief", "李主任", "", PASSWORD, NOW)
    with pytest.raises(PeopleError, match="10 至"):
        use_first_link(store, link, "chief", "李主任", "", "short", NOW)
    user = use_first_link(store, link, "chief", "李主任", "", PASSWORD, NOW)
    assert user.roles == (Role.ADMIN,)
    with pytest.raises(PeopleError):
        use_first_link(store, link, "second", "别人", "", PASSWORD, NOW)
    assert first_link(store, NOW) == ""
    store.close()


def modes(data: Path) -> dict[str, int]:
    return {str(p.relative_to(data)): stat.S_IMODE(p.stat().st_mode) for p in sorted(data.rglob("*"))}


def test_what_is_made_is_private(tmp_path: Path) -> None:
    """Whatever the umask: folder 0700, database and its journals, evidence and its chains 0600."""
    before = os.umask(0o022)
    try:
        data = tmp_path / "data"
        settings = load_settings(data=data)
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        context = open_world(settings.data)
        keep_evidence(context)
        for path in sorted(data.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            if path.is_file():
                assert mode == 0o600, path
        assert stat.S_IMODE((data / "xunjian.db").stat().st_mode) == 0o600
        context.store.close()
    finally:
        os.umask(before)


def test_an_old_data_directory_is_named_and_mended(tmp_path: Path) -> None:
    """`doctor` warns, `serve` mends; a link out of the directory is left alone."""
    data, outside = tmp_path / "data", tmp_path / "outside.txt"
    (data / "outbox").mkdir(parents=True)
    for path in (data / "xunjian.db", data / "outbox" / "letter.eml", outside):
        path.write_bytes(b"")
        path.chmod(0o644)
    data.chmod(0o755)
    (data / "link").symlink_to(outside)
    warned = [c for c in examine(Settings(data=data), lambda: NOW) if c.name == "数据权限"]
    assert [c.state for c in warned] == ["warn"]
    assert "4 个" in warned[0].note or "3 个" in warned[0].note
    before = os.umask(0o022)
    try:
        assert keep_private(data) >= 4
    finally:
        os.umask(before)
    assert list(open_to_others(data)) == []
    assert modes(data)["outbox"] == 0o700
    assert modes(data)["outbox/letter.eml"] == 0o600
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644
    assert [c.state for c in examine(Settings(data=data), lambda: NOW) if c.name == "数据权限"] == ["ok"]


def test_tokens_are_made_listed_and_revoked(run: Shell) -> None:
    run("user", "add", "zhang", "--display", "张三", "--role", "reader")
    code, out, _ = run("user", "token", "add", "zhang", "--label", "校数据平台", "--scope", "cases", "--days", "30")
    assert code == 0
    assert "xj_" in out
    token = json.loads(run("user", "token", "list", "--format", "json")[1])[0]
    assert (token["user"], token["scopes"], token["works"]) == ("zhang", ["cases"], True)
    assert "校数据平台　问题台账" in run("user", "token", "list", "zhang")[1]
    assert run("user", "token", "revoke", token["id"])[0] == 0
    assert "已失效" in run("user", "token", "list")[1]
    code, _, err = run("user", "token", "revoke", token["id"])
    assert code == 2
    assert "没有编号" in err
