"""`python -m bench.answers_pinned`: writes what `tests/rules/catalogue/test_pinned_answers.py` holds: accounts drawn by chance, days at
and beside the limits, and what each rule says of them with each setting of the packaged policies. Of each sort of answer a few are kept.
Whoever changes an answer on purpose writes them anew and reads the difference."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from rules.calendar import china_calendar
from rules.catalogue import RULES, SchoolContext
from rules.model import (
    BEIJING,
    Account,
    AccountState,
    DatedEvidence,
    Filing,
    FilingStatus,
    Outcome,
    Platform,
    Precision,
    ReviewResult,
    RuleResult,
)
from rules.policies.loader import bundled_policy

PINNED = Path(__file__).parent.parent / "tests" / "rules" / "catalogue" / "pinned_answers.jsonl"
SEED, DRAWN, EACH = 11, 6_000, 2
CODES = ("bit", "dut", "nwpu-its", "sias", "wut")
DAYS = tuple(
    date.fromisoformat(day)
    for day in (
        "2024-12-31", "2025-01-01", "2025-02-28", "2025-06-30", "2025-10-01", "2025-12-01", "2025-12-31", "2026-01-01", "2026-01-31",
        "2026-02-16", "2026-02-28", "2026-03-01", "2026-03-02", "2026-04-30", "2026-05-01", "2026-05-02", "2026-06-30", "2026-07-01",
        "2026-07-31", "2026-12-31", "2027-01-01",
    )
)  # fmt: skip
HOURS = (time(0, 0), time(0, 0, 1), time(9, 0), time(23, 59, 59))
SCHOOL = SchoolContext(
    code="demo",
    name="示范大学",
    calendar=china_calendar(),
    effective=date(2025, 6, 30),
    units=frozenset({"图书馆", "校团委"}),
    units_complete=True,
    domains=("shifan.edu.cn",),
)


class Draw:
    """Accounts and days by chance, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def one(self, *values: Any) -> Any:
        """One of these."""
        return self._chance.choice(values)

    def day(self) -> date | None:
        """A day of the list, or none."""
        return None if self._chance.random() < 0.3 else self._chance.choice(DAYS)

    def moment(self) -> datetime:
        """A moment of a day of the list."""
        return datetime.combine(self._chance.choice(DAYS), self._chance.choice(HOURS), BEIJING)

    def evidence(self) -> DatedEvidence:
        """Something seen at such a moment."""
        at = self.moment()
        return DatedEvidence(at=at, evidence=f"e:{at:%y%m%d%H%M%S}")

    def filing(self) -> Filing:
        """A row of the register, more or less filled in."""
        platform = self.one(Platform.WECHAT, Platform.WEIBO, Platform.WEBSITE, Platform.APP, Platform.BILIBILI)
        return Filing(
            id="1",
            school="demo",
            platform=platform,
            name=self.one("示范大学图书馆", "图书馆", "示范图书馆", "示范大学校团委", "青春示范"),
            unit=self.one("图书馆", "校团委", "没有这个单位", ""),
            account_id=self.one("gh_0123456789ab", "1000001", ""),
            url=self.one("https://lib.shifan.edu.cn/", "https://lib.example.com/", ""),
            account_type=self.one("订阅号", ""),
            opened_at=self.day(),
            filed_at=self.day(),
            changed_at=self.day(),
            first_owner=self.one("张三", ""),
            direct_owner=self.one("李四", ""),
            direct_owner_is_staff=self.one(True, False, None),
            reviewed_at=self.day(),
            review_result=self.one(None, *ReviewResult),
            self_checked_at=self.day(),
            project_ends_at=self.day(),
            status=self.one(FilingStatus.ACTIVE, FilingStatus.ACTIVE, *FilingStatus),
            status_changed_at=self.day(),
            unknown=self.one((), (), ("first_owner", "direct_owner", "direct_owner_is_staff"), ("reviewed_at", "unit")),
            known_to_month=self.one((), (), ("opened_at", "filed_at", "status_changed_at")),
        )

    def seen(self) -> AccountState | None:
        """What was seen of an account, or nothing."""
        if self._chance.random() < 0.1:
            return None
        fact = self.evidence()
        return AccountState(
            attempted_at=fact.at,
            obstacle=self.one(None, None, None, Outcome.BLOCKED),
            fact=self.one(fact, fact, fact, None),
            first_fact_at=self.one(None, self.moment()),
            alive=self.one(None, self.evidence()),
            gone=tuple(sorted((self.evidence() for _ in range(self.one(0, 0, 1, 2))), key=lambda each: each.at)),
            empty=self.one(None, None, self.evidence()),
            outcome=self.one(Outcome.OK, Outcome.OK, Outcome.OK, Outcome.EMPTY, Outcome.GONE, Outcome.MOVED),
            name=self.one("示范大学图书馆", "图书馆", "别的名字", ""),
            name_seen=self.one(None, self.evidence()),
            last_post_at=self.one(None, self.moment(), self.moment()),
            last_post=self.one(None, self.evidence()),
            last_post_precision=self.one(*Precision),
            silence_shown=self.one(None, self.evidence()),
            posts_in_year=self.one(0, 9, 11, 12, 19, 20),
            days_observed=self.one(0, 300, 364, 365),
            post_count=self.one(None, 9, 11, 12, 19, 20),
        )


def answers() -> list[dict[str, str]]:
    """Rule, what was drawn, and the answer: of each sort the first few."""
    draw, counted, found = Draw(SEED), Counter[tuple[str, ...]](), []
    clauses = [(f"{code} {c.clause}", c) for code in CODES for c in bundled_policy(code).clauses]
    bound = [(f"{c.rule} {name}", RULES[c.rule].bind(c.settings)) for name, c in clauses]
    for number in range(DRAWN):
        name, rule = draw.one(*bound)
        filing, now = draw.filing(), draw.moment()
        account = Account(
            school="demo",
            platform=filing.platform,
            key="k",
            filing=draw.one(filing, filing, filing, None),
            seen=draw.seen(),
        )
        answer = rule(account, SCHOOL, now)
        sort = (name, *_sort(answer))
        counted[sort] += 1
        if counted[sort] <= EACH:
            found.append({"drawn": f"{number}", "rule": name, "now": f"{now:%F %T}", "says": _told(answer)})
    return found


def _sort(answer: RuleResult | None) -> tuple[str, ...]:
    if answer is None:
        return ("",)
    times = (answer.since, answer.until, answer.look_due, answer.shown_at, *answer.in_order[:1])
    return (
        answer.verdict.value,
        re.sub(r"\d+|“[^”]*”", "", answer.reason),
        "".join("x" if time else "." for time in times),
    )


def _told(answer: RuleResult | None) -> str:
    if answer is None:
        return ""
    times = {"since": answer.since, "until": answer.until, "look": answer.look_due, "shown": answer.shown_at}
    spans = " ".join(f"[{begin:%F %T}, {end:%F %T}]" for begin, end in answer.in_order)
    said = "".join(f" | {name} {time:%F %T}" for name, time in times.items() if time)
    more = f" | {' '.join(answer.evidence)}" if answer.evidence else ""
    return f"{answer.verdict.value}：{answer.reason}{said}{more}{' | ' + spans if spans else ''}{' | provisional' if answer.provisional else ''}"


def main() -> None:
    """Write the file, one answer a line."""
    rows = answers()
    PINNED.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), "utf-8")
    print(f"{len(rows)} answers")


if __name__ == "__main__":
    main()
