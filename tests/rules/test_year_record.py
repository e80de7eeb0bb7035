"""A year as the annual review prints it: what nobody saw is never a month without posts."""

from __future__ import annotations

from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from rules.model import BEIJING, AccountState
from rules.year_record import YearOfLooks, YearRecord, year_record
from tests.support.factories import at, filing

POSTS = ("2025-12-31 23:00", "2026-03-02", "2026-03-20", "2026-06-01", "2027-01-01")


def year(state: AccountState | None, *posts: str, until: str = "2026-12-31 23:59:59") -> YearRecord:
    looks = YearOfLooks(frozenset({date(2026, 6, 2)}), at("2026-06-02"), at("2026-06-02"), ())
    return year_record(filing(), "weibo:1000001", 2026, at(until), looks, [at(post) for post in posts], state)


def listed(start: str, end: str) -> AccountState:
    return AccountState(listed_from=at(start), listed_to=at(end))


def test_only_the_year_counts() -> None:
    record = year(listed("2025-01-01", "2027-02-01"), *POSTS)
    assert [month.count for month in record.months] == [0, 0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert record.is_complete
    assert record.posts == 3
    assert record.last_post == at("2026-06-01")


def test_a_month_that_nobody_saw_is_unseen_and_a_part_is_at_least() -> None:
    record = year(listed("2026-03-10", "2026-07-01"), *POSTS)
    unseen = [number for number, month in enumerate(record.months, start=1) if month.is_unseen]
    assert unseen == [1, 2, 7, 8, 9, 10, 11, 12]
    assert (record.months[2].count, record.months[2].complete) == (2, False)
    assert (record.months[3].count, record.months[3].complete) == (0, True)
    assert not record.is_complete


def test_silence_is_reckoned_only_where_the_whole_list_was_seen() -> None:
    record = year(listed("2026-03-10", "2026-07-01"), *POSTS)
    assert record.silence is not None
    assert (record.silence.days, record.silence.start, record.silence.running) == (73, at("2026-03-20"), False)
    assert year(None, *POSTS).silence is None
    running = year(listed("2026-03-10", "2026-12-30"), *POSTS).silence
    assert running is not None
    assert running.running
    assert running.start == at("2026-06-01")


def test_a_year_that_runs_ends_with_its_last_month() -> None:
    record = year(None, *POSTS, until="2026-06-15")
    assert (len(record.months), record.days) == (6, 166)


TIMES = st.datetimes(datetime(2025, 11, 1), datetime(2027, 2, 1)).map(lambda when: when.replace(tzinfo=BEIJING))


@given(posts=st.lists(TIMES, max_size=20), span=st.tuples(TIMES, TIMES), until=TIMES)
def test_nothing_is_made_up(posts: list[datetime], span: tuple[datetime, datetime], until: datetime) -> None:
    until = max(until, at("2026-01-01"))
    state = AccountState(listed_from=min(span), listed_to=max(span))
    record = year_record(filing(), "k", 2026, until, YearOfLooks(), posts, state)
    own = {post for post in posts if at("2026-01-01") <= post <= record.until}
    assert record.posts == len(own)
    for month in record.months:
        assert not (month.is_unseen and month.complete)
    if record.silence:
        assert min(span) <= record.silence.start < record.silence.end <= max(span)
        assert not any(record.silence.start < post < record.silence.end for post in own)
