"""Folding looks, joining, measuring: the invariants that keep an error from becoming an accusation."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime, timedelta
from functools import reduce
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.accounts.join import join
from rules.accounts.state import apply_observation, same_account
from rules.calendar import add_months, china_calendar, end_of
from rules.catalogue import RULES
from rules.evaluation import evaluate, school_context
from rules.model import (
    Account,
    AccountLevel,
    AccountState,
    ClaimType,
    FilingStatus,
    Finding,
    Observation,
    Outcome,
    Platform,
    Precision,
    Suspicion,
    Verdict,
)
from rules.policies.loader import bundled_policy
from rules.policies.routing import route, supervisor
from tests.support.factories import ALL, at, day, filing, observed, post

KEY = "weibo:1000001"
DEMO = bundled_policy("demo")
START = at("2026-01-05 08:00")
hours = st.integers(0, 24 * 200)


@st.composite
def looks(draw: st.DrawFn) -> Observation:
    """Any look any source may bring, honest or walled, ours or a stranger's."""
    moment = START + timedelta(hours=draw(hours))
    ages = draw(st.lists(st.integers(0, 24 * 150), max_size=3))
    posts = tuple(
        replace(post("2026-01-01"), id=str(age), published_at=moment - timedelta(hours=age), precision=draw(precisions))
        for age in ages
    )
    outcome = draw(st.sampled_from([*Outcome, Outcome.OK, Outcome.OK]))
    return observed(
        moment,
        *(posts if outcome in (Outcome.OK, Outcome.UNREADABLE) else ()),
        outcome=outcome,
        proves=draw(st.sampled_from([ALL, ALL, ClaimType.ACTIVE, ClaimType.NAME, ClaimType.GONE])),
        account_id=draw(st.sampled_from(["1000001", "1000001", None, "2222222"])),
        name=draw(st.sampled_from([None, "示范大学图书馆", "别的名字"])),
        evidence=f"{moment.isoformat()}{outcome}",
    )


precisions = st.sampled_from(list(Precision))


def fold(history: list[Observation]) -> AccountState | None:
    return reduce(lambda seen, one: apply_observation(seen, one, key=KEY), history, None)


def measured(seen: AccountState | None, now: datetime) -> list[Finding]:
    declared = filing(verified_body="示范大学", opened_at=day("2024-02-01"), filed_at=day("2024-02-02"))
    account = Account(school="demo", platform=Platform.WEIBO, key=KEY, filing=declared, seen=seen)
    return list(evaluate([account], DEMO, school_context(DEMO, [declared], china_calendar()), now))


NOW = START + timedelta(hours=24 * 201)


@settings(max_examples=300, deadline=None)
@given(st.lists(looks(), max_size=12))
def test_errors_and_strangers_change_no_finding(history: list[Observation]) -> None:
    """Invariant 1: take every look away that said nothing about the account, and every verdict stays as it was."""
    ours = [one for one in history if one.outcome.is_fact and one.account_id != "2222222"]
    facts = [one for one in ours if one.outcome is not Outcome.GONE or ClaimType.GONE in one.proves]
    assert measured(fold(history), NOW) == measured(fold(facts) or (AccountState() if history else None), NOW)


@settings(max_examples=300, deadline=None)
@given(st.lists(looks(), max_size=12))
def test_silence_is_only_called_when_it_was_shown(history: list[Observation]) -> None:
    """Invariant 2, from the history itself: who is called silent was looked at after the deadline by a source that
    would have shown more, and no look of the right account ever showed a post within the limit."""
    for finding in measured(fold(history), NOW):
        if finding.rule != "inactivity" or finding.verdict is not Verdict.VIOLATED:
            continue
        right = [one for one in history if one.outcome.is_fact and one.account_id != "2222222"]
        dated = [p for one in right for p in one.posts if p.published_at and one.outcome is Outcome.OK]
        newest = max((p.published_at for p in dated if p.published_at), default=at("2024-02-02"))
        deadline = end_of(add_months(newest.date(), 2))
        proofs = [one for one in right if ClaimType.INACTIVE in one.proves and one.observed_at > deadline]
        assert any(one.outcome is Outcome.EMPTY or one.posts for one in proofs)
        assert set(finding.evidence) <= {one.evidence for one in history}
        assert finding.evidence


ORDER_FREE = ("last_post_at", "fact", "alive", "silence_shown", "gone", "first_fact_at", "name_seen", "runs")


