"""A site that has become somebody else's is told at once, on every surface, and counts for nothing until it is itself again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from prometheus_client import generate_latest

from alerts.digest.build import digest
from alerts.digest.model import Tone
from alerts.messages import digest_text
from monitors.app_context import AppContext
from monitors.console import create_app
from monitors.jobs.digest import gather
from monitors.metrics import registry_of
from rules.accounts.state import apply_observation
from rules.model import HIJACKED, ClaimType, Filing, Outcome, Platform, Post
from storage.filings import key_of
from tests.conftest import NOW
from tests.support.console import client_of
from tests.support.hijacked import EVIDENCE, context, show, site, taken

__all__ = ["context"]


def test_every_surface_says_so_with_the_evidence(context: AppContext) -> None:
    filing = site(context)
    show(context, "one", taken(filing))
    page = client_of(create_app(context))
    page.sign_in()
    today = page.get("/").text
    assert "1 个网站疑似被篡改或域名失效，请立即核实" in today
    assert f"/evidence/{EVIDENCE}" in today
    assert today.index("疑似被篡改") < today.index('class="tiles"')
    account = page.get(f"/accounts/{key_of(filing)}").text
    assert "疑似被篡改或域名失效" in account
    assert f"{HIJACKED}:" not in account
    day = digest(gather(context, "demo", NOW.date(), NOW))
    first = day.sections[0]
    assert (first.heading, first.lines[0].tone, first.lines[0].path) == (
        "请立即核实",
        Tone.ALERT,
        f"/evidence/{EVIDENCE}",
    )
    assert "疑似被篡改或域名失效，请立即核实" in digest_text(day)
    assert "网站疑似被篡改 1 项" in day.headline
    scraped = generate_latest(registry_of(context)).decode()
    assert 'xunjian_hijacked_sites{school="demo"} 1.0' in scraped


def test_a_time_out_does_not_end_it_and_its_own_content_does(context: AppContext) -> None:
    filing, later = site(context), NOW + timedelta(hours=3)
    wall = replace(taken(filing), observed_at=later, outcome=Outcome.BLOCKED, reason="timeout: 超时", evidence="")
    moved = replace(wall, outcome=Outcome.MOVED, reason="moved: 网站跳转", moved_to="http://a.example/")
    show(context, "one", taken(filing), wall, replace(moved, observed_at=later + timedelta(hours=1)))
    ((line, shown),) = context.store.read_models.hijacked_sites()
    assert (line.key, shown.at, shown.evidence) == (key_of(filing), NOW, EVIDENCE)
    post = Post(id="1", published_at=later)
    own = replace(
        taken(filing), observed_at=later + timedelta(days=1), outcome=Outcome.OK, reason="", posts=(post,),
        account_id=key_of(filing).partition(":")[2], proves=ClaimType.ACTIVE, evidence="e2",
    )  # fmt: skip
    show(context, "two", own)
    assert context.store.read_models.hijacked_sites() == []
    assert 'xunjian_hijacked_sites{school="demo"} 0.0' in generate_latest(registry_of(context)).decode()


def test_the_other_school_hears_nothing(context: AppContext) -> None:
    show(context, "one", taken(site(context)))
    page = client_of(create_app(context))
    page.sign_in("sias")
    assert "疑似被篡改" not in page.get("/").text
    assert not digest(gather(context, "sias", NOW.date(), NOW)).headline.startswith("网站疑似")


def test_nothing_it_shows_counts() -> None:
    filing = Filing(id="1", school="demo", platform=Platform.WEBSITE, name="示范大学图书馆", url="http://a.example/")
    before = apply_observation(None, replace(taken(filing), outcome=Outcome.OK, reason=""))
    after = apply_observation(before, replace(taken(filing), observed_at=NOW + timedelta(days=1)))
    changed = {"attempted_at", "obstacle", "obstacle_reason", "failures", "hijacked"}
    assert {name for name in before.__slots__ if getattr(before, name) != getattr(after, name)} == changed
