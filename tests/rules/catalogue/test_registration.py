"""Rules that read the register: table by table."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rules.catalogue.registry import UnitChecks
from rules.model import Account, AccountState, FilingStatus, Platform, ReviewResult, Suspicion, Verdict
from tests.support.factories import account, ask, at, context, dated_evidence, day, filing, seen_with

C, V, U, NONE = Verdict.COMPLIANT, Verdict.VIOLATED, Verdict.UNDETERMINED, None
SCHOOL = context(
    units=frozenset({"图书馆", "计算机学院"}), units_complete=True, unit_short_names={"计算机学院": ("计院",)}
)


def verdict(rule: str, who: Account, now: str, school: Any = SCHOOL, **settings: Any) -> Verdict | None:
    answer = ask(rule, who, now, school, **settings)
    assert answer is None or answer.reason
    return answer.verdict if answer else None


@pytest.mark.parametrize(
    ("unit", "complete", "expected"),
    [
        ("图书馆", True, C),
        ("示范大学图书馆", True, C),
        ("计院", True, C),
        ("某某公司", True, V),
        ("某某公司", False, U),
        ("", True, U),
    ],
)
def test_unknown_unit(unit: str, complete: bool, expected: Verdict) -> None:
    school = context(units=SCHOOL.units, units_complete=complete, unit_short_names=SCHOOL.unit_short_names)
    assert verdict("unknown_unit", account(None, filing(unit=unit)), "2026-05-02", school) is expected


@pytest.mark.parametrize(
    ("opened", "filed", "now", "settings", "expected"),
    [
        ("2026-09-30", "2026-10-12", "2026-11-01", {}, C),  # 8, 9, 10 (Sat worked), 12, 13 Oct
        ("2026-09-30", "2026-10-13", "2026-11-01", {}, C),
        ("2026-09-30", "2026-10-14", "2026-11-01", {}, V),
        ("2026-09-30", None, "2026-10-13", {}, C),
        ("2026-09-30", None, "2026-10-14", {}, U),
        (None, "2026-10-14", "2026-11-01", {}, U),
        ("2019-05-01", "2026-10-14", "2026-11-01", {}, NONE),  # older than the regulation
        ("2026-10-12", "2026-09-30", "2026-11-01", {"workdays": -3}, C),  # 10, 9, 8 Oct
        ("2026-10-12", "2026-10-08", "2026-11-01", {"workdays": -3}, C),
        ("2026-10-12", "2026-10-09", "2026-11-01", {"workdays": -3}, V),
        ("2019-05-01", "2020-01-21", "2026-11-01", {"workdays": 15, "counted_from": "effective"}, C),
        ("2019-05-01", "2020-01-22", "2026-11-01", {"workdays": 15, "counted_from": "effective"}, V),
        ("2021-05-01", "2021-07-01", "2026-11-01", {"workdays": 15, "counted_from": "effective"}, NONE),
    ],
)
def test_late_filing(
    opened: str | None, filed: str | None, now: str, settings: dict[str, Any], expected: Verdict | None
) -> None:
    declared = filing(opened_at=opened and day(opened), filed_at=filed and day(filed))
    assert verdict("late_filing", account(None, declared), now, **settings) is expected


def test_late_filing_past_the_calendar_is_provisional() -> None:
    declared = filing(opened_at=day("2026-12-30"), filed_at=day("2027-03-01"))
    answer = ask("late_filing", account(None, declared), "2027-03-02")
    assert answer
    assert answer.verdict is V
    assert answer.provisional
    assert "暂定" in answer.reason


def renamed(first: str, newest: str) -> AccountState:
    return seen_with(newest, name="示范大学读书会", name_since=at(first), name_seen=dated_evidence(newest))


@pytest.mark.parametrize(
    ("seen", "now", "settings", "expected"),
    [
        (renamed("2026-09-29", "2026-09-30"), "2026-10-08", {}, C),  # 30 Sep, 8 Oct, 9 Oct
        (renamed("2026-09-29", "2026-09-30"), "2026-10-10", {}, U),  # nobody looked after the deadline
        (renamed("2026-09-29", "2026-10-10 01:00"), "2026-10-10 02:00", {}, V),
        (renamed("2026-09-29", "2026-09-29"), "2026-09-29 02:00", {"workdays": 0}, V),
        (seen_with("2026-09-30", name="示范大学 图书馆", name_seen=dated_evidence("2026-09-30")), "2026-10-30", {}, C),
        (seen_with("2026-09-30", name="示范大学读书会"), "2026-10-30", {}, U),  # the source does not prove names
        (None, "2026-10-30", {}, U),
    ],
)
def test_unfiled_change(seen: AccountState | None, now: str, settings: dict[str, Any], expected: Verdict) -> None:
    assert verdict("unfiled_change", account(seen), now, **settings) is expected


def test_unfiled_change_of_the_verified_body() -> None:
    body: dict[str, Any] = {
        "verified_body": "示范文化公司",
        "body_seen": dated_evidence("2026-10-20"),
        "body_since": at("2026-09-29"),
    }
    seen = seen_with("2026-10-20", name="示范大学图书馆", name_seen=dated_evidence("2026-10-20"), **body)
    declared = filing(verified_body="示范大学")
    assert verdict("unfiled_change", account(seen, declared), "2026-10-20 01:00") is V
    assert verdict("unfiled_change", account(seen, declared), "2026-10-20 01:00", fields=["name"]) is C
    assert verdict("unfiled_change", account(seen, filing()), "2026-10-20 01:00") is C


def test_unfiled_cessation() -> None:
    seen = seen_with("2026-09-01", gone=(dated_evidence("2026-10-01"), dated_evidence("2026-10-20")))
    fields = ["name", "body", "status"]
    assert verdict("unfiled_change", account(seen), "2026-10-20 01:00", fields=fields) is V
    assert verdict("unfiled_change", account(seen), "2026-10-20 01:00") is U


def test_duplicate_account_spares_the_eldest() -> None:
    elder, younger = filing(id="1", name="甲号"), filing(id="2", name="乙号")
    school = context(shared={"1": (elder, younger), "2": (elder, younger)})
    assert verdict("duplicate_account", account(None, elder), "2026-05-02", school) is C
    assert verdict("duplicate_account", account(None, younger), "2026-05-02", school) is V
    assert verdict("duplicate_account", account(None, younger), "2026-05-02", school, limit=2) is C
    assert verdict("duplicate_account", account(None, filing(id="3")), "2026-05-02", school) is C
    assert verdict("duplicate_account", account(None, filing(id="3", unit="")), "2026-05-02", school) is U


@pytest.mark.parametrize(
    ("platform", "kind", "said"),
    [
        (Platform.WEIBO, "机构号", "“图书馆”在微博上已有“甲号”，超过 1 个"),
        (Platform.APP, "", "“图书馆”在移动客户端上已有“甲号”，超过 1 个"),
        (Platform.APP, "服务类", "“图书馆”在移动客户端（服务类）上已有“甲号”，超过 1 个"),
    ],
)
def test_a_duplicate_is_told_by_its_kind_where_there_are_kinds(platform: Platform, kind: str, said: str) -> None:
    elder, younger = (filing(id=id_, name=name, platform=platform, account_type=kind) for id_, name in ("1甲", "2乙"))
    elder = replace(elder, name="甲号")
    school = context(shared={"1": (elder, younger), "2": (elder, younger)})
    answer = ask("duplicate_account", account(None, younger), "2026-05-02", school)
    assert answer
    assert answer.reason == said


@pytest.mark.parametrize(
    ("changes", "settings", "expected"),
    [
        ({"first_owner": "张三"}, {}, C),
        ({"first_owner": " "}, {}, V),
        ({"first_owner": "张三"}, {"direct": True}, V),
        ({"first_owner": "张三", "direct_owner": "李四"}, {"direct": True}, C),
        ({"direct_owner": "李四"}, {"first": False, "staff": True}, U),
        ({"direct_owner": "李四", "direct_owner_is_staff": True}, {"first": False, "staff": True}, C),
        ({"direct_owner": "李四", "direct_owner_is_staff": False}, {"first": False, "staff": True}, V),
        ({"status": FilingStatus.CLOSED}, {}, NONE),
    ],
)
def test_missing_owner(changes: dict[str, Any], settings: dict[str, Any], expected: Verdict | None) -> None:
    assert verdict("missing_owner", account(None, filing(**changes)), "2026-05-02", **settings) is expected


DECEMBER = {"first_month": 12, "last_month": 12}


def reviewed(when: date | None, result: ReviewResult | None = ReviewResult.PASSED) -> dict[str, Any]:
    return {"reviewed_at": when, "review_result": result}


@pytest.mark.parametrize(
    ("changes", "now", "settings", "expected"),
    [
        ({}, "2026-12-15", DECEMBER, U),  # a blank cell is not a review that did not happen
        ({}, "2027-06-01", DECEMBER, U),
        (reviewed(date(2025, 12, 9)), "2026-11-15", DECEMBER, C),
        (reviewed(date(2025, 12, 9)), "2026-12-15", DECEMBER, C),
        (reviewed(date(2025, 12, 9)), "2027-01-01", DECEMBER, U),  # the office has not typed it in yet
        (reviewed(date(2025, 12, 9)), "2027-01-31", DECEMBER, U),
        (reviewed(date(2025, 12, 9)), "2027-02-01", DECEMBER, V),
        (reviewed(date(2025, 12, 9)), "2027-01-16", DECEMBER | {"grace": "15天"}, V),
        (reviewed(date(2026, 12, 10)), "2026-12-20", DECEMBER, C),
        (reviewed(date(2026, 11, 28)), "2027-02-10", DECEMBER, U),  # handed in before December: the office says
        (reviewed(date(2026, 12, 31)), "2026-12-20", DECEMBER, U),  # a date to come
        (reviewed(None, ReviewResult.MISSING), "2026-12-20", DECEMBER, U),  # of the review that runs, or the last one?
        (reviewed(None, ReviewResult.MISSING), "2027-01-15", DECEMBER, U),
        (reviewed(None, ReviewResult.MISSING), "2027-02-01", DECEMBER, V),
        (reviewed(date(2025, 12, 9), ReviewResult.FAILED), "2026-02-01", DECEMBER, V),
        (reviewed(date(2025, 12, 9), ReviewResult.MISSING), "2026-02-01", DECEMBER, V),
        ({"reviewed_at": date(2025, 12, 9)}, "2026-02-01", DECEMBER, U),
        ({"opened_at": date(2025, 12, 20)}, "2026-02-01", DECEMBER, C),
        ({"opened_at": date(2025, 11, 20)}, "2025-12-31", DECEMBER, C),
        ({"opened_at": date(2025, 3, 1)}, "2026-12-31", {}, C),
        ({"opened_at": date(2024, 3, 1)} | reviewed(date(2025, 6, 1)), "2027-01-15", {}, U),
        ({"opened_at": date(2024, 3, 1)} | reviewed(date(2025, 6, 1)), "2027-02-01", {}, V),
        ({"status": FilingStatus.CANCELLED}, "2027-01-01", {}, NONE),
    ],
)
def test_annual_review(changes: dict[str, Any], now: str, settings: dict[str, Any], expected: Verdict | None) -> None:
    assert verdict("annual_review", account(None, filing(**changes)), now, **settings) is expected


def test_no_review_is_owed_before_the_regulation() -> None:
    school, who = context(effective=date(2020, 3, 2)), account(None, filing(**reviewed(date(2018, 12, 9))))
    assert verdict("annual_review", who, "2020-12-31", school, **DECEMBER) is C
    assert verdict("annual_review", who, "2021-02-01", school, **DECEMBER) is V


@pytest.mark.parametrize(
    ("changes", "now", "expected"),
    [
        ({"self_checked_at": date(2026, 1, 10)}, "2026-07-15", C),  # half years, not six months from the last one
        ({"self_checked_at": date(2026, 1, 10)}, "2026-12-31", C),
        ({"self_checked_at": date(2026, 1, 10)}, "2027-01-31", U),  # the office may still be typing
        ({"self_checked_at": date(2026, 1, 10)}, "2027-02-01", V),
        ({"self_checked_at": date(2026, 7, 20)}, "2026-07-21", C),
        ({"self_checked_at": date(2026, 9, 1)}, "2026-07-21", U),  # a date to come
        ({"opened_at": date(2026, 1, 10), "self_checked_at": date(2026, 1, 10)}, "2026-07-10", C),
        ({}, "2027-07-02", U),  # a blank cell
    ],
)
def test_self_check(changes: dict[str, Any], now: str, expected: Verdict) -> None:
    assert verdict("self_check", account(None, filing(**changes)), now) is expected


def test_a_unit_is_asked_once_and_its_newest_check_counts_for_all() -> None:
    old, other = filing(id="1", self_checked_at=date(2026, 1, 10)), filing(id="2", self_checked_at=date(2025, 3, 1))
    school = context(self_checks={"图书馆": UnitChecks(date(2026, 1, 10), "1")})
    assert verdict("self_check", account(None, other), "2026-08-15", school) is C
    assert verdict("self_check", account(None, old), "2027-02-01", school) is V
    assert verdict("self_check", account(None, other), "2027-02-01", school) is C


ENDED = {"project_ends_at": date(2025, 11, 30)}
POSTING = seen_with("2026-02-10", shown="2026-03-05")
SILENT = seen_with("2025-11-20", shown="2026-03-05")


@pytest.mark.parametrize(
    ("changes", "seen", "now", "expected"),
    [
        ({}, None, "2026-05-02", NONE),
        (ENDED, None, "2026-02-28", C),
        (ENDED, None, "2026-03-01", U),  # nobody has seen whether it still posts
        (ENDED, SILENT, "2026-03-06", V),
        (ENDED, POSTING, "2026-03-06", C),  # 长期不更新 is the sentence's own condition
        (ENDED, seen_with("2026-02-10", shown="2026-05-20"), "2026-05-21", V),
        (ENDED, seen_with("2025-11-20", shown="2026-02-20"), "2026-03-06", U),
        (ENDED | {"status": FilingStatus.CANCELLED}, SILENT, "2026-03-06", C),
    ],
)
def test_expired_project(
    changes: dict[str, Any], seen: AccountState | None, now: str, expected: Verdict | None
) -> None:
    assert verdict("expired_project", account(seen, filing(**changes)), now) is expected


@pytest.mark.parametrize(
    ("unknown", "expected"),
    [((), V), (("first_owner",), V), (("direct_owner",), V), (("first_owner", "direct_owner"), U)],
)
def test_a_column_the_register_lacks_is_unknown(unknown: tuple[str, ...], expected: Verdict) -> None:
    assert verdict("missing_owner", account(None, filing(unknown=unknown)), "2026-05-02", direct=True) is expected


def test_a_change_that_no_page_shows_is_for_a_person() -> None:
    settings = {"fields": ["owner"], "workdays": 5}
    assert verdict("unfiled_change", account(renamed("2026-09-29", "2026-10-20")), "2026-10-21", **settings) is U


@pytest.mark.parametrize(
    ("declared", "shown", "same"),
    [
        ("示范大学", "示范大学图书馆官方微博", True),
        ("示范大学图书馆", "示范大学", True),
        ("示范大学图书馆", "示范大学 图书馆", True),
        ("示范大学", "示范大学出版社有限公司", False),
        ("示范大学", "示范文化公司", False),
        ("示范大学图书馆", "示范大学图书馆官方账号", True),
    ],
)
def test_the_body_is_compared_not_the_platforms_sentence(declared: str, shown: str, same: bool) -> None:
    body: dict[str, Any] = {
        "verified_body": shown,
        "body_seen": dated_evidence("2026-10-20"),
        "body_since": at("2026-09-29"),
    }
    who = account(seen_with("2026-10-20", **body), filing(verified_body=declared))
    assert verdict("unfiled_change", who, "2026-10-20 01:00") is (C if same else V)


SUSPECT = Suspicion(
    term="示大", kind="short", why="简称在名称开头", own_body=False, evidence=("s1",), seen_at=at("2026-05-01")
)


def suspect(
    suspicion: Suspicion = SUSPECT, seen: AccountState | None = None, platform: Platform = Platform.WEIBO
) -> Account:
    return Account(school="demo", platform=platform, key=f"{platform}:9", suspicion=suspicion, seen=seen)


def other(**changes: Any) -> Suspicion:
    from dataclasses import replace

    return replace(SUSPECT, **changes)


@pytest.mark.parametrize(
    ("who", "settings", "expected"),
    [
        (suspect(other(body="某某科技有限公司")), {"persons": True}, U),  # the sentence binds persons
        (suspect(), {"persons": True}, V),
        (suspect(), {}, V),
        (suspect(other(review=True)), {}, U),
        (suspect(other(review=True, confirmed_by="王老师")), {}, V),
        (suspect(other(evidence=(), seen_at=None)), {}, U),
        (suspect(other(evidence=(), seen_at=None), platform=Platform.GROUP), {}, V),
        (suspect(other(own_body=True)), {"own_bodies": False}, NONE),
        (
            suspect(seen=seen_with("2026-05-01", gone=(dated_evidence("2026-05-02"), dated_evidence("2026-05-04")))),
            {},
            C,
        ),
        (suspect(seen=seen_with("2026-05-01", name="考研小站", previous_name="示大考研")), {}, C),
        (account(), {}, C),
    ],
)
def test_unregistered_name(who: Account, settings: dict[str, Any], expected: Verdict | None) -> None:
    assert verdict("unregistered_name", who, "2026-05-05", **settings) is expected


def test_unfiled_account() -> None:
    assert verdict("unfiled_account", suspect(), "2026-05-05") is NONE
    assert verdict("unfiled_account", suspect(other(own_body=True)), "2026-05-05") is V
    assert verdict("unfiled_account", account(), "2026-05-05") is C


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [
        ("示范大学图书馆", "图书馆", C),
        ("示范大学 图书馆", "示范大学图书馆", C),
        ("示范大学计院", "计算机学院", C),
        ("计算机学院学生会", "计算机学院", V),
        ("示范大学码农之家", "计算机学院", U),
        ("示范大学", "图书馆", U),
    ],
)
def test_name_format(name: str, unit: str, expected: Verdict) -> None:
    assert verdict("name_format", account(None, filing(name=name, unit=unit)), "2026-05-05") is expected


@pytest.mark.parametrize(
    ("known", "said"),
    [({}, "2025年12月31日年审不合格"), ({"known_to_month": ("reviewed_at",)}, "2025年12月年审不合格"),
     ({"known_to_year": ("reviewed_at",)}, "2025年年审不合格")],
)  # fmt: skip
def test_a_day_that_is_not_on_file_is_not_said(known: dict[str, Any], said: str) -> None:
    filed = filing(reviewed_at=day("2025-12-31"), review_result=ReviewResult.FAILED, **known)
    answer = ask("annual_review", account(None, filed), "2026-05-02", SCHOOL)
    assert answer
    assert (answer.verdict, answer.reason) == (V, said)
