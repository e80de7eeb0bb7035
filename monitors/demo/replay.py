"""Real captured pages, served under hosts of their own where the shared samples are at hand; silently nothing elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from monitors.demo.answer import Answer, Ask
from monitors.demo.population import Campus
from rules.model import Filing, Platform

SCHOOL = "replay"
"""School code of these sites: 真实页面回放（演示）. They are nobody's register."""

PAGES: Mapping[str, Mapping[str, str]] = {
    "fudan-cs.replay.example": {
        "/": "fudan_cs_list_xwsd_news.html", "/24256/list.html": "fudan_cs_list_xwsd_news.html",
        "/24257/list.html": "fudan_cs_list_zytz_notice.html", "/24252/list.html": "fudan_cs_list_xshd.html",
        "/24277/list.html": "fudan_cs_list_yjsjx_PINNED.html", "/24282/list.html": "fudan_cs_list_kycg_stale.html",
        "/35227/list.html": "fudan_cs_list_xwdt_stale.html", "/76/3d/c24286a489021/page.html": "fudan_cs_article_2023_election.html",
        "/86/9f/c24792a427679/page.html": "fudan_cs_article_choir.html", "/34/ef/c24280a668911/page.html": "fudan_cs_article_qs_rank.html",
    },
    "fudan-software.replay.example": {"/": "fudan_software_home.html"},
    "henu-rsc.replay.example": {
        "/": "henu_rsc_home.html", "/index.htm": "henu_rsc_home.html", "/rczp.htm": "henu_rsc_list_rczp_mixed.html",
        "/info/1023/3502.htm": "henu_rsc_article_3502.html", "/info/1017/3541.htm": "henu_rsc_article_3541.html",
    },
    "sz1cz.replay.example": {
        "/": "sz1cz_home.html", "/index.htm": "sz1cz_home.html", "/xwzx.htm": "sz1cz_list_xwzx.html",
        "/xwzx/xwgk.htm": "sz1cz_list_xwgk_PINNED.html", "/djzc/tdzd/tdhd/1.htm": "sz1cz_list_tdhd_nodate.html",
        "/info/1065/11152.htm": "sz1cz_article_11152.html", "/info/1191/5531.htm": "sz1cz_article_5531_icp_in_body.html",
    },
    "cqjtu-yz.replay.example": {
        "/": "cqjtu_yz_home.html", "/index.htm": "cqjtu_yz_home.html", "/xxxw.htm": "cqjtu_yz_list_xxxw.html",
        "/zsxx1/ssyjs/1.htm": "cqjtu_yz_list_ssyjs_p1.html", "/info/1078/1566.htm": "cqjtu_yz_article_1566.html",
    },
    "nju-itsc.replay.example": {"/": "nju_itsc_list.html"},
    "yzu-yz.replay.example": {"/": "yzu_yz_tzgg_list.html", "/tzgg.htm": "yzu_yz_tzgg_list.html"},
    "qust.replay.example": {"/": "qust_home_2022.html"},
    "cqupt.replay.example": {"/": "cqupt_home.html"},
}  # fmt: skip
"""By host and path, the file under samples/website/: the paths are those the pages were captured from."""
NAMES = {
    "fudan-cs": "计算机学院网站", "fudan-software": "软件学院网站", "henu-rsc": "人事处网站", "sz1cz": "中学网站",
    "cqjtu-yz": "研究生招生网站", "nju-itsc": "信息化中心网站", "yzu-yz": "研究生招生网站（通知公告）", "qust": "大学主页（2022）",
    "cqupt": "大学主页（2024）",
}  # fmt: skip


def replay_pages(shared: Path) -> dict[str, dict[str, Path]]:
    """The captured pages there are: host → path → file; empty where ``shared`` holds none."""
    folder = shared / "samples" / "website"
    there = {
        host: {path: folder / name for path, name in pages.items() if (folder / name).is_file()}
        for host, pages in PAGES.items()
    }
    return {host: pages for host, pages in there.items() if "/" in pages}


def replay_filings(shared: Path, now: datetime) -> tuple[Filing, ...]:
    """Register rows of the replayed sites, under their own school code."""
    return tuple(
        Filing(
            id=f"REPLAY-{number:03}",
            school=SCHOOL,
            platform=Platform.WEBSITE,
            name=f"{NAMES[host.partition('.')[0]]}（真实页面回放，演示）",
            unit="真实页面回放",
            url=f"https://{host}/",
            filed_at=now.date(),
            note="公开页面的旧副本，内容停在采集之日；不代表该单位现状",
        )
        for number, host in enumerate(replay_pages(shared), 1)
    )


def replayed(campus: Campus, ask: Ask) -> Answer | None:
    """A captured page as it was; None where this host or path was not captured."""
    name = PAGES.get(ask.host, {}).get(ask.path)
    if name is None or campus.replay is None:
        return None
    file = campus.replay / "samples" / "website" / name
    # The marker goes into a header and not into the page: these bytes are evidence of how real pages look.
    return Answer(file.read_bytes(), kind="text/html", headers=(("x-demo", "replay"),)) if file.is_file() else None