@settings(max_examples=300, deadline=None)
@given(st.lists(looks(), max_size=8, unique_by=lambda one: one.observed_at), st.randoms(use_true_random=False))
def test_looks_may_arrive_in_any_order(history: list[Observation], chance: object) -> None:
    mixed = list(history)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    first, second = (
        fold(sorted(history, key=lambda one: one.observed_at)) or AccountState(),
        fold(mixed) or AccountState(),
    )
    for name in ORDER_FREE:
        if name != "runs":
            assert getattr(first, name) == getattr(second, name), name
    assert (first.runs[-1:] or None) == (second.runs[-1:] or None)


def test_an_account_nobody_saw_breaks_nothing_that_needs_seeing() -> None:
    for finding in measured(None, NOW):
        if finding.verdict is Verdict.VIOLATED:
            assert finding.rule in {"missing_owner", "annual_review", "self_check"}, finding


@pytest.mark.parametrize("outcome", [Outcome.BLOCKED, Outcome.UNREADABLE])
def test_a_wall_moves_only_the_attempt(outcome: Outcome) -> None:
    before = apply_observation(None, observed("2026-03-01 08:00", post("2026-02-28")))
    after = apply_observation(
        before, observed("2026-03-02 08:00", post("2026-03-02"), outcome=outcome, reason="验证码")
    )
    moved = {f.name for f in fields(AccountState) if getattr(before, f.name) != getattr(after, f.name)}
    assert moved == {"attempted_at", "obstacle", "obstacle_reason", "failures"}
    again = apply_observation(after, observed("2026-03-03 08:00", post("2026-02-28")))
    assert again.obstacle is None
    assert again.failures == 0


def test_a_strangers_page_is_an_obstacle() -> None:
    seen = apply_observation(None, observed("2026-03-01 08:00", post("2026-02-28"), account_id="2222222"), key=KEY)
    assert seen.obstacle is Outcome.UNREADABLE
    assert "identity_mismatch" in seen.obstacle_reason
    assert seen.fact is None


def test_ids_of_different_kinds_contradict_nothing() -> None:
    assert same_account(Platform.WECHAT, "gh_0123456789ab", "MzA5NjEyMzQ1Ng==")
    assert same_account(Platform.WEIBO, "wutlib", "1000001")
    assert not same_account(Platform.WECHAT, "gh_0123456789ab", "gh_0123456789ac")
    assert not same_account(Platform.WEBSITE, "lib.shifan.example", "bet.example")
    assert same_account(Platform.WEBSITE, "www.shifan.example/lib", "https://shifan.example/")


def test_a_rename_is_a_fact_old_to_new() -> None:
    seen = fold([observed("2026-03-01", name="甲", evidence="a"), observed("2026-03-05", name="乙", evidence="b")])
    seen = apply_observation(seen, observed("2026-03-09", name="乙", evidence="c"), key=KEY)
    assert (seen.previous_name, seen.name, seen.name_since) == ("甲", "乙", at("2026-03-05"))
    assert seen.name_seen
    assert seen.name_seen.evidence == "c"


def test_gone_is_cleared_by_life_and_kept_from_sources_that_cannot_prove_it() -> None:
    gone = apply_observation(None, observed("2026-03-01", outcome=Outcome.GONE), key=KEY)
    assert len(gone.gone) == 1
    assert apply_observation(gone, observed("2026-03-02", post("2026-02-28")), key=KEY).gone == ()
    weak = apply_observation(None, observed("2026-03-01", outcome=Outcome.GONE, proves=ClaimType.ACTIVE), key=KEY)
    assert weak.gone == ()
    assert weak.fact is None


def test_a_misread_future_date_hides_no_silence() -> None:
    seen = apply_observation(None, observed("2026-03-01", post("2025-12-01"), post("2062-03-01")), key=KEY)
    assert seen.last_post_at == at("2025-12-01")


def test_a_pinned_post_alone_shows_no_silence_but_counts_as_a_post() -> None:
    seen = apply_observation(None, observed("2026-03-01", post("2026-02-01", pinned=True)), key=KEY)
    assert seen.silence_shown is None
    assert seen.last_post_at == at("2026-02-01")


