"""Two people, or two windows, over one sheet: whoever saves on an older state is told, and nothing is overwritten unseen."""

from __future__ import annotations

import hashlib

from rules.campaign_moves import Submission, save_draft
from rules.campaigns import AccountAnswer, CampaignError, UnitSheet


class SheetConflict(CampaignError):
    """The sheet was saved elsewhere since it was opened. Raised by `save_over`; the catcher shows ``kept``, what stands, beside
    what was typed, and saves nothing."""

    def __init__(self, kept: UnitSheet) -> None:
        """``kept``: the sheet as it stands."""
        super().__init__(
            "您打开这份表之后，另一个窗口或另一位同事保存过它，所以这次没有保存。您填的内容都还在下面；"
            "请对照“已保存的不同之处”，改好后再点一次，就以您这次的为准。"
        )
        self.kept = kept


def draft_stamp(sheet: UnitSheet) -> str:
    """What a unit filled in so far, as a short sign: equal as long as nobody saved anything else."""
    said = (sheet.state, [_plain(answer) for answer in sheet.answers], sheet.added, sheet.none, sheet.head, sheet.by)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _plain(answer: AccountAnswer) -> tuple[object, ...]:
    return (answer.filing, answer.kind, sorted(answer.corrections.items()), answer.reason)


def save_over(sheet: UnitSheet, given: Submission, stamp: str) -> UnitSheet:
    """Keep what was filled in, if the sheet still is the one that was opened; an empty ``stamp`` asks nothing. What is
    already there is no conflict: an answer that was lost on the way back is sent again."""
    after = save_draft(sheet, given)
    if stamp and stamp != draft_stamp(sheet) and draft_stamp(after) != draft_stamp(sheet):
        raise SheetConflict(sheet)
    return after


def differing(kept: UnitSheet, given: Submission) -> frozenset[str]:
    """The accounts of which the sheet says something else than what was typed."""
    typed = {answer.filing: answer for answer in given.answers}
    return frozenset(each for each in kept.filings if kept.answer_of(each) != typed.get(each))
