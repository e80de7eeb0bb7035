"""What follows from a finding: which papers stand, who is told, which case goes on."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from alerts.notices.planning import owed_notices
from rules.calendar import china_calendar
from rules.cases import signing, transitions
from rules.cases.case import Case, CaseError, EventKind
from rules.cases.reconcile import reconcile
from rules.cases.transitions import HoldReason
from rules.evaluation import evaluate, school_context
from rules.model import (
    Account,
    AccountLevel,
    CaseState,
    DocumentType,
    Finding,
    Platform,
    ReviewResult,
    Suspicion,
    Verdict,
)
from rules.policies.loader import bundled_policy
from rules.policies.routing import route, supervisor
from rules.policies.schema import Addressee, Policy, category_rank
from tests.support.cases import NOW, SIAS, finding, notified
from tests.support.factories import at, filing, seen_with
from tests.support.signing import SIGNER, signed

DAY = timedelta(days=1)
DUT, BIT, WUT = bundled_policy("dut"), bundled_policy("bit"), bundled_policy("wut")


def after(case: Case, *findings: Finding, now: Any = NOW, policy: Policy = SIAS) -> list[tuple[Case, list[EventKind]]]:
    numbers = count(2)
    changes = reconcile({case.key: case}, findings, policy, now, lambda: f"XJ-{next(numbers)}", china_calendar())
    return [(changed, [event.kind for event in events]) for changed, events in changes]


def criticised() -> Case:
    """A notice of 2 March received the 3rd, and a public notice of 4 April."""
    case = replace(notified(), shown_at=at("2026-04-04 08:00"))
    return signed(case, at("2026-04-04 09:00"))[0]


def test_a_post_within_the_term_takes_back_the_public_notice_alone() -> None:
    span = ((at("2026-04-01 10:00"), at("2026-06-01 23:59:59")),)
    cured = finding(verdict=Verdict.COMPLIANT, since=None, in_order=span, evidence=("new",))
    (revoked, kinds), (resolved, ended) = after(criticised(), cured, now=at("2026-04-06 09:00"))
    assert (kinds, ended) == ([EventKind.REVOKED], [EventKind.RESOLVED])
    assert [record.step for record in revoked.issued_steps if record.revoked_at] == ["public_notice"]
    assert resolved.state is CaseState.RESOLVED
    change, (event,) = transitions.revoke(criticised(), ["public_notice"], "系统", "有误", NOW, ("new",))
    (notice,) = owed_notices(change, [event], SIAS)
    assert (notice.document, notice.to) == (DocumentType.CORRECTION, "校属各单位"), "whoever read it reads this"
    assert (notice.evidence, notice.revoked) == (("new",), ("public_notice",))
    assert transitions.escalation_status(change, at("2026-08-01")).reason is HoldReason.REVOKED


def test_a_public_notice_that_was_taken_back_is_not_struck_off_in_public() -> None:
    told = [transitions.close(one, "王老师", "已更新", NOW)[1][0].data.tell for one in (notified(), criticised())]
    revoked, _ = transitions.revoke(criticised(), ["public_notice"], "系统", "有误", NOW, ())
    told.append(transitions.close(revoked, "王老师", "已更新", NOW)[1][0].data.tell)
    assert told == [(Addressee.UNIT,), (Addressee.UNIT, Addressee.SCHOOL), (Addressee.UNIT,)]


def test_a_cure_that_lasted_is_what_the_closing_letter_says() -> None:
    cured = replace(criticised(), state=CaseState.RESOLVED, resolved_at=NOW, closing_reason="台账登记为已关停")
    (old, _), (new, _) = after(cured, finding(since=at("2026-06-02")), now=NOW + 30 * DAY)
    assert (old.state, new.previous) == (CaseState.CLOSED, old.number)
    assert old.closing_reason == "台账登记为已关停；其后再次发生的，另立条目"


def test_an_edit_elsewhere_in_the_file_stops_no_withdrawal() -> None:
    edited = SIAS.model_copy(update={"version": "another"})
    span = ((at("2026-02-20 10:00"), at("2026-04-20 23:59:59")),)
    cured = finding(verdict=Verdict.COMPLIANT, since=None, in_order=span)
    ((case, _),) = after(notified(), cured, now=at("2026-03-20"), policy=edited)
    assert case.state is CaseState.WITHDRAWN


def test_an_eased_policy_says_so() -> None:
    ((case, kinds),) = after(notified(), finding(verdict=Verdict.COMPLIANT, since=None, eased=True))
    assert (kinds, case.state) == ([EventKind.EASED], CaseState.RESOLVED)
    assert "并非已整改" in case.closing_reason


def test_another_unit_is_told_from_the_beginning() -> None:
    (old, _), (new, _) = after(notified(), finding(unit="商学院"), now=NOW + 2 * DAY)
    assert (old.state, new.unit, new.previous, len(new.issued_steps)) == (CaseState.CLOSED, "商学院", old.number, 0)


def test_one_sentence_is_one_case_and_a_flip_is_no_new_one() -> None:
    def dut(rule: str, verdict: Verdict, shown: datetime = NOW) -> Finding:
        return finding(school="dut", rule=rule, clause="第十二条", verdict=verdict, since=None, shown_at=shown)

    both = [dut("inactivity", Verdict.VIOLATED), dut("low_volume", Verdict.VIOLATED)]
    ((case, _),) = reconcile({}, both, DUT, NOW, lambda: "D-1", china_calendar())
    assert case.rule == "inactivity"
    few = [dut("inactivity", Verdict.COMPLIANT), dut("low_volume", Verdict.VIOLATED, NOW + DAY)]
    assert [kinds for _, kinds in after(case, *few, now=NOW + DAY, policy=DUT)] == [[EventKind.CONFIRMED]]
    alone = replace(case, rule="low_volume", state=CaseState.RESOLVED, resolved_at=NOW)
    ((again, kinds),) = after(alone, both[1], now=NOW + 60 * DAY, policy=DUT)
    assert (again.number, kinds) == ("D-1", [EventKind.REOPENED])


def test_unconfirmed_numbers_make_no_paper() -> None:
    case = replace(notified(), school_to_confirm=True)
    assert transitions.escalation_status(case, at("2026-06-01")).reason in (HoldReason.STALE, HoldReason.UNCONFIRMED)
    with pytest.raises(CaseError, match="待学校确认"):
        signing.sign(replace(case, shown_at=at("2026-06-01")), "public_notice", SIGNER, at("2026-06-01"))


def answers(policy: Policy, who: Account, now: str) -> dict[str, Finding]:
    found = evaluate(
        [who], policy, school_context(policy, [who.filing] if who.filing else [], china_calendar()), at(now)
    )
    return {f.rule: f for f in found}


def declared(code: str, platform: Platform = Platform.WECHAT, **changes: Any) -> Account:
    dates = {"opened_at": date(2019, 3, 1), "filed_at": date(2021, 1, 4)}
    row = filing(school=code, platform=platform, **dates | changes)
    seen = seen_with("2026-01-05", shown="2026-07-01")
    return Account(school=code, platform=platform, key=f"{platform}:1000001", filing=row, seen=seen)


def test_numbers_of_ours_and_duties_of_the_office_are_shown_only() -> None:
    late = answers(DUT, declared("dut", opened_at=date(2015, 3, 1)), "2026-07-01 09:00")["late_filing"]
    assert (late.verdict, late.school_to_confirm) == (Verdict.UNDETERMINED, True)
    assert "待学校确认" in answers(BIT, declared("bit"), "2026-07-01 09:00")["inactivity"].reason
    stale: dict[str, Any] = {
        "reviewed_at": date(2022, 6, 1),
        "review_result": ReviewResult.PASSED,
        "level": AccountLevel.TWO,
    }
    assert answers(WUT, declared("wut", **stale), "2026-07-01 09:00")["annual_review"].verdict is Verdict.UNDETERMINED


def test_a_regulation_on_new_media_asks_nothing_of_a_website() -> None:
    assert answers(DUT, declared("dut", Platform.WEBSITE), "2026-07-01 09:00") == {}
    assert answers(BIT, declared("bit", Platform.WEBSITE), "2026-07-01 09:00") == {}
    assert "inactivity" in answers(SIAS, declared("sias", Platform.WEBSITE), "2026-07-01 09:00")
    assert answers(SIAS, declared("sias", level=AccountLevel.ONE), "2026-07-01 09:00") == {}


def test_levels() -> None:
    assert "late_filing" not in answers(WUT, declared("wut", level=AccountLevel.ONE), "2026-07-01")
    assert answers(WUT, declared("wut"), "2026-07-01")["late_filing"].verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("category", "office"),
    [
        ("教职工文体社团", "校工会"),
        ("外语协会（学生社团）", "校团委"),
        ("学生社团", "校团委"),
        ("教工社团", "校工会"),
        ("教师社团", "校工会"),
        ("招生宣传", "招生就业处"),
        ("上海校友会", "校友工作处"),
        ("涉外", "国际合作与交流处"),
        ("学院", "图书馆"),
    ],
)
def test_the_longest_category_named_wins(category: str, office: str) -> None:
    assert route(filing(category=category), DUT) == office


def test_two_characters_within_a_word_are_chance() -> None:
    assert category_rank("新交友谊赛", ("交友",)) == 0
    assert category_rank("交友类", ("交友",)) == 2


def test_a_unit_does_not_supervise_itself_and_the_propaganda_office_gets_its_copy() -> None:
    for policy, level in ((BIT, AccountLevel.TWO), (BIT, AccountLevel.THREE), (WUT, AccountLevel.THREE)):
        assert supervisor(declared(policy.code, level=level), policy) == "党委宣传部"
    assert supervisor(declared("dut"), DUT) == "党委宣传部、新闻中心"
    assert supervisor(declared("sias"), SIAS) == "学校办公室（新闻中心）、党委宣传部"


def test_over_an_account_of_level_three_stands_the_unit_that_guides_its_owner() -> None:
    club = declared("bit", level=AccountLevel.THREE, unit="学生吉他社", guiding_unit="校团委")
    assert supervisor(club, BIT) == "校团委、党委宣传部"
    assert supervisor(declared("bit", level=AccountLevel.TWO, guiding_unit="校团委"), BIT) == "党委宣传部"
    itself = declared("bit", level=AccountLevel.THREE, unit="校团委", guiding_unit="校团委")
    assert supervisor(itself, BIT) == "党委宣传部"


def test_an_office_that_only_advises_punishes_nobody() -> None:
    confirmed = BIT.clauses
    policy = BIT.model_copy(
        update={"clauses": tuple(c.model_copy(update={"school_to_confirm": False}) for c in confirmed)}
    )
    outside = declared("bit", category="校友组织", unit="上海校友会")
    assert answers(policy, outside, "2026-07-01 09:00")["inactivity"].verdict is Verdict.UNDETERMINED
    own = declared("bit", category="校友组织", unit="校友会办公室")
    assert answers(policy, own, "2026-07-01 09:00")["inactivity"].verdict is Verdict.VIOLATED


def test_a_group_goes_to_its_creators_unit_and_nobodys_paper_waits() -> None:
    told = Suspicion(term="武汉理工大学", kind="full", why="全称", own_body=False, confirmed_by="王老师", name="新生群")
    for unit, reason in (("", HoldReason.NO_UNIT), ("材料学院", HoldReason.NEEDS_APPROVER)):
        who = Account(school="wut", platform=Platform.GROUP, key="group:x", suspicion=replace(told, unit=unit))
        found = list(evaluate([who], WUT, school_context(WUT, [], china_calendar()), NOW))
        ((case, _),) = reconcile({}, found, WUT, NOW, lambda: "W-1", china_calendar())
        assert (case.unit, transitions.escalation_status(case, NOW).reason) == (unit, reason)
