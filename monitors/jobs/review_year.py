"""A school's year read for the annual review and for the units' sheets: the register, the looks and the cases together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from alerts.review.model import ReviewCase, ReviewPack, ReviewRow, file_name
from monitors.app_context import AppContext
from monitors.jobs.year_looks import read_year
from rules.calendar import end_of, start_of
from rules.cases.case import Case
from rules.catalogue import RULES
from rules.model import Filing
from rules.year_record import YearOfLooks, year_record
from storage.filings import key_of


@dataclass(frozen=True, slots=True)
class ReviewYear:
    """What was read of a school's year before anything is written; ``evidence`` by the account's file name."""

    pack: ReviewPack
    evidence: Mapping[str, Sequence[str]]


def read_review(
    context: AppContext, school: str, year: int, now: datetime, *, only: Sequence[Filing] | None = None
) -> ReviewYear:
    """Every account of a school with what its year showed, in the office's order. ``only``: the rows wanted."""
    policy, store = context.policies[school], context.store
    begin, until = start_of(date(year, 1, 1)), min(end_of(date(year, 12, 31)), end_of(now.date()))
    keys = None if only is None else {key_of(filing) for filing in only}
    looks: dict[str, tuple[YearOfLooks, list[str]]] = {
        key: (own, evidence) for key, own, evidence in read_year(store.observations.summaries(until, begin, keys))
    }
    cases = _cases(context, school, begin, until)
    rows: list[ReviewRow] = []
    evidence: dict[str, Sequence[str]] = {}
    names: set[str] = set()
    at, models = min(until, now), store.read_models
    for page in models.account_pages(school, (), at) if only is None else models.pages_of(only, at):
        posts = store.observations.post_times(page.keys, begin, until)
        for filing, key in zip(page.filings, page.keys, strict=True):
            own, cited = looks.get(key, (YearOfLooks(), []))
            name = _unique(filing, names)
            own_cases = cases.get(key, [])
            evidence[name] = list(dict.fromkeys([*cited, *(each for case in own_cases for each in case.evidence)]))
            rows.append(
                ReviewRow(
                    record=year_record(filing, key, year, until, own, posts.get(key, []), page.seen.get(key)),
                    cases=tuple(_case_line(context, case) for case in own_cases),
                    evidence=f"存证/{name}.wacz" if evidence[name] else "",
                    form=f"审核表/{file_name(filing.unit or '未登记')}/{name}.docx",
                )
            )
    rows.sort(key=lambda row: row.record.filing.order)
    human = tuple((check.clause, check.asks) for check in policy.human)
    pack = ReviewPack(
        school=policy.school, regulation=policy.regulation.cited, year=year, until=until, rows=tuple(rows), human=human
    )
    return ReviewYear(pack, evidence)


def _cases(context: AppContext, school: str, begin: datetime, until: datetime) -> dict[str, list[Case]]:
    """The cases that were open at some moment of the year, by account, oldest first."""
    found: dict[str, list[Case]] = defaultdict(list)
    for case in reversed(context.store.cases.all(school)):
        if case.opened_at <= until and (case.settled_at is None or case.settled_at >= begin):
            found[case.account].append(case)
    return found


def _case_line(context: AppContext, case: Case) -> ReviewCase:
    problem = RULES[case.rule].title if case.rule in RULES else case.rule
    papers = "、".join(
        f"{record.title or record.document.label}（{record.issued_at:%-m月%-d日}）"
        for record in case.issued_steps
        if record.issued_at
    )
    return ReviewCase(case.number, problem, case.clause, case.state.label, case.state.is_final, papers)


def _unique(filing: Filing, names: set[str]) -> str:
    """A file name of the account's own, readable and the same every time."""
    base = file_name(f"{filing.platform.label}_{filing.name}")
    name, number = base, 2
    while name in names:
        name, number = f"{base}_{number}", number + 1
    names.add(name)
    return name
