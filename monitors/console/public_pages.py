"""公示: the registered accounts for everybody, as an open page and as a folder of pages that need no server.

Names of accounts and units, platforms and the state of the review; nobody's name, number or address.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
from markupsafe import Markup

from alerts.sanitize import clean, mask_personal_data
from monitors.app_context import AppContext
from monitors.console.rendering import ENVIRONMENT, STATIC, is_demo, school_name
from monitors.errors import InvalidInput
from rules.campaigns import Campaign
from rules.model import Filing, FilingStatus, Platform, ReviewResult

PER_PAGE = 200
REVIEWED = {
    ReviewResult.PASSED: "合格",
    ReviewResult.FAILED: "未通过，整改中",
    ReviewResult.MISSING: "未提交年审材料",
    None: "尚无年审结果",
}


@dataclass(frozen=True, slots=True)
class PublicAccount:
    """One account as anybody may read it. ``id`` is its row of the register; ``link`` an address of its own, or ""."""

    id: str
    name: str
    unit: str
    platform: Platform
    identity: str
    link: str
    state: str
    passed: bool
    note: str
    reviewed_on: str
    """As far as the day is on file."""

    @property
    def qr_code(self) -> Markup:
        """The account's own address as a picture; nothing where it has none."""
        if not self.link:
            return Markup("")
        made = segno.make(self.link, error="m").svg_inline(scale=5, border=4, light="#fff", omitsize=True)
        return Markup(made)  # noqa: S704 (made of squares)


def newest_published(context: AppContext, school: str) -> Campaign | None:
    """The campaign whose list is open; None where none was ever published."""
    every = [each for each in context.store.campaigns.all(school) if each.published_at]
    return max(every, key=lambda each: each.published_at or each.opened_at, default=None)


def public_accounts(context: AppContext, school: str, words: str = "") -> list[PublicAccount]:
    """The accounts in use, in the office's order, that hold every one of the ``words``."""
    found = [
        _public(filing)
        for filing in context.store.filings.all(school)
        if filing.status in (FilingStatus.ACTIVE, FilingStatus.PAUSED)
    ]
    wanted = words.lower().split()[:6]
    return [each for each in found if all(word in _text(each).lower() for word in wanted)]


def _text(each: PublicAccount) -> str:
    return f"{each.name} {each.unit} {each.platform.label} {each.identity}"


def _public(filing: Filing) -> PublicAccount:
    link = filing.url if filing.url.startswith(("http://", "https://")) and "@" not in filing.url else ""
    return PublicAccount(
        id=filing.id,
        name=mask_personal_data(clean(filing.name, 80)),
        unit=mask_personal_data(clean(filing.unit or "责任单位待核实", 60)),
        platform=filing.platform,
        identity=mask_personal_data(clean(filing.account_id, 60)),
        link=link[:500],
        state=REVIEWED[filing.review_result],
        passed=filing.review_result is ReviewResult.PASSED,
        note="暂停使用" if filing.status is FilingStatus.PAUSED else "",
        reviewed_on=filing.day_text("reviewed_at"),
    )


def values_of(context: AppContext, campaign: Campaign, now: datetime) -> dict[str, Any]:
    """What every public page of a campaign says."""
    return {
        "school": school_name(context, campaign.school),
        "campaign": campaign,
        "demo": is_demo(context, campaign.school),
        "office": context.settings.office_contact,
        "now": now,
    }


def write_public_site(context: AppContext, campaign: Campaign, out: Path, now: datetime) -> int:
    """The list and a page for each account as files; returns how many accounts. Raises InvalidInput."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InvalidInput(f"{out} 已存在且不是空文件夹，请换一个文件夹名，以免覆盖已有内容。")
    accounts, common = public_accounts(context, campaign.school), values_of(context, campaign, now)
    common |= {"search": "", "words": "", "total": len(accounts)}
    links = {each.id: f"account-{place}.html" for place, each in enumerate(accounts, start=1)}
    try:
        out.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(STATIC / "console.css", out / "style.css")
        (out / "index.html").write_text(public_list(common | {"style": "style.css"}, accounts, links), "utf-8")
        for each in accounts:
            page = public_one(common | {"style": "style.css", "back": "index.html"}, each)
            (out / links[each.id]).write_text(page, "utf-8")
    except OSError as error:
        raise InvalidInput(f"不能写入 {out}（{error.strerror}），请检查磁盘空间和权限。") from error
    return len(accounts)


def public_list(values: Mapping[str, Any], accounts: Sequence[PublicAccount], links: Mapping[str, str]) -> str:
    """The list as a page."""
    return ENVIRONMENT.get_template("public.html").render(**values, accounts=accounts, links=links, account=None)


def public_one(values: Mapping[str, Any], account: PublicAccount) -> str:
    """One account as a page, with its code to scan."""
    return ENVIRONMENT.get_template("public.html").render(**values, accounts=(), links={}, account=account)
