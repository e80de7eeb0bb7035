"""Passwords, one-time codes, lock-out by account and address, sessions ended everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher

from monitors.people import passwords
from monitors.people.passwords import check_password, hash_password, matches
from monitors.people.sign_in import WRONG, Origin, SignInRefused, open_session, sign_in
from monitors.people.users import add_user, disable_user, set_password
from rules.lockout import LONGEST, locked_until, subjects
from rules.people import PeopleError, grants_of
from storage.store import Store
from tests.conftest import NOW
from tests.support.databases import place_database

PASSWORD = "qing-shan-lv-shui-55"
HERE, THERE = Origin("198.51.100.7"), Origin("203.0.113.20")


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same algorithm with the least cost: hundreds of wrong passwords are tried here."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Store]:
    store = Store(place_database(tmp_path))
    for name in ("zhang", "li"):
        add_user(store, name, f"{name}老师", grants_of(["editor"]), NOW, password=PASSWORD)
    yield store
    store.close()


def attempt(store: Store, name: str, password: str, origin: Origin = HERE, now: datetime = NOW, code: str = "") -> str:
    """ "in", "wrong" or "locked"."""
    try:
        sign_in(store, name, password, code, origin, now)
    except SignInRefused as refused:
        return "locked" if refused.locked else "wrong"
    return "in"


def test_right_and_wrong(people: Store) -> None:
    assert attempt(people, "zhang", PASSWORD) == "in"
    assert attempt(people, " ZHANG ", PASSWORD) == "in"
    assert attempt(people, "zhang", PASSWORD + "x") == "wrong"
    assert attempt(people, "zhang", "") == "wrong"
    assert attempt(people, "nobody", PASSWORD) == "wrong"
    assert attempt(people, "'; --", PASSWORD) == "wrong"


def test_one_sentence_for_whatever_was_wrong(people: Store) -> None:
    """Neither names nor halves of a proof are given away."""
    for name, password in (("zhang", "wrong"), ("nobody", PASSWORD), ("", "")):
        with pytest.raises(SignInRefused, match=WRONG):
            sign_in(people, name, password, "", HERE, NOW)


def test_fifty_wrong_passwords_lock_nobody_else_out(people: Store) -> None:
    """Guessing one account from one address: that pair waits; the owner elsewhere, and everybody else here, come in."""
    answers = [attempt(people, "zhang", f"wrong-{n}") for n in range(50)]
    assert answers[:5] == ["wrong"] * 5
    assert set(answers[5:]) == {"locked"}
    assert attempt(people, "zhang", PASSWORD) == "locked"
    assert attempt(people, "zhang", PASSWORD, THERE) == "in"
    assert attempt(people, "li", PASSWORD) == "in"


def test_one_account_guessed_from_many_addresses(people: Store) -> None:
    """A new address for each guess: the account itself waits, others do not."""
    answers = [attempt(people, "zhang", "wrong", Origin(f"10.0.0.{n}")) for n in range(50)]
    assert answers.index("locked") == 15
    assert attempt(people, "zhang", PASSWORD, THERE) == "locked"
    assert attempt(people, "li", PASSWORD, THERE) == "in"


def test_many_accounts_guessed_from_one_address(people: Store) -> None:
    """One password tried on everybody: the address waits, and only it."""
    answers = [attempt(people, f"user{n}", "wrong") for n in range(50)]
    assert answers.index("locked") == 30
    assert attempt(people, "li", PASSWORD) == "locked"
    assert attempt(people, "li", PASSWORD, THERE) == "in"


def test_the_wait_doubles_and_ends(people: Store) -> None:
    for _ in range(5):
        attempt(people, "zhang", "wrong")
    assert attempt(people, "zhang", PASSWORD, now=NOW + timedelta(seconds=59)) == "locked"
    assert attempt(people, "zhang", "wrong", now=NOW + timedelta(seconds=61)) == "wrong"
    assert attempt(people, "zhang", PASSWORD, now=NOW + timedelta(seconds=61 + 100)) == "locked"
    assert attempt(people, "zhang", PASSWORD, now=NOW + timedelta(seconds=61 + 121)) == "in"
    assert attempt(people, "zhang", "wrong", now=NOW + timedelta(minutes=5)) == "wrong", "a right one begins anew"
    assert locked_until(400, 5, NOW) == NOW + LONGEST
    assert locked_until(4, 5, NOW) is None


def test_a_restart_forgives_nobody(people: Store) -> None:
    for _ in range(5):
        attempt(people, "zhang", "wrong")
    again = Store(people.database.url)
    assert attempt(again, "zhang", PASSWORD) == "locked"
    again.close()
    assert attempt(people, "zhang", PASSWORD, now=NOW + timedelta(hours=25)) == "in"


def test_what_is_counted() -> None:
    assert [subject.key for subject in subjects("zhang", "10.1.1.1")] == [
        "both:zhang@10.1.1.1",
        "account:zhang",
        "address:10.1.1.1",
    ]


def test_a_code_opens_once(people: Store) -> None:
    """The present one or a neighbour's; a used one, an older one and none do not."""
    secret = pyotp.random_base32()
    people.users.set_totp("zhang", secret, now=NOW)
    code = pyotp.TOTP(secret).at(NOW)
    assert attempt(people, "zhang", PASSWORD) == "wrong"
    assert attempt(people, "zhang", PASSWORD, code="000000" if code != "000000" else "111111") == "wrong"
    assert attempt(people, "zhang", PASSWORD, code=f"{code[:3]} {code[3:]}") == "in"
    assert attempt(people, "zhang", PASSWORD, code=code) == "wrong"
    late = pyotp.TOTP(secret).at(NOW + timedelta(seconds=30))
    assert attempt(people, "zhang", PASSWORD, code=late, now=NOW + timedelta(seconds=55)) == "in"
    old = pyotp.TOTP(secret).at(NOW + timedelta(seconds=90))
    assert attempt(people, "zhang", PASSWORD, code=old, now=NOW + timedelta(seconds=240)) == "wrong"
    people.users.set_totp("zhang", "", now=NOW)
    assert attempt(people, "zhang", PASSWORD, Origin("10.5.5.5")) == "in"


