"""Renders a page: the one Jinja environment, what every page knows, messages after a change, page numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from monitors.app_context import AppContext
from monitors.console import cron_text, formatting, labels
from monitors.console.access import ACCESS, allowed
from monitors.console.app_state import state_of
from monitors.console.help_topics import topic_of
from monitors.console.middleware import safe_path
from monitors.demo.replay import SCHOOL as REPLAY
from rules.catalogue import RULES
from rules.people import View

HERE = Path(__file__).parent
REPLAYED = "真实页面回放（演示）"
"""What the demonstration calls the pages that it replays: they are nobody's register."""
STATIC = HERE / "static"
NAV = [
    ("/", "今日"),
    ("/unit", "本单位"),
    ("/accounts", "台账"),
    ("/inquiries", "核实与核查"),
    ("/campaigns", "专项工作"),
    ("/suspects", "疑似账号"),
    ("/cases", "问题台账"),
    ("/scan", "即时核查"),
    ("/notices", "通知"),
    ("/survey", "摸底"),
    ("/digest", "日报"),
    ("/policies", "制度"),
    ("/operations", "运行"),
    ("/users", "人员"),
    ("/audit", "操作记录"),
]
BELOW = {"/register": "/accounts"}
"""Pages that belong to an item of the menu under another address."""
FLASH_MESSAGES = {
    "signed": "已签发并编号，几分钟内发送；没有收件邮箱的转入待打印。",
    "proposed": "已提请签发，请另一位签批人阅后签发。",
    "undone": "已撤销。",
    "deferred": "已暂缓，列在“暂缓签发”；到期或取消暂缓之前不能签发。",
    "resumed": "已恢复待签发，请重新阅读后签发。",
    "edited": "修改已写入文书，请重新阅读后签发。",
    "held": "已停发，这份文书不会发出。",
    "printed": "已登记打印，送达后请登记签收。",
    "handed": "已登记送达，下一级期限自送达起算。",
    "several": "已逐件办理。",
    "batch": "整批已撤回；此前发出的文书，更正通知已拟好，等待签发。",
    "surveyed": "摸底已结束，文书自选定的日期起拟写，签发后才会发出。",
    "struck": "已认定为不属实，不再拟文。十分钟内可以在问题页上撤销。",
    "appealed": "申诉已记录，时限暂停计算，直至作出决定。",
    "decided": "申诉决定已记录。",
    "exempted": "豁免已记录，到期前不再督办。",
    "withdrawn": "已撤回；此前发出过文书的，更正通知已拟好，等待签发。",
    "dismissed": "已认定不属实，本条不再督办。",
    "closed": "已销号。",
    "delivered": "已登记送达，下一级期限自送达之日起算。",
    "judged": "决定已保存。",
    "listed": "已列入疑似账号，等待核实。",
    "filed_case": "已按制度核对并列入问题台账。",
    "resent": "已重新列入发送队列。",
    "switched": "开关已更改，并记录了操作人与理由。",
    "job_started": "任务已在后台开始，稍后刷新本页即可看到结果。",
    "started": "巡检已在后台开始，几分钟后刷新本页即可看到结果。",
    "user_added": "账号已添加。",
    "user_changed": "更改已保存。",
    "user_disabled": "账号已停用，原来的登录都已退出。",
    "user_enabled": "账号已恢复。",
    "signed_out": "已退出选定的登录。",
    "password_changed": "密码已更改，其他登录都已退出。",
    "totp_on": "动态口令已开通，下次登录时需要填写。",
    "totp_off": "动态口令已取消。",
    "token_revoked": "令牌已撤销，使用它的系统不能再读取数据。",
    "left": "您已退出登录。",
    "filed": "账号已登记。",
    "filing_changed": "更改已保存，见下面的变更记录。",
    "unchanged": "没有改动，未保存。",
    "removed": "已从台账移出；最后的内容留在变更记录里，它的未结问题已终止。",
    "imported": "台账已导入。",
    "columns_chosen": "已按选择的列名重新读取，下次导入也会这样认。",
    "upload_cancelled": "已放弃，文件已删除，台账没有变动。",
    "units_assigned": "主办单位已更改，每个账号的变更记录里有操作人和理由。",
    "asked": "所选账号中该询问的，核实请求已列入发送；已经掌握、今天问过或没有邮箱的不再发信，见“核实与核查”。",
    "looking": "已在后台开始查看所选账号，几分钟后刷新本页即可看到结果。",
    "answered": "已收到您的答复，谢谢！",
    "reading": "已收到链接，还在读取；请过半分钟刷新本页查看结果。",
    "picture_kept": "截图已收到，由工作人员查看。截图本身不能证明有更新，有链接的请一并提供。",
    "taken_back": "声明已撤回。",
    "observed": "人工核查已记录。",
    "statement_confirmed": "已确认。",
    "inquiry_closed": "核实请求已关闭，信里的链接随之失效。",
    "account_ended": "台账已登记为关停。",
    "campaign_opened": "专项工作已开始，各单位的填报表已建立。",
    "campaign_closed": "专项工作已结束，结果已登记到台账。",
    "campaign_published": "账号名单已公示，所有人都能打开公示页面。",
    "reminded": "提醒已列入发送队列，几分钟内发出。",
    "nobody_reminded": "没有要提醒的单位，或者今天都已提醒过。",
    "sheet_saved": "已保存，还没有报送；可以以后接着填。",
    "sheet_submitted": "已报送，谢谢！",
    "sheet_confirmed": "已由单位负责人确认，谢谢！",
    "copy_kept": "扫描件已收到，作为存证保存。",
    "sheet_returned": "已退回，请提醒单位补正。",
    "sheet_accepted": "这份材料已通过。",
    "account_decided": "决定已保存。",
    "proof": "已收到链接，正在后台核查；几分钟后刷新本页即可看到结果。",
}
"""What the page says after a change; only these sentences, so that a link can put no words into our mouth."""


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(formatting.FILTERS | labels.FILTERS | cron_text.FILTERS)
    environment.globals["ui"] = environment.get_template("macros.html").module
    scripts = {
        "follow_script": _static("follow.js"),
        "sheet_script": _static("sheet.js"),
        "paper_script": _static("paper.js"),
    }
    environment.globals.update(style=_static("console.css"), rule_title=rule_title, **scripts)
    return environment


