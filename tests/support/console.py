"""Makes the furnished context of the console's tests, and a browser that fills in forms."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Route

from monitors.app_context import AppContext
from monitors.job_queue import JobOrder
from monitors.jobs.campaign_file import checked
from monitors.jobs.campaigns import new_campaign
from monitors.people.passwords import hash_password
from monitors.settings import Settings
from rules.accounts.state import apply_observation
from rules.candidates import Candidate, CandidateKind
from rules.model import AccountLevel, ClaimType, Filing, Observation, Outcome, Platform, Post
from rules.people import Role, User, grants_of
from storage.crawl_runs import RunKind, RunStatus
from storage.evidence import EvidenceArchive, StoredPage
from storage.filings import key_of
from storage.host_leases import HostPace
from storage.store import Store
from tests.conftest import NOW
from tests.support.console_cases import open_cases
from tests.support.databases import place_database

PASSWORD = "qing-shan-lv-shui-55"
HASHED = hash_password(PASSWORD)
ALL_ROLES = [role for role in Role if role is not Role.UNIT]
HOSTILE = (
    "<script>alert(1)</script>\u202e图书馆",
    "示范大学\u200b\u200b招生" + "办" * 10_000,
    '"><img src=x onerror=alert(1)>',
    "\u200b\u200d\u2066",
)
"""Names as the internet has them: markup, a right-to-left override, no end, nothing visible."""
DEMO, SIAS = "demo", "sias"


class Browser(TestClient):
    """A client that remembers cookies and answers forms with their own token."""

    def sign_in(self, name: str = "wang", password: str = PASSWORD, next: str = "/", code: str = "") -> Any:
        """Fill in the sign-in form."""
        form = {"csrf": self.csrf("/login"), "username": name, "password": password, "next": next, "code": code}
        return self.post("/login", data=form, follow_redirects=False)

    def csrf(self, page: str = "/me") -> str:
        """The token of the forms on a page."""
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get(page).text)
        assert found, page
        return found[1]

    def submit(self, path: str, **fields: str | list[str]) -> Any:
        """Submit a form without following where it leads."""
        return self.post(path, data={"csrf": self.csrf()} | fields, follow_redirects=False)


def client_of(app: FastAPI, **given: Any) -> Browser:
    """A browser in front of the app."""
    return Browser(app, base_url="http://127.0.0.1:8765", raise_server_exceptions=True, **given)


FILLED = {
    "key:path": "website:unit1.demo.example.edu.cn",
    "number:path": "DEMO-2026-0001",
    "ending": "close",
    "notice_id:path": "DEMO-2026-0001/notice",
    "evidence:path": "2026-11-21.x.1.000000000000000000000000",
    "day": "2026-11-21",
    "code": "demo",
    "platform": "weibo",
    "run": "scan-20261121-100000",
    "file": "report.pdf",
    "number": "DEMO-Q-2026-0001",
    "token": "no-such-link",
    "name": "reader",
    "action": "sign-out",
    "school": "demo",
    "filing:path": "demo-0001",
    "upload": "no-such-upload",
    "token_id": "0123abcd",
    "job": "digest",
    "scan_id": "20261121-100000-0123abcd",
    "topic": "start",
}
"""Something for each placeholder of a route."""


class OrderBook:
    """A queue that keeps what is put and does nothing."""

    spreads = False

    def __init__(self) -> None:
        self.orders: list[JobOrder] = []

    async def put(self, order: JobOrder) -> bool:
        self.orders.append(order)
        return True


def routes(app: FastAPI) -> list[tuple[str, str, str]]:
    """Every (method, address, route) that the application answers, with its placeholders filled."""
    found: list[tuple[str, str, str]] = []
    waiting: list[Any] = list(app.routes)
    while waiting:
        route = waiting.pop()
        waiting += getattr(getattr(route, "original_router", None), "routes", [])
        if isinstance(route, Route):
            path = route.path
            for name, value in FILLED.items():
                path = path.replace("{" + name + "}", value)
            assert "{" not in path, path
            found += [(method, path, route.path) for method in sorted(route.methods or ()) if method != "HEAD"]
    return sorted(set(found))


def open_world(folder: Path, **given: Any) -> AppContext:
    """An empty context at NOW."""
    settings = Settings(data=folder, **given)
    if not settings.database_url:
        place_database(folder)
    context = AppContext(settings, Store(settings.database), lambda: NOW)
    people(context)
    return context


PEOPLE = {
    "wang": User(name="wang", display="王老师", post="党委宣传部部长", grants=grants_of([r.value for r in ALL_ROLES])),
    "editor": User(name="editor", display="经办员", grants=grants_of(["editor"])),
    "signer": User(name="signer", display="孙部长", post="党委宣传部部长", grants=grants_of(["signer"])),
    "it": User(name="it", display="钱工", grants=grants_of(["it"])),
    "reader": User(name="reader", display="审阅员", grants=grants_of(["reader"])),
    "unit": User(name="unit", display="图书馆馆员", grants=grants_of(["unit"], unit="图书馆")),
    "admin": User(name="admin", display="李主任", grants=grants_of(["admin"])),
    "sias": User(name="sias", display="西亚经办", grants=grants_of(["editor", "signer", "admin"], school="sias")),
}
"""One for each role, one with all of them, one of the other school."""


def people(context: AppContext) -> None:
    """Everybody of `PEOPLE`, all with the same password."""
    for user in PEOPLE.values():
        context.store.users.add(user, password=HASHED, now=NOW)


@cache
def _furnished() -> Path:
    """The folder of a furnished world, made once a process."""
    folder = Path(tempfile.mkdtemp(prefix="xunjian-furnished-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    context = open_world(folder)
    furnish(context)
    context.store.close()
    return folder


def furnished_world(folder: Path, **given: Any) -> AppContext:
    """A context at NOW with a bit of everything (`furnish`), in an empty folder."""
    shutil.copytree(_furnished(), folder, dirs_exist_ok=True)
    settings = Settings(data=folder, **given)
    return AppContext(settings, Store(settings.database), lambda: NOW)


UNITS = ("图书馆", "招生就业处", "校团委", "机械工程学院", "外国语学院", "后勤保障部", "信息中心", "马克思主义学院")
PLATFORMS = (Platform.WECHAT, Platform.WEBSITE, Platform.WEIBO, Platform.DOUYIN, Platform.BILIBILI)


def filings(school: str, count: int) -> list[Filing]:
    """A register: names by unit and platform, the hostile ones first."""
    made = []
    for n in range(count):
        platform, unit = PLATFORMS[n % len(PLATFORMS)], UNITS[n % len(UNITS)]
        made.append(
            Filing(
                id=f"{school}-{n:04d}",
                school=school,
                platform=platform,
                name=HOSTILE[n] if n < len(HOSTILE) and school == DEMO else f"示范大学{unit}{platform.label}",
                unit=unit,
                account_id=""
                if platform is Platform.WEBSITE
                else f"{'gh_' if platform is Platform.WECHAT else ''}{10000000 + n}",
                url=f"http://unit{n}.{school}.example.edu.cn/" if platform is Platform.WEBSITE else "",
                level=AccountLevel.TWO,
                first_owner="张三",
                direct_owner="李四",
                phones=("13800138000", "0371-62436666"),
                emails=("zhangsan@example.edu.cn",),
                opened_at=date(2020, 3, 1),
                filed_at=date(2020, 3, 5),
            )
        )
    return made


def observe_filing(
    filing: Filing, at: datetime, outcome: Outcome, evidence: str, last: datetime | None = None
) -> Observation:
    """One look at a filed account."""
    posts = (
        (Post(id="p1", title="关于开展读书月活动的通知", url="https://example.edu.cn/1", published_at=last),)
        if last
        else ()
    )
    return Observation(
        platform=filing.platform,
        source="home",
        url=filing.url or "https://example.com/",
        observed_at=at,
        outcome=outcome,
        reason="" if outcome.is_fact else "页面要求输入验证码",
        name=filing.name[:60] if outcome.is_fact else None,
        account_id=(filing.account_id or None) if outcome.is_fact else None,
        posts=posts,
        proves=ClaimType.ACTIVE | ClaimType.INACTIVE | ClaimType.NAME if outcome.is_fact else ClaimType.NONE,
        evidence=evidence,
    )


SILENT = frozenset({0, 2})
"""Rows of the registers (two schools file the same accounts) that are as silent as their cases say: what is signed about them stands."""


def furnish(context: AppContext, count: int = 24) -> None:
    """Fill a context with a bit of everything."""
    store = context.store
    register = [*filings(DEMO, count), *filings(SIAS, max(count // 4, 2))]
    store.filings.save(register, by="测试", now=NOW)
    evidence = keep_evidence(context)
    kinds = (Outcome.OK, Outcome.OK, Outcome.OK, Outcome.BLOCKED, Outcome.OK, Outcome.UNREADABLE, Outcome.GONE)
    for n, filing in enumerate(register):
        if n % 9 == 8:
            continue  # never looked at
        kind, at = kinds[n % len(kinds)], NOW - timedelta(hours=1 + n % 5)
        silent = NOW - timedelta(days=230) if int(filing.id[-4:]) in SILENT else None
        last = silent or NOW - timedelta(days=3 + 11 * (n % 12)) if kind is Outcome.OK else None
        earlier = observe_filing(
            filing, at - timedelta(days=6), Outcome.OK, evidence, silent or NOW - timedelta(days=40)
        )
        run = f"sweep-{filing.platform.value}"
        store.observations.record(
            run,
            [(key_of(filing), earlier), (key_of(filing), observe_filing(filing, at, kind, evidence, last))],
            apply_observation,
        )
    for platform in PLATFORMS:
        run = f"sweep-{platform.value}"
        store.crawl_runs.start(run, RunKind.SWEEP, platform.value, NOW - timedelta(hours=1))
        store.crawl_runs.finish(run, RunStatus.OK, {"outcomes": {"ok": 12, "blocked": 3}}, NOW - timedelta(minutes=50))
    store.platform_state.set("douyin", consecutive_blocks=2, paused_until=NOW + timedelta(hours=3))
    store.platform_state.set(
        "weibo", breaker_opened_at=NOW - timedelta(hours=5), breaker_reason="6 个账号同时由可见变为注销"
    )
    store.scheduled_jobs.add_missing({"sweep": "*/20 * * * *", "digest": "30 7 * * *"})
    store.scheduled_jobs.started("sweep", NOW - timedelta(minutes=52))
    store.scheduled_jobs.ended("sweep", NOW - timedelta(minutes=50), 131.4)
    budget = HostPace(delay=0, hold=0, budget=2000, since=0)
    store.host_leases.reserve("weixin.sogou.com", "default", "sweep", budget, 214)
    open_cases(context, register, evidence)
    store.candidates.meet([candidate(n, evidence) for n in range(5)])
    html = '<!doctype html><html><body style="font-family:sans-serif"><h1>示范大学日报</h1><a href="/cases">问题</a></body></html>'
    store.digests.save(DEMO, NOW.date(), "示范大学日报", html, NOW - timedelta(hours=2))


def open_campaign(context: AppContext) -> None:
    """A yearly review that one unit has yet to answer: NS2026."""
    given = {"code": "NS2026", "school": DEMO, "name": "2026年度年审", "kind": "annual_review", "due": "2026-12-10"}
    given |= {"start": "2026-01-01", "end": "2026-12-31"}
    new_campaign(context, checked(given | {"scope": {"units": ["图书馆"]}}, "表格"), "王老师", NOW)


def keep_evidence(context: AppContext) -> str:
    """One captured page, as hostile as they come."""
    archive = EvidenceArchive(context.evidence)
    body = "<html><script>document.title='owned'</script><body>图书馆 验证码</body></html>".encode()
    page = StoredPage("https://example.edu.cn/", body, NOW - timedelta(hours=1), headers={"content-type": "text/html"})
    evidence = archive.append(page)
    archive.close()
    return evidence


def candidate(n: int, evidence: str) -> Candidate:
    """A found account that waits for a person."""
    names = ("示范大学招生咨询", "示範大學校友圈", "示范大学表白墙", HOSTILE[0], "示范大学考研资料")
    return Candidate(
        school=DEMO,
        key=f"weibo:99000{n}",
        platform=Platform.WEIBO,
        name=names[n],
        url="javascript:alert(1)" if n == 3 else f"https://weibo.com/u/99000{n}",
        kind=(CandidateKind.SUSPECT, CandidateKind.UNFILED, CandidateKind.REVIEW)[n % 3],
        why=f"名称含有受保护的“示范大学”，备案台账中没有这个账号：{names[n][:20]}",
        term="示范大学",
        evidence=(evidence,),
        first_seen_at=NOW - timedelta(days=4),
        last_seen_at=NOW - timedelta(hours=6),
        personal=n == 2,
        expires_at=NOW + timedelta(days=100) if n == 2 else None,
    )


class RunningTimetable:
    """A scheduler that writes down what it is asked."""

    alive = True

    def __init__(self) -> None:
        self.asked: list[str] = []

    def run_soon(self, name: str) -> None:
        self.asked.append(name)