def test_disabled_and_changed_passwords_end_every_session(people: Store) -> None:
    user = people.users.one("zhang")
    assert user
    for change in (
        lambda: set_password(people, "zhang", "bai-yun-hong-ye-88", NOW),
        lambda: people.sessions.end("zhang", now=NOW),
    ):
        tokens = [open_session(people, user, HERE, NOW) for _ in range(2)]
        assert all(people.sessions.find(token, NOW) for token in tokens)
        change()
        assert not any(people.sessions.find(token, NOW) for token in tokens)
    add_user(people, "chief", "管理员", grants_of(["admin"]), NOW, password=PASSWORD)
    token = open_session(people, user, HERE, NOW)
    disable_user(people, "zhang", NOW)
    assert people.sessions.find(token, NOW) is None
    assert attempt(people, "zhang", "bai-yun-hong-ye-88") == "wrong"
    disable_user(people, "zhang", NOW, disabled=False)
    assert people.sessions.find(token, NOW) is None, "what ended stays ended"
    assert attempt(people, "zhang", "bai-yun-hong-ye-88") == "in"


def test_the_last_administrator_stays(people: Store) -> None:
    add_user(people, "chief", "管理员", grants_of(["admin"]), NOW)
    with pytest.raises(PeopleError, match="最后一个管理员"):
        disable_user(people, "chief", NOW)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short-1",
        "5201314woaini",
        "qwertyuiop123",
        "password123456",
        "zhangsan2026",
        "aaaaaaaaaaaaaaa",
        "x" * 129,
        "1234567890",
    ],
)
def test_passwords_that_are_refused(password: str) -> None:
    with pytest.raises(PeopleError):
        check_password(password, "zhangsan", "张三")


@pytest.mark.parametrize("password", [PASSWORD, "Correct horse battery staple", "山高水长风物宜人远眺", "T9$kfW2!pXz7"])
def test_passwords_that_are_taken(password: str) -> None:
    check_password(password, "zhangsan", "张三")


def test_hashes() -> None:
    """Salted; the same letters composed otherwise are the same password; no hash is nobody's."""
    kept = hash_password("café-crème-42")
    assert kept.startswith("$argon2id$")
    assert kept != hash_password("café-crème-42")
    assert matches(kept, "cafe\u0301-cre\u0300me-42")
    assert not matches(kept, "cafe-creme-42")
    assert not matches("", "")
    assert not matches("nonsense", "x")
