"""A simulated year of each school: the dates in the YAML were worked out by hand from the regulation's text."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import TypeAdapter

from rules.accounts.identity import account_key
from rules.accounts.state import apply_observation
from rules.calendar import china_calendar
from rules.cases import transitions
from rules.cases.case import Case, Transition
from rules.cases.reconcile import reconcile
from rules.cases.signing import Signatory
from rules.evaluation import evaluate, school_context
from rules.model import BEIJING, Account, AccountState, Filing, Observation, Outcome, Post
from rules.policies.loader import bundled_policy
from rules.policies.schema import Policy
from tests.support.factories import ALL
from tests.support.signing import signed

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
FILING = TypeAdapter(Filing)
LISTED = 40


def moment(value: Any, clock: time = time()) -> datetime:
    """A time in China from what YAML made of it: a date, ``2021-03-02 11:00`` as text, or an aware time."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=BEIJING)
    return datetime.combine(value, clock, BEIJING)


@dataclass
class Story:
    """One account through the year."""

    policy: str
    name: str
    told: dict[str, Any]
    filing: Filing = field(init=False)
    seen: AccountState | None = None
    cases: dict[str, Case] = field(default_factory=dict)
    happened: list[dict[str, Any]] = field(default_factory=list)
    signers: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        declared = {"id": self.name, "school": self.policy, "name": self.name, **self.told["filing"]}
        self.filing = FILING.validate_python(declared)
        posts = [post if isinstance(post, dict) else {"at": post} for post in self.told.get("posts", [])]
        if every := self.told.get("posts_every"):
            days = [date(every["year"], month, day) for month in range(1, 13) for day in every["days"]]
            posts += [{"at": f"{day} 10:00"} for day in days]
        self.posts = sorted((moment(p["at"]), moment(p.get("shown_from", p["at"]))) for p in posts)

    def live(self, first: date, last: date) -> list[dict[str, Any]]:
        """Every day: things done before 9, the look at 8, the check at 9, things done after."""
        day = self.told.get("starts", first)
        while day <= min(self.told.get("until", last), last):
            morning, noon = moment(day, time(9)), moment(day + timedelta(days=1))
            self._look(moment(day, time(8)))
            self._do(moment(day), morning)
            self._check(morning)
            self._do(morning, noon)
            day += timedelta(days=1)
        return self.happened

    def _look(self, now: datetime) -> None:
        walled = any(wall["from"] <= now.date() <= wall["to"] for wall in self.told.get("walls", []))
        gone = self.told.get("gone_from", date.max) <= now.date()
        outcome = Outcome.BLOCKED if walled else Outcome.GONE if gone else Outcome.OK
        shown = [at for at, shown_from in self.posts if at <= now and shown_from <= now][-LISTED:]
        look = Observation(
            platform=self.filing.platform,
            source="year",
            url=self.filing.url,
            observed_at=now,
            outcome=outcome,
            name=self._at("names", "name", now) or self.filing.name,
            verified_body=self._at("bodies", "body", now) or self.filing.verified_body or None,
            account_id=self.filing.account_id or None,
            posts=tuple(Post(id=at.isoformat(), published_at=at) for at in shown) if outcome is Outcome.OK else (),
            proves=ALL,
            evidence=f"{now:%Y-%m-%d}",
        )
        seen = apply_observation(self.seen, look)
        year = [at for at in shown if at > now - timedelta(days=366)] if self.told.get("counts", True) else shown * 20
        self.seen = replace(seen, posts_in_year=len(year), days_observed=seen.days_observed + (outcome is Outcome.OK))

    def _at(self, what: str, key: str, now: datetime) -> str | None:
        return next((x[key] for x in reversed(self.told.get(what, [])) if x["from"] <= now.date()), None)

    def _policy(self) -> Policy:
        """The packaged file; ``confirmed``: as the school would leave it once it has confirmed the clauses' numbers."""
        policy = bundled_policy(self.policy)
        if not self.told.get("confirmed"):
            return policy
        clauses = tuple(clause.model_copy(update={"school_to_confirm": False}) for clause in policy.clauses)
        return policy.model_copy(update={"clauses": clauses})

    def _check(self, now: datetime) -> None:
        policy = self._policy()
        key = account_key(self.filing.platform, self.filing.account_id, self.filing.url, self.filing.name)
        account = Account(
            school=self.policy, platform=self.filing.platform, key=key, filing=self.filing, seen=self.seen
        )
        findings = evaluate([account], policy, school_context(policy, [self.filing], china_calendar()), now)
        for change in list(
            reconcile(self.cases, findings, policy, now, lambda: str(len(self.happened)), china_calendar())
        ):
            self._take(change)
        for case in list(self.cases.values()):
            self._send(case, now)

    def _do(self, begin: datetime, end: datetime) -> None:
        for change in self.told.get("register", []):
            if begin <= moment(change["at"]) < end:
                current = FILING.dump_python(self.filing)
                self.filing = FILING.validate_python({**current, **change["set"]})
        for act in self.told.get("acts", []):
            if begin <= moment(act["at"]) < end:
                self._act(act, moment(act["at"]))
        for step, when in self.told.get("deliver", {}).items():
            if begin <= moment(when) < end:
                self._take(transitions.register_delivery(self._case(step), step, moment(when), china_calendar()))

    def _send(self, case: Case, now: datetime) -> None:
        """What is due leaves on the morning it is drafted; where the policy names a signer, once that person is at hand."""
        status, waiting = transitions.escalation_status(case, now), case.pending_step
        if waiting is None or not (status.ready or status.signable):
            return
        by = self.signers.get((case.number, waiting.step), "")
        if by or not case.step_by_code(waiting.step).needs_approver:
            self._take(signed(case, now, Signatory(display=by or "王部长")))

    def _case(self, step: str = "") -> Case:
        live = [case for case in self.cases.values() if not case.state.is_final]
        having = [case for case in live if any(rung.code == step for rung in case.ladder)]
        resolved_first = sorted(having or live, key=lambda case: case.resolved_at is None)
        return resolved_first[0]

    def _act(self, act: dict[str, Any], now: datetime) -> None:
        case, by, reason = self._case(act.get("step", "")), act["by"], act.get("reason", "经核实")
        match act["do"]:
            case "approve":
                self.signers[case.number, act["step"]] = by  # who signs it on the morning it lies there
            case "appeal":
                self._take(transitions.appeal(case, by, reason, now))
            case "reject":
                self._take(transitions.decide(case, False, by, reason, now))
            case "close":
                self._take(transitions.close(case, by, reason, now))

    def _take(self, change: Transition) -> None:
        case, events = change
        self.cases[case.key] = case
        for event in events:
            if event.kind.value in ("confirmed", "delivered", "proposed", "approved"):
                continue
            row = {"day": event.at.astimezone(BEIJING).date(), "rule": case.rule, "event": event.kind.value}
            if event.data.step:
                row["step"] = event.data.step
            elif event.data.document:
                row["document"] = event.data.document.value
                row["tell"] = [to.value for to in event.data.tell]
            self.happened.append(row)


STORIES = [
    pytest.param(name, data, id=f"{path.stem}-{name}")
    for path in FILES
    for data in [yaml.safe_load(path.read_text("utf-8"))]
    for name in data["accounts"]
]


@pytest.mark.parametrize(("name", "data"), STORIES)
def test_the_year_goes_as_the_regulation_says(name: str, data: dict[str, Any]) -> None:
    story = Story(data["policy"], name, data["accounts"][name])
    happened = story.live(data["from"], data["to"])
    expected = data["accounts"][name]["expect"]
    told = [{k: v for k, v in row.items() if k != "tell" or "tell" in want} for row, want in _pairs(happened, expected)]
    assert sorted(told, key=_row) == sorted(expected, key=_row)


def _pairs(
    happened: list[dict[str, Any]], expected: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each event beside the expectation of the same day, rule and kind: whom it told is compared where stated."""
    same = ("day", "rule", "event")
    return [(row, next((w for w in expected if all(w[k] == row[k] for k in same)), {})) for row in happened]


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(row.get(key, "")) for key in ("day", "rule", "event", "step"))


def test_every_school_has_a_year() -> None:
    assert {path.stem.rsplit("-", 1)[0] for path in FILES} == {"sias", "dut", "bit", "nwpu-its", "wut"}
