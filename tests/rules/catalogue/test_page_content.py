"""Rules that read pages, and rules about the end of an account."""

from ipaddress import ip_network
from typing import Any

import pytest

from rules.model import FilingStatus, Verdict
from tests.support.factories import account, ask, at, context, dated_evidence, day, filing, seen_with

C, V, U = Verdict.COMPLIANT, Verdict.VIOLATED, Verdict.UNDETERMINED
LOOK = dated_evidence("2026-05-02")


def verdict(rule: str, seen: dict[str, Any] | None, declared: dict[str, Any] | None = None, **settings: Any) -> Any:
    who = account(None if seen is None else seen_with("2026-05-01", **seen), filing(**(declared or {})))
    answer = ask(rule, who, "2026-05-03", context(ranges=(ip_network("10.0.0.0/8"),)), **settings)
    return answer and answer.verdict


@pytest.mark.parametrize(
    ("bylines", "expected"),
    [
        (("来源：新闻中心", "责任编辑：张三"), C),
        (("作者：李四", "编辑：张三"), C),
        (("作者：李四",), V),
        (("编辑",), V),
    ],
)
def test_byline(bylines: tuple[str, ...], expected: Verdict) -> None:
    assert verdict("byline", {"bylines": bylines, "bylines_seen": LOOK}) is expected


def test_byline_names_what_is_missing_and_takes_synonyms() -> None:
    roles = [["文案|作者", "编辑", "审查|审核", "发布时间"]]
    who = account(seen_with("2026-05-01", bylines=("文案：甲", "编辑：乙"), bylines_seen=LOOK))
    answer = ask("byline", who, "2026-05-03", any_of=roles)
    assert answer
    assert answer.reason == "最近稿件未注明审查"
    assert verdict("byline", {"bylines": ("作者", "编辑", "审核"), "bylines_seen": LOOK}, any_of=roles) is C
    assert verdict("byline", {}) is U


@pytest.mark.parametrize(("columns", "expected"), [(("首页", "党建专栏"), C), (("首页", "新闻"), V), ((), U)])
def test_required_column(columns: tuple[str, ...], expected: Verdict) -> None:
    assert verdict("required_column", {"columns": columns, "columns_seen": LOOK}) is expected


@pytest.mark.parametrize(
    ("address", "holds", "expected"),
    [
        ("10.1.2.3", None, C),
        ("203.0.113.9", True, V),
        ("203.0.113.9", False, C),
        ("203.0.113.9", None, U),
        ("2001:db8::1", True, V),
        ("nowhere", True, U),
        (None, True, U),
    ],
)
def test_off_campus_hosting(address: str | None, holds: bool | None, expected: Verdict) -> None:
    assert verdict("off_campus_hosting", {"address": address}, {"holds_school_data": holds}) is expected


def test_off_campus_hosting_without_ranges() -> None:
    answer = ask("off_campus_hosting", account(seen_with("2026-05-01", address="203.0.113.9")), "2026-05-03")
    assert answer
    assert answer.verdict is U


CLOSED = {"status": FilingStatus.CLOSED, "status_changed_at": day("2026-04-10")}


@pytest.mark.parametrize(
    ("seen", "declared", "expected"),
    [
        ({"alive": dated_evidence("2026-05-02")}, CLOSED, V),
        ({"alive": dated_evidence("2026-04-17 12:00")}, CLOSED, U),  # within the week of grace
        ({"alive": dated_evidence("2026-05-02")}, {"status": FilingStatus.CLOSED}, U),
        ({"alive": dated_evidence("2026-04-09"), "gone": (dated_evidence("2026-05-02"),)}, CLOSED, C),
        ({"alive": dated_evidence("2026-05-02")}, {}, C),
        (None, CLOSED, U),
    ],
)
def test_closed_but_live(seen: dict[str, Any] | None, declared: dict[str, Any], expected: Verdict) -> None:
    assert verdict("closed_but_live", seen, declared) is expected


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        ((), C),
        (("2026-05-01 08:00",), U),
        (("2026-05-01 08:00", "2026-05-02 07:00"), U),
        (("2026-05-01 08:00", "2026-05-02 08:00"), V),
    ],
)
def test_vanished(gone: tuple[str, ...], expected: Verdict) -> None:
    assert verdict("vanished", {"gone": tuple(dated_evidence(when) for when in gone)}) is expected


def test_vanished_asks_for_the_second_look() -> None:
    answer = ask(
        "vanished", account(seen_with("2026-05-01", gone=(dated_evidence("2026-05-01 08:00"),))), "2026-05-01 09:00"
    )
    assert answer
    assert answer.look_due == at("2026-05-02 08:00")
