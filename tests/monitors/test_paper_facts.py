"""A paper is made of the facts of its moment: today's unit, each page with its own time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitors.app_context import AppContext
from monitors.jobs.paper_facts import case_now, exhibits
from rules.accounts.state import apply_observation
from rules.model import ClaimType, Filing, Observation, Outcome, Platform, Post
from storage.evidence import EvidenceArchive, StoredPage
from tests.alerts.sample import case
from tests.conftest import NOW

ACCOUNT = "weibo:9000000001"
FILED = Filing(
    id="1", school="sias", platform=Platform.WEIBO, name="西亚斯体育", account_id="9000000001", unit="体育学院"
)


def test_a_unit_that_handed_the_account_over_is_not_named(context: AppContext) -> None:
    opened = case(account=ACCOUNT, platform=Platform.WEIBO, title="西亚斯体育")
    assert case_now(context, opened, NOW) == opened
    context.store.filings.save([replace(FILED, school="bit", unit="别校")], by="测试", now=NOW)
    assert case_now(context, opened, NOW).unit == "体育学院"
    context.store.filings.save([replace(FILED, unit="商学院")], by="测试", now=NOW)
    assert case_now(context, opened, NOW).unit == "商学院"


def test_every_page_is_cited_with_its_own_time(context: AppContext) -> None:
    archive = EvidenceArchive(context.evidence)
    old, listed = (
        archive.append(StoredPage(f"https://weibo.example/{n}", b"x" * n, NOW - timedelta(days=n), headers={}))
        for n in (90, 3)
    )
    archive.close()
    look = Observation(
        platform=Platform.WEIBO, source="weibo", url="https://weibo.example/90", observed_at=NOW - timedelta(days=90),
        outcome=Outcome.OK, proves=ClaimType.ACTIVE, evidence=old, account_id="9000000001",
        posts=(Post(id="1", title="校运会", published_at=NOW - timedelta(days=91)),),
    )  # fmt: skip
    context.store.observations.record("run-1", [(ACCOUNT, look)], apply_observation)
    lost = "2026-01-01.gone.1.000000000000000000000000"
    cited = exhibits(context, case(account=ACCOUNT, rule="unregistered_name"), [old, listed, lost])
    assert [item.seen_at for item in cited] == [NOW - timedelta(days=90), NOW - timedelta(days=3), None]
    assert "校运会" in cited[0].shows
    assert cited[1].url == "https://weibo.example/3"
    assert "西亚斯体育学院" in cited[1].shows
    assert exhibits(context, case(account=ACCOUNT), [listed])[0].shows == "", "nothing was read off it"
