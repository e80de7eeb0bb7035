"""What a visit's pages say together, and what a search page may say of one account."""

from __future__ import annotations

from datetime import timedelta

from crawler.observe.attribute import select_own_hit, summarize_visit
from crawler.platforms.spec import Target
from rules.model import ClaimType, Observation, Outcome, Platform, Post, SearchHit
from tests.conftest import NOW
from tests.support.factories import observed

OLD = Post(id="1", published_at=NOW - timedelta(days=200))


def site_page(source: str, outcome: Outcome = Outcome.OK, posts: tuple[Post, ...] = (OLD,)) -> Observation:
    fact = outcome is Outcome.OK
    proves = ClaimType.ACTIVE | ClaimType.INACTIVE if fact else ClaimType.NONE
    return observed(
        NOW, *(posts if fact else ()), platform=Platform.WEBSITE, source=source, outcome=outcome, proves=proves
    )


def silent(seen: list[Observation]) -> bool:
    return any(each.proves & ClaimType.INACTIVE for each in summarize_visit(seen))


def test_a_home_page_and_its_columns_show_silence() -> None:
    assert silent([site_page("home"), site_page("list"), site_page("list")])


def test_stale_columns_without_the_home_page_show_nothing() -> None:
    assert not silent([site_page("home", Outcome.UNREADABLE), site_page("list"), site_page("list")])


def test_a_hidden_column_hides_the_silence() -> None:
    assert not silent([site_page("home"), site_page("list"), site_page("list", Outcome.BLOCKED)])


def test_a_home_page_without_dates_and_columns_without_dates_show_nothing() -> None:
    undated = (Post(id="2"),)
    assert not silent([site_page("home", posts=undated), site_page("list", posts=undated)])


def test_a_missing_sitemap_is_no_news() -> None:
    assert summarize_visit([site_page("home"), site_page("none", Outcome.UNREADABLE)]) == [site_page("home")]


def test_a_profile_without_its_list_still_says_that_the_list_was_hidden() -> None:
    profile, wall = site_page("profile", posts=()), site_page("posts", Outcome.BLOCKED)
    assert summarize_visit([profile, wall]) == [profile, wall]


def test_nothing_read_is_recorded_as_nothing_read() -> None:
    assert summarize_visit([site_page("none", Outcome.UNREADABLE)]) == [site_page("none", Outcome.UNREADABLE)]


RESULTS = (
    SearchHit(platform=Platform.WECHAT, name="示范大学", account_id="shifan_daxue", last_post_at=NOW),
    SearchHit(
        platform=Platform.WECHAT, name="示范大学工会", account_id="shifan_gh", last_post_at=NOW - timedelta(days=300)
    ),
)


def searched(name: str, account_id: str) -> Observation:
    page = Observation(
        platform=Platform.WECHAT,
        source="sogou",
        url="https://weixin.sogou.com/weixin?query=x",
        observed_at=NOW,
        outcome=Outcome.OK,
        name="示范大学",
        account_id="shifan_daxue",
        posts=(Post(id="a", published_at=NOW),),
        results=RESULTS,
        proves=ClaimType.ACTIVE | ClaimType.NAME,
    )
    return select_own_hit(Target(platform=Platform.WECHAT, key="wechat:x", name=name, account_id=account_id), page)


def test_the_first_result_is_not_taken_for_ours() -> None:
    seen = searched("示范大学工会", "gh_0000000000a9")
    assert seen.last_post_at == NOW - timedelta(days=300)
    assert seen.proves == ClaimType.ACTIVE
    assert seen.name is None


def test_not_being_among_the_results_proves_nothing() -> None:
    seen = searched("示范大学图书馆", "gh_0000000000b9")
    assert seen.outcome is Outcome.UNREADABLE
    assert not seen.posts
