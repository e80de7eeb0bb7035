"""Pages about people: one's own account, the administrator's list, one-time links, the audit log."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from fastapi import FastAPI

from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.people.users import first_link
from rules.people import Role
from tests.conftest import NOW
from tests.support.console import DEMO, PASSWORD, Browser, client_of, open_world

NEW = "bai-yun-hong-ye-88"


@pytest.fixture
def admin(app: FastAPI):  # type: ignore[no-untyped-def]
    """A browser that is signed in as 李主任."""
    with client_of(app) as client:
        assert client.sign_in("admin").status_code == 303
        yield client


def test_lock_out_is_told(stranger: Browser) -> None:
    """429 and a sentence, also for the right password; another person on this machine comes in."""
    for _ in range(5):
        assert stranger.sign_in("wang", "wrong-wrong").status_code == 401
    answer = stranger.sign_in("wang")
    assert answer.status_code == 429
    assert "之后再试" in answer.text
    assert stranger.sign_in("reader").status_code == 303


def test_the_first_administrator_by_link(tmp_path: Path) -> None:
    context = open_world(tmp_path)
    with context.store.database.write() as tx:
        tx.exec_driver_sql("DELETE FROM user_account")
    path = f"/setup/{first_link(context.store, NOW)}"
    with client_of(create_app(context)) as client:
        assert "一次性链接" in client.get("/login").text
        form = {"username": "chief", "display": "李主任", "password": NEW, "again": NEW}
        csrf = client.csrf(path)
        assert client.post(path, data=form).status_code == 403
        assert client.post(path, data=form | {"csrf": csrf, "again": "x"}).status_code == 422
        assert client.post(path, data=form | {"csrf": csrf, "password": "short", "again": "short"}).status_code == 422
        assert client.get("/setup/made-up").status_code == 404
        answer = client.post(path, data=form | {"csrf": csrf}, follow_redirects=False)
        assert answer.status_code == 303
        assert '<option value="bit">' in client.get("/users").text, "a role's school, whose register is still to come"
        assert client.get(path).status_code == 404
    (known,) = context.store.users.all()
    assert known.user.roles == (Role.ADMIN,)
    context.store.close()


def test_an_administrator_adds_somebody(admin: Browser, app: FastAPI, context: AppContext) -> None:
    """Who sets the password by a link, once."""
    form = {"name": "New.Person", "display": "赵新", "post": "干事", "role": "reader", "school": DEMO, "unit": ""}
    page = admin.submit("/users", **form)
    assert page.status_code == 200
    link = re.search(r"/setup/[\w-]+", page.text)
    assert link
    assert admin.submit("/users", **form).status_code == 422
    with client_of(app) as client:
        csrf = client.csrf(link[0])
        fields = {"csrf": csrf, "password": NEW, "again": NEW}
        assert client.post(link[0], data=fields, follow_redirects=False).status_code == 303
        assert "赵新" in client.get("/me").text
        assert client.get("/cases/DEMO-2026-0001").status_code == 200
        assert client.get(link[0]).status_code == 404
    user = context.store.users.one("new.person")
    assert user
    assert user.may({Role.READER}, DEMO)
    assert not user.may({Role.READER}, "sias")


def test_an_administrator_changes_and_disables(admin: Browser, app: FastAPI, context: AppContext) -> None:
    with client_of(app) as reader:
        reader.sign_in("reader")
        assert reader.get("/cases").status_code == 200
        fields = {"display": "审阅员", "post": "秘书", "keep": "0", "role": "it", "school": "", "unit": ""}
        assert admin.submit("/users/reader", **fields).status_code == 303
        assert reader.submit("/operations/platforms/weibo", action="disable", why="试一下").status_code == 303
        assert admin.submit("/users/reader/disable").status_code == 303
        assert reader.get("/cases", follow_redirects=False).status_code == 303
        assert reader.sign_in("reader").status_code == 401
    assert admin.submit("/users/reader/enable").status_code == 303
    assert admin.submit("/users/reader/explode").status_code == 404
    assert admin.submit("/users/nobody/disable").status_code == 404
    assert admin.submit("/users/reader", display="审阅员").status_code == 422, "nobody is left without a role"
    wrong = admin.submit("/users/reader", display="审阅甲", post="处长", role="unit", school="sias", unit="")
    assert (wrong.status_code, "要写明是哪个单位" in wrong.text) == (422, True)
    for typed in ('value="审阅甲"', 'value="处长"', 'value="unit" checked', 'value="sias" selected', 'value="0">'):
        assert typed in wrong.text, "what was typed stays"
    user = context.store.users.one("reader")
    assert user
    assert (user.post, user.roles) == ("秘书", (Role.IT, Role.READER))


def test_an_administrator_of_one_school(app: FastAPI, context: AppContext) -> None:
    """Manages people of that school, gives roles of that school, and sees no others."""
    with client_of(app) as client:
        client.sign_in("sias")
        page = client.get("/users").text
        assert "西亚经办" in page
        assert "孙部长" not in page
        assert client.get("/users/signer").status_code == 404
        assert client.submit("/users/signer/disable").status_code == 404
        form = {"name": "x1", "display": "甲", "role": "admin", "unit": ""}
        for school in ("", DEMO, "nowhere"):
            assert client.submit("/users", **form, school=school).status_code == 422, school
        assert client.submit("/users", **form, school="sias").status_code == 200
    assert context.store.users.one("x1")


def test_ones_own_password(app: FastAPI, context: AppContext) -> None:
    with client_of(app) as here, client_of(app) as there:
        here.sign_in("reader")
        there.sign_in("reader")
        for old, new, again in (("wrong", NEW, NEW), (PASSWORD, NEW, "x"), (PASSWORD, "short", "short")):
            assert here.submit("/me/password", old=old, password=new, again=again).status_code == 422
        assert here.submit("/me/password", old=PASSWORD, password=NEW, again=NEW).status_code == 303
        assert here.get("/me", follow_redirects=False).status_code == 200
        assert there.get("/me", follow_redirects=False).status_code == 303
        assert there.sign_in("reader").status_code == 401
        assert there.sign_in("reader", NEW).status_code == 303


def test_sessions_are_listed_and_ended(app: FastAPI, context: AppContext) -> None:
    with client_of(app, headers={"user-agent": "Phone/1.0"}) as there, client_of(app) as here:
        here.sign_in("reader")
        there.sign_in("reader")
        page = here.get("/me").text
        assert page.count('name="token"') == 1
        assert here.submit("/me/sessions").status_code == 303
        assert here.get("/me", follow_redirects=False).status_code == 200
        assert there.get("/me", follow_redirects=False).status_code == 303


def test_one_time_codes(app: FastAPI, context: AppContext) -> None:
    with client_of(app) as client:
        client.sign_in("reader")
        secret = re.search(r'name="secret" value="(\w{32})"', client.get("/me").text)
        assert secret
        code = pyotp.TOTP(secret[1]).at(NOW)
        given = {"secret": secret[1], "old": PASSWORD}
        assert client.submit("/me/totp", **given, code="000000" if code != "000000" else "1").status_code == 422
        assert client.submit("/me/totp", secret=secret[1], old="wrong", code=code).status_code == 422
        assert client.submit("/me/totp", **given, code=code).status_code == 303
        client.submit("/logout")
        assert client.sign_in("reader").status_code == 401
        assert client.sign_in("reader", code=code).status_code == 303
        assert secret[1] not in client.get("/me").text
        assert client.submit("/me/totp/off", old=PASSWORD).status_code == 303
        client.submit("/logout")
        assert client.sign_in("reader").status_code == 303


def test_the_log_of_a_day(admin: Browser, app: FastAPI, context: AppContext) -> None:
    """What people did on pages: under their names, from their address, in Chinese, masked; checked and exported."""
    with client_of(app) as client:
        client.sign_in("wang", "wrong-wrong")
        client.sign_in("wang")
        assert (
            client.submit("/cases/DEMO-2026-0003/appeal", by="图书馆", reason="请致电 13800138000").status_code == 303
        )
        found = context.store.candidates.all()[0]
        client.submit("/suspects/decide", school=found.school, key=found.key, verdict="confirmed")
        client.submit("/operations/platforms/weibo", action="thaw", why="已核对")
    page = admin.get("/audit").text
    for text in ("登录失败", "提出申诉", "疑似账号：确认", "微博：解除督办冻结", "王老师", "testclient"):
        assert text in page, text
    assert "13800138000" not in page
    assert not re.search(r"\b(case|suspect|platform|session)\.[a-z_]+", re.sub(r"<[^>]*>", " ", page))
    whole = context.store.audit.count()
    assert f"全部 {whole} 条已逐条核对" in admin.get("/audit?check=1").text
    found_page = admin.get("/audit?q=DEMO-2026-0003").text
    assert "提出申诉" in found_page
    assert "解除督办冻结" not in found_page
    answer = admin.get("/audit/export")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == whole + 2  # the headings, and that it was exported
    assert "13800138000" not in answer.text
    assert rows[1][0] == "1"


def test_changed_entries_are_told(admin: Browser, context: AppContext) -> None:
    with context.store.database.write() as tx:
        tx.exec_driver_sql("DROP TRIGGER audit_entry_no_update")
        tx.exec_driver_sql("UPDATE audit_entry SET address = 'elsewhere' WHERE seq = 1")
    page = admin.get("/audit?check=1").text
    assert "第 1 条操作记录与前文不衔接" in page
    assert "已逐条核对，前后" not in page


def test_pages_of_the_log(admin: Browser, context: AppContext) -> None:
    from storage.audit import Actor, acting

    with acting(Actor("admin")):
        for n in range(60):
            context.store.audit.add("sweep.start", f"第{n}次", now=NOW + timedelta(minutes=n))
    first = admin.get("/audit").text
    older = re.search(r"before=(\d+)", first)
    assert older
    assert "第59次" in first
    assert "第0次" in admin.get(f"/audit?before={older[1]}").text
