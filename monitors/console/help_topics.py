"""Which help page belongs to which screen: one row a task, in the order in which somebody meets them."""

from __future__ import annotations

from dataclasses import dataclass

from rules.people import OFFICE, Role

EVERYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True)
class HelpTopic:
    """One task. ``code`` names the address and the template, ``screens`` are beginnings of the addresses it explains,
    ``roles`` are those who have this task."""

    code: str
    title: str
    screens: tuple[str, ...]
    roles: frozenset[Role] = EVERYBODY


TOPICS = (
    HelpTopic("start", "第一次使用：登录、角色和密码", ("/me",)),
    HelpTopic("today", "每天早上看什么", (), OFFICE),
    HelpTopic("unit", "单位怎么用：看要求、交证明", ("/unit",), frozenset({Role.UNIT})),
    HelpTopic("accounts", "查一个账号：是否在更新，凭什么这样说", ("/accounts", "/register"), OFFICE | {Role.UNIT}),
    HelpTopic("campaigns", "年审、自查和清查：从通知到公示", ("/campaigns",), OFFICE | {Role.UNIT}),
    HelpTopic("suspects", "处理疑似账号", ("/suspects",), OFFICE),
    HelpTopic("cases", "跟进一个问题：整改、通报、关停", ("/cases",), OFFICE | {Role.UNIT}),
    HelpTopic("inquiries", "核实请求和人工核查：看不到的账号怎么办", ("/inquiries", "/i"), OFFICE | {Role.UNIT}),
    HelpTopic("survey", "摸底：第一次核对以后先做什么", ("/survey",), OFFICE),
    HelpTopic("sign", "签发、打印和送达文书", (), frozenset({Role.SIGNER, Role.EDITOR})),
    HelpTopic("appeal", "申诉：怎样提出，怎样决定", (), OFFICE | {Role.UNIT}),
    HelpTopic("scan", "即时核查：马上看一个网址或名称", ("/scan",), OFFICE),
    HelpTopic("evidence", "看懂存证，向别人证明", ("/evidence",), OFFICE | {Role.UNIT}),
    HelpTopic("notices", "通知：发出了没有，没有送到怎么办", ("/notices",), OFFICE),
    HelpTopic("digest", "日报", ("/digest",), OFFICE),
    HelpTopic("policies", "制度：条款从哪里来", ("/policies",), OFFICE | {Role.UNIT}),
    HelpTopic("operations", "运行：采集是否正常，被拦截了怎么办", ("/operations",), frozenset({Role.IT, Role.READER, Role.EDITOR, Role.SIGNER})),
    HelpTopic("api", "接口令牌：让学校的其他系统读取数据", (), EVERYBODY),
    HelpTopic("users", "管理人员和查看操作记录", ("/users", "/audit"), frozenset({Role.ADMIN})),
)  # fmt: skip
BY_CODE = {topic.code: topic for topic in TOPICS}


def topic_of(path: str) -> str:
    """The code of the help page of a screen; "" where it has none of its own."""
    if path == "/":
        return "today"
    found = (topic.code for topic in TOPICS if any(path == s or path.startswith(f"{s}/") for s in topic.screens))
    return next(found, "")
