"""Who may answer an appeal."""

from __future__ import annotations

import pytest

from rules.people import PeopleError, check_decider


def test_the_signer_of_a_contested_paper_does_not_decide_on_it() -> None:
    with pytest.raises(PeopleError, match="另一位签批人"):
        check_decider(["zhang", "li"], "li")
    check_decider(["zhang", ""], "li")
    check_decider([""], "")
