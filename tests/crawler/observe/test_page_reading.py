"""A reading that is said to last is the one that the same bytes give at any other moment of its span."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from crawler.observe.attribute import attribute_page
from crawler.observe.page_reading import PageReading, read_page, reader_of
from crawler.page.moment import Moment
from crawler.page.page import Page
from crawler.platforms import spec_of
from crawler.platforms.spec import Target
from rules.model import BEIJING, Outcome, Platform
from storage.serialization import dump, load
from tests.support.pages import CASES
from tests.support.website import FIXTURES

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=BEIJING)
OTHER = [timedelta(days=days, seconds=1) for days in (-400, -40, -1, 1, 14, 40, 400)]
PAGES = [(case.name, case.platform, case.page()) for case in CASES]
PAGES += [(f"website/{told.name}", "website", told.page()) for told in FIXTURES]
PAGES = [(name, what, replace(page, fetched_at=page.fetched_at.astimezone(BEIJING))) for name, what, page in PAGES]


def reading(page: Page, platform: str) -> PageReading:
    spec = spec_of(platform)
    return read_page(page, Target(platform=spec.platform, key=""), spec, None, asked=True, follow=True)[0]


def moments(page: Page, read: PageReading) -> Iterator[datetime]:
    """The ends of the span, and what lies in it of some moments around."""
    yield from (at for at in (read.earliest, read.latest) if at)
    yield from (at for at in (page.fetched_at + each for each in OTHER) if read.holds(at))


@pytest.mark.parametrize(("name", "platform", "page"), PAGES, ids=[name for name, *_ in PAGES])
def test_a_lasting_reading_is_the_same_at_any_moment_of_its_span(name: str, platform: str, page: Page) -> None:
    read = reading(page, platform)
    target = Target(platform=spec_of(platform).platform, key="")
    assert read.seen == attribute_page(page, target), "watching the moment changes nothing"
    assert not any(isinstance(post.published_at, Moment) for post in read.seen.posts)
    assert load(PageReading, dump(read)) == read
    if not read.lasting:
        return
    for at in moments(page, read):
        again = attribute_page(replace(page, fetched_at=at), target)
        assert replace(again, observed_at=read.seen.observed_at) == read.seen, at


def test_some_pages_last_and_every_one_with_a_relative_date_does_not() -> None:
    lasting = [name for name, platform, page in PAGES if reading(page, platform).lasting]
    assert len(lasting) > len(PAGES) / 4


def listing(*dates: str) -> Page:
    rows = "".join(
        f"<li><a href='/info/{n}.htm'>关于开展第{n}次活动的通知</a><span>{at}</span></li>" for n, at in enumerate(dates)
    )
    body = f"<html><head><title>通知公告-示例学院</title></head><body><ul class='newsList'>{rows}</ul></body></html>"
    return Page(url="http://a.example.edu.cn/tzgg.htm", body=body.encode(), fetched_at=NOW)


def test_full_dates_last_until_something_that_lay_ahead_has_come() -> None:
    read = reading(listing("2026-11-20", "2026-11-12", "2026-10-30", "2026-10-02", "2026-09-11"), "website")
    assert read.seen.outcome is Outcome.OK
    assert read.lasting
    assert read.holds(NOW + timedelta(days=20))
    assert not read.holds(NOW - timedelta(days=20)), "on that day the newest item lay ahead"


@pytest.mark.parametrize(
    "dates", [("3天前", "5天前", "6天前"), ("昨天", "11-12", "10-30"), ("2小时前", "2026-10-30", "2026-10-02")]
)
def test_a_date_that_counts_from_now_does_not_last(dates: tuple[str, ...]) -> None:
    page = listing(*dates)
    read, later = (reading(replace(page, fetched_at=at), "website") for at in (NOW, NOW + timedelta(days=1)))
    dated = [[post.published_at for post in each.seen.posts] for each in (read, later)]
    assert not read.holds(NOW + timedelta(days=1)) or dated[0] == dated[1]
    if any(dated[0]) and dated[0] != dated[1]:
        assert not read.lasting


def test_a_year_that_is_inferred_lasts_no_longer_than_the_inference() -> None:
    page = listing("11-20", "11-12", "10-30", "10-02", "09-11")
    read = reading(page, "website")
    assert any(post.published_at for post in read.seen.posts)
    assert not read.holds(NOW + timedelta(days=360)), "by then the newest possible year is another"
    assert not read.holds(NOW - timedelta(days=30)), "then it was another, too"


def test_what_else_a_reading_depends_on_has_a_name() -> None:
    spec = spec_of("website")
    target = Target(platform=Platform.WEBSITE, key="website:a", name="示例学院")
    name = reader_of(target, spec, None, asked=True, follow=True)
    assert name == reader_of(target, spec, None, asked=True, follow=True)
    others = [
        reader_of(replace(target, name="示例大学"), spec, None, asked=True, follow=True),
        reader_of(target, spec, spec.sources[0], asked=True, follow=True),
        reader_of(target, spec, None, asked=False, follow=True),
        reader_of(target, spec, None, asked=True, follow=False),
    ]
    assert len({name, *others}) == 5
