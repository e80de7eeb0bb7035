"""Asking only what changed gives what asking everything gives: the same answers, cases, findings and papers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from monitors.app_context import AppContext
from monitors.cli.check import _finding
from monitors.jobs.answers import refresh, settings_at_opening
from monitors.jobs.check import check, findings_of, kept_findings_of
from rules.accounts.state import apply_observation
from rules.evaluation import REGISTER_WIDE_RULES
from rules.model import ClaimType, Filing, FilingStatus, Finding, Observation, Outcome, Platform, Post, Statement
from rules.model import EvidenceKind as Kind
from rules.policies.schema import Policy
from storage.filings import key_of
from storage.serialization import dump
from tests.support.cli import run
from tests.support.letter_histories import START, Office

SEEDS = 6
STEPS = 24
QUIET = 8
"""Times at which nothing has happened but that time has passed."""


def asked_anew(context: AppContext) -> list[Finding]:
    now = context.clock()
    opened = settings_at_opening(context, context.store.cases.open("sias"))
    return list(findings_of(context, "sias", now, opened=opened))


def timeless(findings: Iterator[Finding] | list[Finding]) -> list[Finding]:
    """Of two answers that agree one may have been told to hold longer."""
    return [replace(finding, until=None) for finding in findings]


def books(context: AppContext) -> tuple[Any, ...]:
    """All that a check leaves behind."""
    store = context.store
    return (
        [dump(case) for case in store.cases.all("sias")],
        [dump(event) for case in store.cases.all("sias") for event in store.cases.events(case.number)],
        [(dump(replace(finding, until=None)), at) for finding, at in store.cases.findings("sias")],
        [(row.id, row.state, row.document) for row in store.outbox.all(school="sias")],
    )


class Pair:
    """Two offices to which the same things happen; one asks what changed, the other everything."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.offices = []
        for name in ("changed", "everything"):
            (folder / name).mkdir()
            self.offices.append(Office(folder / name))
        self.chance = Random(seed)
        self.policies = list(versions(self.offices[0].context.policies["sias"]))
        self.count = 0
        self.adopts(self.policies[0])

    def happens(self) -> None:
        draw = self.chance
        what = draw.choice([self.time, self.time, self.look, self.look, self.look, self.edit, self.policy, self.gone])
        what()
        if draw.random() < 0.6:
            self.check()

    def time(self) -> None:
        minutes = self.chance.choice([1, 7, 60, 60 * 24, 60 * 24 * 9, 60 * 24 * 33, -30])
        for office in self.offices:
            office.passes(minutes)

    def days(self) -> None:
        days = self.chance.choice([1, 5, 12, 20])
        for office in self.offices:
            office.passes(60 * 24 * days)

    def posts(self, n: int) -> None:
        self.count += 1
        for office in self.offices:
            key, seen = key_of(filing(office, n)), looked(office, n, Outcome.OK, 0)
            office.context.store.observations.record(f"y{self.count}", [(key, seen)], apply_observation)

    def look(self) -> None:
        self.count += 1
        n, age = self.chance.randrange(3), self.chance.randrange(100)
        outcome = self.chance.choice([Outcome.OK, Outcome.OK, Outcome.EMPTY, Outcome.GONE, Outcome.BLOCKED])
        by_hand = self.chance.random() < 0.2
        for office in self.offices:
            seen = statement(office, age) if by_hand else looked(office, n, outcome, age)
            key = key_of(filing(office, n))
            office.context.store.observations.record(f"x{self.count}", [(key, seen)], apply_observation)

    def edit(self) -> None:
        n, day = self.chance.randrange(3), date(2026, 1, 1) + timedelta(days=self.chance.randrange(500))
        change: dict[str, Any] = self.chance.choice(
            [
                {"unit": self.chance.choice(["图书馆", "学校办公室", ""])},
                {"status": self.chance.choice(list(FilingStatus)), "status_changed_at": day},
                {"first_owner": self.chance.choice(["", "张示例"])},
                {"filed_at": day},
                {"opened_at": day},
                {"reviewed_at": day},
                {"self_checked_at": day},
                {"account_id": str(9_000_000_000 + self.chance.randrange(4))},
            ]
        )
        for office in self.offices:
            changed = replace(filing(office, n), **change)
            office.context.store.filings.save([changed], by="测试", now=office.now)

    def policy(self) -> None:
        self.adopts(self.chance.choice(self.policies))

    def adopts(self, policy: Policy) -> None:
        for office in self.offices:
            office.context.policies = {**office.context.policies, "sias": policy}

    def gone(self) -> None:
        n, back = self.chance.randrange(3), self.chance.random() < 0.5
        for office in self.offices:
            known = filing(office, n)
            office.context.store.filings.remove("sias", [known.id], by="测试", now=office.now)
            if back:
                office.context.store.filings.save([known], by="测试", now=office.now)

    def check(self) -> None:
        changed, everything = self.offices
        assert check(changed.context, "sias", changed.now) == check(
            everything.context, "sias", everything.now, anew=True
        )
        assert books(changed.context) == books(everything.context)
        kept = list(kept_findings_of(changed.context, "sias", changed.now))
        assert timeless(kept) == timeless(asked_anew(changed.context))


def filing(office: Office, n: int) -> Filing:
    return office.context.store.filings.one("sias", f"S{n}") or office._filing(n)


