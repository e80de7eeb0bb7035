"""`xunjian doctor`: what is installed, reachable, misconfigured, and what to do about it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from alerts.delivery.channels import channel_extensions
from crawler.fetch.browser import browser_fault, find_browser
from crawler.platforms import platform_extensions
from monitors.app_context import AppContext
from monitors.clock import Clock
from monitors.jobs import doctor_cluster, doctor_notices, review_templates, timestamps
from monitors.jobs.bridges import bridge_faults
from monitors.private_files import open_to_others
from monitors.settings import Settings, settings_file
from monitors.settings_names import former_name_warnings
from monitors.version import product_version
from rules.calendar import china_calendar
from rules.policies.loader import PolicyError
from storage.database import StorageError
from storage.store import Store

log = structlog.get_logger()
DISK_LEFT = 2 * 1024**3
EVIDENCE_FULL = 0.9
UNSEEN = "抖音等需要浏览器的页面会记为无法识别"


@dataclass(frozen=True)
class DoctorCheck:
    """One thing looked at: fine, worth knowing, or broken with what to do."""

    name: str
    state: str
    note: str

    def __str__(self) -> str:
        """One line for a terminal."""
        return f"{ {'ok': '✓', 'warn': '!', 'fail': '✗'}[self.state] } {self.name}: {self.note}"


def examine(settings: Settings, clock: Clock) -> Iterator[DoctorCheck]:
    """Every check, in the order a person would look. Never raises."""
    yield DoctorCheck("校媒巡检", "ok", product_version())
    yield DoctorCheck("Python", "ok", sys.version.split()[0])
    yield _browser(settings)
    yield _font()
    yield _disk(settings.data)
    yield from _evidence_budget(settings)
    yield _private(settings.data)
    yield from _guarded("数据库", lambda: _database(settings, clock))
    yield _calendar(clock)
    yield from _extensions()
    for found in (
        doctor_notices.channels,
        doctor_notices.addresses,
        doctor_notices.texts,
        review_templates.doctor_rows,
        _variables,
    ):
        yield from (DoctorCheck(*each) for each in found(settings))


def _guarded(name: str, look: Callable[[], Iterator[DoctorCheck]]) -> Iterator[DoctorCheck]:
    try:
        yield from look()
    except (StorageError, PolicyError) as error:
        yield DoctorCheck(name, "fail", str(error))
    except Exception as error:  # a doctor reports what is broken instead of breaking
        log.exception("doctor.failed", check=name)
        yield DoctorCheck(
            name, "fail", f"检查没有做完（{type(error).__name__}），数据库里可能有损坏的内容，请用最近的备份恢复"
        )


def _browser(settings: Settings) -> DoctorCheck:
    found = find_browser(settings.browser)
    if not found:
        return DoctorCheck("浏览器", "warn", f"没有找到 Chromium；{UNSEEN}。请执行 apt-get install chromium")
    if fault := browser_fault(found):
        advice = "请执行 apt-get install libatomic1 chromium 补齐缺少的系统库"
        return DoctorCheck("浏览器", "warn", f"浏览器启动不了；{UNSEEN}。{advice}。系统提示：{fault}")
    return DoctorCheck("浏览器", "ok", found)


def _font() -> DoctorCheck:
    fonts = Path("/usr/share/fonts")
    if any(fonts.rglob("*[cC][jJ][kK]*")) if fonts.exists() else False:
        return DoctorCheck("中文字体", "ok", "已安装")
    return DoctorCheck(
        "中文字体", "warn", "没有找到中文字体，截图里的汉字会显示成方块。请执行 apt-get install fonts-noto-cjk"
    )


def _disk(data: Path) -> DoctorCheck:
    left = shutil.disk_usage(data).free
    note = f"数据目录 {data.resolve()} 还有 {left / 1024**3:.1f} GB"
    return DoctorCheck(
        "磁盘", "ok" if left > DISK_LEFT else "fail", note if left > DISK_LEFT else note + "，请尽快清理或扩容"
    )


def _evidence_budget(settings: Settings) -> Iterator[DoctorCheck]:
    """How much of its budget the evidence takes; the alert speaks from the same share on."""
    if settings.evidence_budget_gb:
        taken = sum(file.stat().st_size for file in (settings.data / "evidence").glob("*/*.warc.gz")) / 1024**3
        full = taken > EVIDENCE_FULL * settings.evidence_budget_gb
        note = f"已用 {taken:.1f} GB，设置 evidence_budget_gb 为 {settings.evidence_budget_gb:g} GB"
        advice = "。请扩容并调高这项设置；存证不会自动删除" if full else ""
        yield DoctorCheck("存证空间", "warn" if full else "ok", note + advice)


def _private(data: Path) -> DoctorCheck:
    count = sum(1 for _ in open_to_others(data))
    if not count:
        return DoctorCheck("数据权限", "ok", "数据目录只有运行服务的用户可以读取")
    return DoctorCheck(
        "数据权限",
        "warn",
        f"数据目录 {data.resolve()} 中有 {count} 个文件或文件夹可被本机其他用户读取，其中可能有联系电话等个人信息。"
        f"重新启动服务会自动收紧；也可以执行 chmod -R go= {data.resolve()}",
    )


def _database(settings: Settings, clock: Clock) -> Iterator[DoctorCheck]:
    store = Store(settings.database)
    try:
        kind = "SQLite" if store.database.sqlite else "PostgreSQL"
        filings = store.filings.schools()
        yield DoctorCheck("数据库", "ok", f"{kind}，台账账号 {sum(filings.values())} 个")
        if not filings:
            yield DoctorCheck(
                "台账",
                "warn",
                "还没有导入台账。请执行 xunjian register template 台账.xlsx，填写后用 register import 导入",
            )
        context = AppContext(settings, store, clock)
        yield from _policies(context, filings)
        yield from _inquiries(context, filings)
        yield from _grants(settings, store)
        yield from (DoctorCheck(*each) for each in doctor_cluster.rows(context))
        yield from (DoctorCheck(*each) for each in timestamps.doctor_rows(settings, store, clock()))
        yield from (DoctorCheck(*each) for each in doctor_notices.units(store))
        yield from (DoctorCheck(*each) for each in doctor_notices.offices(settings, context.policies, filings))
    finally:
        store.close()


def _policies(context: AppContext, filings: dict[str, int]) -> Iterator[DoctorCheck]:
    policies = context.policies
    yield DoctorCheck("制度文件", "ok", "、".join(sorted(policies)))
    for school in sorted(set(filings) - set(policies)):
        yield DoctorCheck("制度文件", "warn", f"学校 {school} 有台账但没有制度文件，只记录更新时间，不会判定问题")


def _inquiries(context: AppContext, filings: dict[str, int]) -> Iterator[DoctorCheck]:
    """Whether a link in a mail leads anywhere, and whether the feed bridges are to be believed."""
    if filings and not context.settings.base_url and not context.settings.demo:
        note = "没有设置 base_url（控制台对外网址），核实请求邮件里的链接只能在本机打开。请在 settings.toml 里填写"
        yield DoctorCheck("核实请求", "warn", note)
    for name, fault in bridge_faults(context, context.clock()).items():
        yield DoctorCheck("订阅服务", "warn", f"{name}：{fault}")


def _grants(settings: Settings, store: Store) -> Iterator[DoctorCheck]:
    if settings.grants:
        strangers = sorted(set(settings.grants) - set(store.filings.by_key(list(settings.grants))))
        known = f"{len(settings.grants) - len(strangers)} 个账号有官方接口授权"
        unknown = f"；台账中没有 {'、'.join(strangers)}，请核对设置 grants 里的账号写法" if strangers else ""
        yield DoctorCheck("账号授权", "warn" if strangers else "ok", known + unknown)


def _extensions() -> Iterator[DoctorCheck]:
    """What other packages bring, and what of it does not fit."""
    found = [(f"扩展读取程序 {each.name}", each.package, each.problem) for each in platform_extensions().values()]
    found += [(f"扩展渠道 {each.name}", each.package, each.problem) for each in channel_extensions()]
    for name, package, problem in found:
        note = f"{package}：{problem}。没有启用，请联系提供者" if problem else package
        yield DoctorCheck(name, "fail" if problem else "ok", note)


def _calendar(clock: Clock) -> DoctorCheck:
    now = clock()
    year = now.year + (now.month == 12)
    if china_calendar().knows(year):
        return DoctorCheck("工作日历", "ok", f"{year} 年放假安排已收录")
    return DoctorCheck(
        "工作日历", "warn", f"{year} 年放假安排尚未收录，工作日期限按周一至周五暂算；公布后请补充 rules/workdays.yaml"
    )


def _variables(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Settings under a name they no longer have: still read, for a release."""
    for warning in former_name_warnings(settings_file({"data": settings.data}), os.environ):
        yield "设置", "warn", warning
