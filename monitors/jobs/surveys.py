"""摸底: what a school's first look found, by clause and unit, gaps of the register apart; and how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitors.app_context import AppContext
from monitors.jobs.case_desk import case_desk
from rules.calendar import start_of
from rules.cases.case import Case, CaseError, EventKind
from rules.cases.moves import require_named_person
from rules.cases.reconcile import REGISTER_GAPS
from rules.cases.survey import release
from rules.catalogue import RULES
from rules.model import BEIJING
from storage.surveys import Survey

LARGE = 0.1
"""An import that adds or changes more than this share of the accounts begins a survey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyLine:
    """Findings of one clause at one unit."""

    clause: str
    rule: str
    title: str
    unit: str
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyView:
    """A survey as people look it over, or as it was closed: facts about accounts, and gaps that the register is asked to
    fill."""

    survey: Survey | None
    facts: tuple[SurveyLine, ...]
    gaps: tuple[SurveyLine, ...]


def survey_view(context: AppContext, school: str) -> SurveyView:
    """The school's newest survey with the cases that it holds, or held when it was closed."""
    survey = context.store.surveys.newest(school)
    lines = _lines(_held(context, school, survey))
    return SurveyView(
        survey=survey,
        facts=tuple(line for line in lines if line.rule not in REGISTER_GAPS),
        gaps=tuple(line for line in lines if line.rule in REGISTER_GAPS),
    )


def _held(context: AppContext, school: str, survey: Survey | None) -> list[Case]:
    if survey is None or survey.closed_at is None:
        return [case for case in context.store.cases.open(school) if case.surveyed]
    then = context.store.cases.events_between(school, survey.closed_at, survey.closed_at + timedelta(microseconds=1))
    released = {event.number for event in then if event.kind is EventKind.RELEASED}
    return [case for case in context.store.cases.all(school) if case.number in released]


def _lines(cases: Sequence[Case]) -> list[SurveyLine]:
    groups: dict[tuple[str, str, str], list[Case]] = {}
    for case in sorted(cases, key=lambda case: (case.clause, case.rule, case.unit, case.number)):
        groups.setdefault((case.clause, case.rule, case.unit), []).append(case)
    return [
        SurveyLine(clause=clause, rule=rule, title=RULES[rule].title, unit=unit, cases=tuple(some))
        for (clause, rule, unit), some in groups.items()
    ]


def is_large(touched: int, before: int) -> bool:
    """True where an import adds or changes more than a tenth of a register that was there."""
    return before > 0 and touched > before * LARGE


def open_after_import(context: AppContext, school: str, touched: int, before: int, now: datetime) -> bool:
    """Begin a survey where an import added or changed more than a tenth of a register that was there; True where it did."""
    if not is_large(touched, before):
        return False
    return context.store.surveys.open(school, f"导入台账：新增或变更 {touched} 个账号（原有 {before} 个）", now)


def close_survey(context: AppContext, school: str, *, by: str, drafts_from: date) -> int:
    """End the open survey: papers of its cases are drafted from that day on; how many cases it held. Raises CaseError."""
    now = context.clock()
    person = require_named_person(by, "结束摸底")
    if drafts_from < now.astimezone(BEIJING).date():
        raise CaseError("开始拟文的日期不能早于今天。")
    with case_desk(context, school, now) as desk:
        book = desk.book
        if not context.store.surveys.close(book.tx, school, person, drafts_from, now):
            raise CaseError("这所学校没有正在进行的摸底。")
        held = [case for case in book.open_cases() if case.surveyed]
        for case in held:
            desk.save(*release(case, person, start_of(drafts_from), now))
        desk.prepare([case for case in book.open_cases() if case.number in {each.number for each in held}])
    return len(held)
