"""Nobody overwrites unseen what somebody else saved in a unit's sheet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.campaign_moves import Submission, save_draft
from rules.campaigns import AccountAnswer, AccountAnswerKind, SheetState, UnitSheet
from rules.sheet_drafts import SheetConflict, differing, draft_stamp, save_over

SHEET = UnitSheet(campaign="NS2026", unit="图书馆", filings=("1", "2"))
MINE = Submission(answers=(AccountAnswer(filing="1", kind=AccountAnswerKind.CONFIRMED),), by="张三")
THEIRS = Submission(answers=(AccountAnswer(filing="2", kind=AccountAnswerKind.CLOSES, reason="停"),), by="李四")


def test_a_save_on_an_older_state_is_told_and_keeps_what_stands() -> None:
    opened = draft_stamp(SHEET)
    theirs = save_over(SHEET, THEIRS, opened)
    with pytest.raises(SheetConflict) as told:
        save_over(theirs, MINE, opened)
    assert told.value.kept == theirs
    assert differing(theirs, MINE) == {"1", "2"}
    assert save_over(theirs, MINE, draft_stamp(theirs)).by == "张三"  # having seen both, one may decide


def test_what_is_already_there_is_no_conflict() -> None:
    opened = draft_stamp(SHEET)
    once = save_over(SHEET, MINE, opened)
    assert save_over(once, MINE, opened) == once  # the answer was lost on the way back
    assert save_over(once, THEIRS, "").by == "李四"  # a workbook has no older state


def test_the_sign_is_of_what_the_unit_filled_in() -> None:
    filled = save_draft(SHEET, MINE)
    assert draft_stamp(filled) != draft_stamp(SHEET)
    turned = replace(MINE.answers[0], corrections={"name": "甲", "phones": "1"})
    other = replace(turned, corrections={"phones": "1", "name": "甲"})
    assert draft_stamp(replace(SHEET, answers=(turned,))) == draft_stamp(replace(SHEET, answers=(other,)))
    assert draft_stamp(replace(filled, state=SheetState.RETURNED)) != draft_stamp(filled)
