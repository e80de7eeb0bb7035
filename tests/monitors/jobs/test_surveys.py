"""摸底: the first findings are looked over before any paper; gaps of the register are asked for once, in one letter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitors.jobs import case_actions
from monitors.jobs.check import check
from monitors.jobs.delivery import deliver
from monitors.jobs.surveys import close_survey, open_after_import, survey_view
from rules.cases.case import CaseError
from storage.notices import NoticeState
from tests.support.letter_histories import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Three silent accounts; the register names no owner of the first two, both of 图书馆."""
    made = Office(tmp_path)
    filings = [replace(made._filing(n), first_owner="") for n in (0, 1)]
    made.context.store.filings.save(filings, by="测试", now=made.now)
    yield made
    made.ends()


def test_the_first_check_drafts_nothing(office: Office) -> None:
    office.looks_around()
    view = survey_view(office.context, "sias")
    assert view.survey
    assert view.survey.reason == "首次核对"
    assert {line.rule for line in view.facts} == {"inactivity"}
    assert {(line.rule, line.unit, len(line.cases)) for line in view.gaps} == {("missing_owner", "图书馆", 2)}
    assert office.context.store.outbox.all() == []
    assert deliver(office.context, office.now).claimed == 0


def test_struck_findings_stay_struck_and_the_rest_is_drafted_from_the_day(office: Office) -> None:
    office.looks_around()
    numbers = sorted(case.number for line in survey_view(office.context, "sias").facts for case in line.cases)
    case_actions.dismiss(office.context, numbers[0], by="陈经办", reason="寒假停更，已报备")
    monday = (office.now + timedelta(days=7)).date()
    with pytest.raises(CaseError, match="不能早于今天"):
        close_survey(office.context, "sias", by="陈经办", drafts_from=office.now.date() - timedelta(days=1))
    assert close_survey(office.context, "sias", by="陈经办", drafts_from=monday) == 4
    with pytest.raises(CaseError, match="没有正在进行的摸底"):
        close_survey(office.context, "sias", by="陈经办", drafts_from=monday)
    closed = survey_view(office.context, "sias")
    assert sum(len(line.cases) for line in (*closed.facts, *closed.gaps)) == 4, "what it held stays to be read"
    office.looks_around()
    assert office.context.store.outbox.all() == [], "not before the day"
    office.passes(60 * 24 * 7)
    office.looks_around()
    drafts = office.context.store.outbox.all(state=NoticeState.DRAFT)
    assert sorted(row.case_number for row in drafts) == numbers[1:]


def test_gaps_of_the_register_are_asked_for_in_one_letter_a_unit(office: Office) -> None:
    office.looks_around()
    close_survey(office.context, "sias", by="陈经办", drafts_from=office.now.date())
    reminders = [row for row in office.context.store.outbox.all() if row.document_type == "reminder"]
    assert [(row.unit, row.number, row.state) for row in reminders] == [("图书馆", "", NoticeState.DUE)]
    assert reminders[0].state_label == "待发送", "nobody signed it"
    assert len(office.context.store.outbox.cases_of(reminders[0].id)) == 2
    again = check(office.context, "sias", office.now)
    assert again.issued == 0, "one letter a unit a day"


def test_a_large_import_begins_another_and_leaves_old_cases_alone(office: Office) -> None:
    office.looks_around()
    close_survey(office.context, "sias", by="陈经办", drafts_from=office.now.date())
    before = {row.id for row in office.context.store.outbox.all()}
    assert not open_after_import(office.context, "sias", touched=1, before=30, now=office.now)
    assert open_after_import(office.context, "sias", touched=4, before=30, now=office.now)
    added = replace(
        office._filing(0), id="S9", account_id="9000000009", first_owner="", name="西亚斯新账号", unit="学校办公室"
    )
    office.context.store.filings.save([added], by="测试", now=office.now)
    office.passes(60)
    office.looks_around()
    held = [case for line in survey_view(office.context, "sias").gaps for case in line.cases]
    assert [case.title for case in held] == ["西亚斯新账号"]
    assert {row.id for row in office.context.store.outbox.all()} == before