def _static(file: str) -> str:
    """The address of a file of ours: it changes with the content, so browsers may keep it."""
    return f"/static/{file}?v={hashlib.sha256((STATIC / file).read_bytes()).hexdigest()[:10]}"


def rule_title(code: str) -> str:
    """A rule's Chinese name."""
    return RULES[code].title if code in RULES else code


ENVIRONMENT = _environment()


def world_of(request: Request) -> AppContext:
    """The surroundings this application was made with."""
    return state_of(request.app).context


def school_names(context: AppContext, view: View = View(None)) -> dict[str, str]:  # noqa: B008 (frozen)
    """Schools with a register here that a person may see something of, by code, under their own names."""
    known = {school for school, _ in view.units} if not view.schools else set()
    codes = [code for code in context.schools if view.sees_school(code) or known & {"", code}]
    return {code: school_name(context, code) for code in codes}


def register_schools(context: AppContext) -> dict[str, str]:
    """Schools that a register may be kept for: those with a policy of their own, and those that have one already."""
    own = {code for code, policy in context.policies.items() if not policy.pack}
    return {code: school_name(context, code) for code in sorted(own | set(context.schools))}


def school_name(context: AppContext, code: str) -> str:
    """What to call a school."""
    if policy := context.policies.get(code):
        return f"{policy.school}{'（演示）' if policy.demonstration else ''}"
    return REPLAYED if context.settings.demo and code == REPLAY else f"尚无制度文件的学校（代码 {code}）"


def is_demo(context: AppContext, school: str = "") -> bool:
    """True where a page must be marked 演示: the whole house, or the policy of the school it shows."""
    policy = context.policies.get(school)
    return context.settings.demo or bool(policy and policy.demonstration)


def render(
    request: Request, template: str, title: str, *, school: str = "", status: int = 200, error: str = "", **given: Any
) -> HTMLResponse:
    """A page under its title. ``school`` is whose data it shows; ``error`` is a Chinese sentence above the page."""
    context, state = world_of(request), request.state
    user = state.session.user
    schools = [school] if school else list(given.get("names") or context.schools)

    def may(method: str, route: str, at: str | None = None) -> bool:
        roles = ACCESS[method, route]
        return allowed(method, route, user) and (at is None or not roles or user.may(roles, at))

    here = request.url.path
    for start, item in BELOW.items():
        here = item if here.startswith(start) else here

    def is_current(path: str) -> bool:
        return here == path or (path != "/" and here.startswith(path))

    # 今日 only leads whoever sees no school on to a page that stands in the menu
    skipped = "/" if state.session.view.schools == frozenset() else ""
    common = {
        "title": title,
        "demo": context.settings.demo or (bool(schools) and all(is_demo(context, code) for code in schools)),
        "now": context.clock(),
        "session": state.session,
        "csrf": state.session.csrf,
        "nav": [(path, text) for path, text in NAV if allowed("GET", path, user) and path != skipped],
        "help_topic": topic_of(request.url.path),
        "may": may,
        "is_current": is_current,
        "message": FLASH_MESSAGES.get(request.query_params.get("done", ""), ""),
        "error": error,
    }
    return HTMLResponse(ENVIRONMENT.get_template(template).render(common | given), status_code=status)


def redirect_after(target: str, done: str = "") -> RedirectResponse:
    """Go on to a page of ours after a change (303), with the sentence that says what happened."""
    return RedirectResponse(safe_path(target) + (f"?done={done}" if done else ""), 303)


@dataclass(frozen=True, slots=True)
class Pager:
    """Which part of a long list is shown. Pages count from 1; ``query`` are the filters in force."""

    page: int
    total: int
    size: int
    query: Mapping[str, str]

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.page - 1) * self.size

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(-(-self.total // self.size), 1)

    def link(self, page: int) -> str:
        """The address of another page under the same filters."""
        kept = {name: value for name, value in self.query.items() if value}
        return "?" + urlencode(kept | {"page": str(page)})
