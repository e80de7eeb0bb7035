"""Whatever checks, imports, crashes, clock jumps and clicks come in whatever order: the law of the letters holds."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.support.letter_histories import DECISIONS, Office, run

PICK = st.integers(0, 5)


class Letters(RuleBasedStateMachine):
    """An office whose every step is chosen by Hypothesis."""

    office: Office

    @initialize(looked_over=st.booleans())
    def opens_its_doors(self, looked_over: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.office = Office(Path(self.folder.name))
        if looked_over:
            self.office.looks_around()
            self.office.ends_survey()

    @rule(minutes=st.sampled_from([1, 5, 60 * 24, 60 * 24 * 32, -3]))
    def time_passes(self, minutes: int) -> None:
        self.office.passes(minutes)

    @rule(n=st.integers(0, 2))
    def a_unit_posts(self, n: int) -> None:
        self.office.posts_now(n)

    @rule(n=st.integers(0, 2), unit=st.sampled_from(["图书馆", "学校办公室"]))
    def an_account_changes_hands(self, n: int, unit: str) -> None:
        self.office.moves_unit(n, unit)

    @rule()
    def a_large_import(self) -> None:
        self.office.imports()

    @rule()
    def the_survey_ends(self) -> None:
        self.office.ends_survey()

    @rule()
    def a_sweep_and_a_check(self) -> None:
        self.office.looks_around()

    @rule(at_write=st.integers(1, 6))
    def a_check_dies(self, at_write: int) -> None:
        self.office.crashes_in(at_write, self.office.checks)

    @rule(pick=PICK, proposed=st.booleans())
    def a_paper_is_read_and_signed(self, pick: int, proposed: bool) -> None:
        self.office.opens(pick)
        if proposed:
            self.office.proposes(pick)
        self.office.signs(pick)

    @rule(pick=PICK, unread=st.booleans())
    def a_paper_is_signed_late_or_unread(self, pick: int, unread: bool) -> None:
        self.office.signs(pick, unread=unread)

    @rule(pick=PICK, at_write=st.integers(1, 4))
    def a_signature_dies(self, pick: int, at_write: int) -> None:
        self.office.opens(pick)
        self.office.crashes_in(at_write, lambda: self.office.signs(pick))

    @rule(pick=PICK)
    def letters_are_sent_and_printed(self, pick: int) -> None:
        self.office.sends()
        self.office.prints(pick)

    @rule(pick=PICK)
    def a_letter_is_handed_over(self, pick: int) -> None:
        self.office.hands_over(pick)

    @rule(pick=PICK)
    def a_letter_is_held_back(self, pick: int) -> None:
        self.office.holds_back(pick)

    @rule(pick=PICK, up_again=st.booleans())
    def a_draft_is_put_off(self, pick: int, up_again: bool) -> None:
        self.office.puts_off(pick)
        self.office.signs_what_is_put_off(pick)
        if up_again:
            self.office.takes_up_again(pick)

    @rule(what=st.sampled_from(DECISIONS), pick=PICK)
    def somebody_decides(self, what: str, pick: int) -> None:
        self.office.decides(what, pick)

    @invariant()
    def the_law_holds(self) -> None:
        self.office.judge()

    def teardown(self) -> None:
        if hasattr(self, "office"):
            self.office.ends()
            self.folder.cleanup()


TestLetters = Letters.TestCase
TestLetters.settings = settings(
    max_examples=6, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("seed", [*range(1, 8), 1287, 11760])
def test_seeded_histories_keep_the_law(seed: int) -> None:
    """1287: accounts of one unsigned reminder fall to two units while the clock stands before its day.
    11760: one of them is withdrawn before the next check."""
    assert run(seed).kinds
