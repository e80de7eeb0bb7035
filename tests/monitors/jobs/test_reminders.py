"""提示函 that a person signs: one draft for each addressee, with a table, whatever joins it or leaves it meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.notices.edits import OwnWords
from alerts.notices.notice import Notice
from monitors.jobs import case_actions, letters
from monitors.jobs.surveys import close_survey
from rules.cases.case import CaseError
from storage.filings import key_of
from storage.notices import NoticeState, OutboxNotice
from storage.serialization import load
from tests.support.letter_histories import EDITOR, SIGNER, Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A school that signs its reminders; the register names no owner of three accounts, two of them 图书馆's."""
    made = Office(tmp_path, signs_reminders=True)
    made.context.store.filings.save(
        [replace(made._filing(n), first_owner="") for n in range(3)], by="测试", now=made.now
    )
    made.looks_around()
    close_survey(made.context, "sias", by="陈经办", drafts_from=made.now.date())
    yield made
    made.ends()


def drafts(office: Office) -> dict[str, OutboxNotice]:
    """By unit."""
    rows = office.context.store.outbox.all(state=NoticeState.DRAFT)
    return {row.unit: row for row in rows if row.document_type == "reminder"}


def about(office: Office, row: OutboxNotice) -> list[str]:
    return office.context.store.outbox.cases_of(row.id)


def sign(office: Office, row: OutboxNotice) -> OutboxNotice:
    return letters.sign(office.context, row.id, SIGNER, seen=letters.facts_read(office.context, row.id))


def test_one_draft_a_unit_is_signed_once_for_all_its_cases(office: Office) -> None:
    found = drafts(office)
    assert {unit: len(about(office, row)) for unit, row in found.items()} == {"图书馆": 2, "学校办公室": 1}
    signed = sign(office, found["图书馆"])
    assert (signed.state, signed.number) == (NoticeState.DUE, "")
    paper = load(Notice, signed.document)
    assert len(paper.others) == 1
    assert paper.signer == "王部长"
    for number in about(office, signed):
        case = office.context.store.cases.get(number)
        assert case
        assert [record.notice for record in case.issued_steps] == [signed.id]
    office.looks_around()
    assert list(drafts(office)) == ["学校办公室"], "signed once"


def test_a_case_that_ends_leaves_the_letter_and_the_rest_stays(office: Office) -> None:
    letters.write_over(office.context, drafts(office)["图书馆"].id, OwnWords(note="请先电话告知"), by="陈经办")
    row = drafts(office)["图书馆"]
    read = letters.facts_read(office.context, row.id)
    gone, stays = about(office, row)
    case_actions.dismiss(office.context, gone, by="陈经办", reason="已报备")
    assert about(office, row) == [stays]
    with pytest.raises(CaseError, match="情况有变化"):
        letters.sign(office.context, row.id, SIGNER, seen=read)
    assert load(Notice, sign(office, row).document).note == "请先电话告知"
    case_actions.undo(office.context, gone, by="陈经办")
    assert about(office, drafts(office)["图书馆"]) == [gone], "another letter, which speaks of this one alone"


def test_a_case_ends_while_another_of_the_letter_has_changed_hands(office: Office) -> None:
    """Its unit changed since the last check; the next one lays it before the signer in a letter to the new unit."""
    row = drafts(office)["图书馆"]
    ends, moves = about(office, row)
    account = next(n for n in range(3) if moves in _cases_of(office, n))
    office.context.store.filings.save(
        [replace(office._filing(account), first_owner="", unit="校团委")], by="测试", now=office.now
    )
    case_actions.withdraw(office.context, ends, by="陈经办", reason="核查有误")
    assert "图书馆" not in drafts(office)
    office.passes(60)
    office.looks_around()
    assert about(office, drafts(office)["校团委"]) == [moves]


def _cases_of(office: Office, account: int) -> set[str]:
    key = key_of(office._filing(account))
    return {case.number for case in office.context.store.cases.all() if case.account == key}


def test_the_last_case_that_ends_stops_the_letter(office: Office) -> None:
    row = drafts(office)["学校办公室"]
    case_actions.dismiss(office.context, row.case_number, by="陈经办", reason="已报备")
    stopped = office.context.store.outbox.one(row.id)
    assert stopped
    assert stopped.state is NoticeState.STOPPED


def test_an_account_that_changes_hands_changes_letters(office: Office) -> None:
    before = drafts(office)
    office.units[2] = "图书馆"
    office.context.store.filings.save([replace(office._filing(2), first_owner="")], by="测试", now=office.now)
    office.passes(60)
    office.looks_around()
    after = drafts(office)
    assert list(after) == ["图书馆"]
    assert after["图书馆"].id == before["图书馆"].id
    assert len(about(office, after["图书馆"])) == 3
    stopped = office.context.store.outbox.one(before["学校办公室"].id)
    assert stopped
    assert "责任单位已变更" in stopped.error


def test_a_signed_letter_held_back_is_drafted_again_for_all(office: Office) -> None:
    row = sign(office, drafts(office)["图书馆"])
    letters.hold_back(office.context, row.id, by=EDITOR.display, reason="再核实")
    again = drafts(office)["图书馆"]
    assert again.id != row.id
    assert about(office, again) == about(office, row)