def versions(policy: Policy) -> Iterator[Policy]:
    """The school's policy with clauses that compare the accounts of a unit, one with a shorter limit, and one without half
    of its clauses."""
    more = [
        policy.clauses[0].model_copy(update={"rule": rule, "clause": "第三条", "settings": {}})
        for rule in sorted(REGISTER_WIDE_RULES)
    ]
    policy = policy.model_copy(update={"clauses": (*policy.clauses, *more)})
    yield policy
    shorter = [
        clause.model_copy(update={"settings": {**clause.settings, "limit": "1个月"}})
        if clause.rule == "inactivity"
        else clause
        for clause in policy.clauses
    ]
    yield policy.model_copy(update={"clauses": tuple(shorter), "version": "b" * 12})
    yield policy.model_copy(update={"clauses": policy.clauses[::2], "version": "c" * 12})


def looked(office: Office, n: int, outcome: Outcome, age: int) -> Observation:
    own, newest = filing(office, n), Post(id=f"p{age}", published_at=office.now - timedelta(days=age))
    return Observation(
        platform=Platform.WEIBO, source="m_posts", url="https://m.weibo.cn/", observed_at=office.now, outcome=outcome,
        name=own.name, account_id=own.account_id, posts=(newest,) if outcome is Outcome.OK else (),
        proves=ClaimType.ACTIVE | ClaimType.INACTIVE | ClaimType.NAME | ClaimType.GONE, evidence=f"e{n}-{age}",
    )  # fmt: skip


def statement(office: Office, age: int) -> Observation:
    said = Statement(kind=Kind.MANUAL, by="张老师", at=office.now, none_since=(office.now - timedelta(days=age)).date())
    return Observation(
        platform=Platform.WEIBO, source="statement", url="", observed_at=office.now, outcome=Outcome.OK, statement=said,
        evidence="s",
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(SEEDS))
def test_only_what_changed_gives_what_everything_gives(tmp_path: Path, seed: int) -> None:
    pair = Pair(tmp_path, seed)
    for _ in range(STEPS):
        pair.happens()
    for n in range(3):
        pair.posts(n)
    for _ in range(QUIET):
        pair.check()
        pair.days()
    for office in pair.offices:
        office.context.store.close()


def test_a_day_asks_only_what_changed(tmp_path: Path) -> None:
    office = Office(tmp_path)
    context, store = office.context, office.context.store
    assert refresh(context, "sias", office.now) == 3
    assert refresh(context, "sias", office.now) == 0
    office.passes(1)
    office.posts_now(1)
    office.looks(1)
    assert refresh(context, "sias", office.now) == 1
    with store.database.write() as tx:  # whoever changes the register, and by whatever way
        tx.execute(text("UPDATE filing SET document = replace(document, '张示例', '李示例') WHERE id = 'S2'"))
    assert refresh(context, "sias", office.now) >= 1
    policy = next(versions(context.policies["sias"]))
    context.policies = {**context.policies, "sias": policy}
    assert refresh(context, "sias", office.now) == 3, "a policy that changed asks everything"
    office.moves_unit(0, "学校办公室")
    assert refresh(context, "sias", office.now) == 3, "the unit that lost an account, and the one that has it now"
    until = min(f.until for f in kept_findings_of(context, "sias", office.now) if f.until)
    assert refresh(context, "sias", until - timedelta.resolution) == 0
    assert refresh(context, "sias", until) >= 1
    assert refresh(context, "sias", office.now) >= 1, "what was answered later than a clock that was put back"
    store.filings.remove("sias", ["S1"], by="测试", now=office.now)
    refresh(context, "sias", office.now)
    assert {row.filing for row in store.answers.all("sias", office.now)} == {"S0", "S2"}
    store.close()


def test_what_was_missed_is_found_and_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = Office(tmp_path)
    database = office.context.store.database

    def full_check(minute: int, *more: str) -> tuple[int, str]:
        now = (START + timedelta(minutes=minute)).isoformat()
        return run(capsys, "--data", str(tmp_path), "--now", now, "check", "--full", *more)[:2]

    office.looks_around()
    code, out = full_check(1)
    assert code == 0
    assert "台账 3 行全部重新判定，与留存的判定完全一致。" in out
    with database.write() as tx:  # as if changes had not been noted
        spoilt = "UPDATE account_answers SET document = replace(document, 'violated', 'compliant') WHERE filing = 'S1'"
        tx.execute(text(spoilt))
        tx.execute(text("DELETE FROM account_answers WHERE filing = 'S2'"))
        left = "INSERT INTO account_answers SELECT school, 'S9', 'weibo:1', platform, unit, standing, revision, asked_at, due_at,"
        tx.execute(text(f"{left} violated, undetermined, knowledge, document FROM account_answers WHERE filing = 'S0'"))
    code, out = full_check(2)
    assert code == 1
    told = [line.strip() for line in out.splitlines() if line.startswith("  ")]
    assert any("：留存为符合（" in line and "重新判定为违反（" in line and "weibo:9000000001" in line for line in told)
    assert any("：留存为没有判定，重新判定为" in line and "weibo:9000000002" in line for line in told)
    assert any("，重新判定为没有判定" in line and "weibo:1）" in line for line in told)
    code, out = full_check(3, "--format", "json")
    assert (code, json.loads(out)) == (0, [])
    office.context.store.close()


def test_every_account_is_still_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    office = Office(tmp_path)
    office.looks_around()
    office.posts_now(0)
    office.looks_around()
    anew = [_finding(finding) for finding in findings_of(office.context, "sias", office.now)]
    _, out, _ = run(capsys, "--data", str(tmp_path), "--now", START.isoformat(), "check", "--format", "jsonl")
    assert out == "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in anew)
    office.context.store.close()
