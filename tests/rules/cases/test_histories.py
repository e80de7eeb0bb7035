"""Hypothesis plays the context against the model in histories.py, and a few hundred seeded histories run besides."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.support.histories import ACTS, LOOKS, World, run


class Machine(RuleBasedStateMachine):
    """Any order of days, looks, walls, policy edits, signatures and appeals."""

    def __init__(self) -> None:
        super().__init__()
        self.context = World()

    @rule(hours=st.sampled_from([1, 20, 24, 168, 480, 792, -3]))
    def days_pass(self, hours: int) -> None:
        self.context.advance(hours)

    @rule(hours_ago=st.sampled_from([0, 1, 30, 480]))
    def the_unit_posts(self, hours_ago: int) -> None:
        self.context.publish(hours_ago)

    @rule(kind=st.sampled_from(LOOKS), late=st.sampled_from([0, 0, 3, 30, 216]))
    def a_look_comes_in(self, kind: str, late: int) -> None:
        self.context.look(kind, late)

    @rule()
    def a_sweep_and_a_check(self) -> None:
        self.context.look("full")
        self.context.check()

    @rule()
    def a_check_alone(self) -> None:
        self.context.check()

    @rule(what=st.sampled_from(ACTS), days=st.sampled_from([3, 20]))
    def somebody_acts(self, what: str, days: int) -> None:
        self.context.act(what, days)

    @rule(months=st.sampled_from([1, 2, 3]))
    def the_policy_is_edited(self, months: int) -> None:
        self.context.edit_policy(months)

    @rule()
    def the_breaker_trips_or_is_reset(self) -> None:
        self.context.toggle_breaker()

    def teardown(self) -> None:
        self.context.finish()


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_seeded_histories_reach_every_document() -> None:
    kinds = {kind for seed in range(300) for kind in run(seed).seen_kinds}
    assert {
        "issued rectification",
        "issued public_notice",
        "issued shutdown",
        "withdrawn correction",
        "eased",
        "decided appeal_decision",
        "closed closure",
        "reopened",
        "dismissed",
    } <= kinds


def test_a_second_paper_that_was_wrong_is_taken_back_alone() -> None:
    context = World()
    for hours, acts in ((24 * 60, ("sign", "deliver")), (24 * 63, ("propose", "sign"))):
        context.advance(hours)
        context.look("full")
        context.check()
        for what in acts:
            context.act(what)
    context.publish(hours_ago=30)
    context.advance(1)
    context.look("full")
    context.check()
    context.finish()
    assert context.seen_kinds["revoked correction"] == 1
