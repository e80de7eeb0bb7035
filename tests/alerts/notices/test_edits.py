"""What the office writes over in a draft, and when it falls away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.notices.edits import EditError, OwnWords, edited_parts, with_edits, write_over
from alerts.notices.notice import DraftEdits
from alerts.notices.reading import facts_of, fingerprint
from rules.model import DocumentType
from tests.support.notices import notice

DRAFTED = notice(DocumentType.RECTIFICATION)
NONE = DraftEdits()


def test_every_part_that_is_written_over_is_read_by_the_signer() -> None:
    edits = write_over(
        DRAFTED, NONE, OwnWords(addressee="体育学院办公室", mailboxes=("a@b.example",), contact="网络科", phone="1")
    )
    paper = with_edits(DRAFTED, edits)
    assert edited_parts(DRAFTED, paper).keys() == {"主送", "收件邮箱", "联系单位", "联系电话"}
    assert fingerprint(facts_of(paper)) != fingerprint(facts_of(DRAFTED))
    assert paper.recipients[0] == "a@b.example"
    assert not set(DRAFTED.addressee_mailboxes) & set(paper.recipients)
    assert (paper.reason, paper.clause, paper.evidence) == (DRAFTED.reason, DRAFTED.clause, DRAFTED.evidence)


@pytest.mark.parametrize(
    "words", [OwnWords(), OwnWords(addressee="", contact="", phone=""), OwnWords(addressee=DRAFTED.addressee)]
)
def test_the_drafts_own_words_are_no_edit(words: OwnWords) -> None:
    assert write_over(DRAFTED, NONE, words) == NONE


def test_an_edit_is_taken_back_by_an_empty_field() -> None:
    kept = write_over(DRAFTED, NONE, OwnWords(addressee="别处", phone="1"))
    assert write_over(DRAFTED, kept, OwnWords(addressee="")) == DraftEdits(phone="1")


def test_an_addressee_falls_away_with_the_one_it_replaced() -> None:
    """An account that changes hands must not be held against whoever the office had written to before."""
    edits = write_over(
        DRAFTED, NONE, OwnWords(addressee="体育学院办公室", mailboxes=("a@b.example",), contact="网络科")
    )
    moved = with_edits(replace(DRAFTED, addressee="图书馆", addressee_mailboxes=("lib@x.example",)), edits)
    assert (moved.addressee, moved.addressee_mailboxes) == ("图书馆", ("lib@x.example",))
    assert moved.office.contact == "网络科"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (OwnWords(mailboxes=("x@y\nBcc: z@w.example",)), "不是邮箱地址"),
        (OwnWords(mailboxes=tuple(f"a{n}@b.example" for n in range(11))), "最多10个"),
        (OwnWords(addressee="长" * 61), "最多60个字"),
    ],
)
def test_what_cannot_stand_is_refused_in_words(words: OwnWords, why: str) -> None:
    with pytest.raises(EditError, match=why):
        write_over(DRAFTED, NONE, words)


def test_a_public_paper_names_nobodys_telephone() -> None:
    with pytest.raises(EditError, match="会公开"):
        write_over(notice(DocumentType.PUBLIC_NOTICE), NONE, OwnWords(contact="张老师13800138000"))