def test_lists_that_overlap_leave_no_gap() -> None:
    first = apply_observation(None, observed("2026-03-01", post("2026-02-01"), post("2026-02-20")))
    second = apply_observation(first, observed("2026-03-20", post("2026-02-20"), post("2026-03-15")))
    assert (second.listed_from, second.listed_to) == (at("2026-02-01"), at("2026-03-20"))
    third = apply_observation(second, observed("2026-06-01", post("2026-05-20")))
    assert (third.listed_from, third.listed_to) == (at("2026-05-20"), at("2026-06-01"))
    late = apply_observation(third, observed("2026-05-21", post("2026-03-10"), post("2026-05-20")))
    assert (late.listed_from, late.listed_to) == (at("2026-03-10"), at("2026-06-01"))


def test_join_is_a_full_outer_join() -> None:
    filed, blind = filing(), filing(id="2", account_id="1000002")
    theirs = Suspicion(term="示大", kind="short", why="", own_body=False, evidence=("s",))
    seen = {
        KEY: apply_observation(None, observed("2026-03-01")),
        "weibo:9": apply_observation(None, observed("2026-03-01")),
    }
    found = list(join([filed, blind], seen, {"weibo:9": theirs, KEY: theirs}, "demo"))
    assert [(a.key, bool(a.filing), bool(a.seen), bool(a.suspicion)) for a in found] == [
        (KEY, True, True, False),
        ("weibo:1000002", True, False, False),
        ("weibo:9", False, True, True),
    ]


def test_join_leaves_out_what_turns_out_to_be_a_stranger() -> None:
    seen = apply_observation(None, observed("2026-03-01", post("2026-02-28"), account_id="2222222"))
    (account,) = join([filing()], {KEY: seen}, {}, "demo")
    assert account.seen
    assert account.seen.fact is None
    assert "identity_mismatch" in account.seen.obstacle_reason


def test_routes() -> None:
    dut, wut = bundled_policy("dut"), bundled_policy("wut")
    for category, office in (
        ("招生宣传", "招生就业处"),
        ("学生社团", "校团委"),
        ("校友会", "校友工作处"),
        ("民主党派", "党委统战部"),
        ("教职工文体", "校工会"),
        ("外语", "国际合作与交流处"),
        ("教学科研", "图书馆"),
    ):
        assert route(filing(category=category), dut) == office
    assert route(filing(category="校友"), bundled_policy("bit")) == "校友会办公室"
    assert route(filing(level=AccountLevel.TWO), wut) == "党委宣传部"
    assert route(filing(level=AccountLevel.TWO), wut, "technology") == "网络信息中心"
    assert route(filing(level=AccountLevel.THREE), wut) == "图书馆"
    nobody = Account(school="wut", platform=Platform.WEIBO, key="weibo:9")
    assert supervisor(nobody, wut) == "党委宣传部"


def test_apps_are_counted_by_type() -> None:
    app = {"platform": Platform.APP, "unit": "图书馆"}
    filings = [
        filing(id="1", account_type="服务型", opened_at=day("2025-01-01"), **app),
        filing(id="2", account_type="教育型", **app),
        filing(id="3", account_type="服务型", opened_at=day("2024-01-01"), **app),
        filing(id="4", account_type="服务型", status=FilingStatus.CLOSED, **app),
    ]
    shared = school_context(DEMO, filings, china_calendar()).shared
    assert {key: [f.id for f in group] for key, group in shared.items()} == {"1": ["3", "1"], "3": ["3", "1"]}


def test_evaluate_streams() -> None:
    def accounts() -> Iterator[Account]:
        for number in range(10**9):
            yield Account(school="demo", platform=Platform.WEIBO, key=f"weibo:{number}", filing=filing(id=str(number)))

    findings = evaluate(accounts(), DEMO, school_context(DEMO, [], china_calendar()), NOW)
    assert len(list(islice(findings, 1000))) == 1000


def test_every_rule_explains_itself() -> None:
    schools = [bundled_policy(code) for code in ("sias", "dut", "bit", "nwpu-its", "wut")]
    used = {clause.rule for policy in schools for clause in policy.clauses}
    for code, rule in RULES.items():
        assert "何时可能出错：" in rule.help, code
        assert rule.title
        assert code in used


def test_a_page_without_the_accounts_id_shows_no_silence() -> None:
    nameless = observed("2026-03-01", post("2025-12-01"), account_id=None)
    assert apply_observation(None, nameless, key=KEY).silence_shown is None
    authorised = replace(nameless, source="official")
    assert apply_observation(None, authorised, key=KEY).silence_shown is not None
