"""The demonstration's campaigns: late units, one that has to mend its sheet, a published list, an untouched register."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from monitors.console.public_pages import newest_published, write_public_site
from monitors.demo.campaigns import run_campaigns
from monitors.jobs.campaigns import progress
from rules.campaigns import SheetState
from tests.support.console import open_world
from tests.support.factories import filing


def test_a_campaign_in_every_state(tmp_path: Path) -> None:
    context = open_world(tmp_path)
    rows = [filing(id=str(n), unit=f"单位{n}", account_id=f"100000{n}", direct_owner="赵某某") for n in range(8)]
    rows.append(replace(rows[0], id="9", name="<b>&", account_id="", url="https://x.example.edu.cn/"))
    now = context.clock()
    context.store.filings.save(rows, by="测试", now=now)
    before = context.store.filings.all("demo")
    run_campaigns(context, "demo")
    run_campaigns(context, "demo")  # the second start finds them there
    review, clean_up = context.store.campaigns.all("demo")
    states = Counter(row.state for row in progress(context, review, now))
    assert states == {SheetState.LATE: 2, SheetState.RETURNED: 1, SheetState.ACCEPTED: 2, SheetState.SUBMITTED: 3}
    assert newest_published(context, "demo") == clean_up
    assert context.store.filings.all("demo") == before
    assert write_public_site(context, clean_up, tmp_path / "site", now) == 9
    pages = "".join(path.read_text("utf-8") for path in (tmp_path / "site").glob("*.html"))
    assert "赵某某" not in pages
    assert "&lt;b&gt;&amp;" in pages
    assert "<svg" in pages
    context.store.close()
