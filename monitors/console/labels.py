"""Chinese labels and colours for the codes that the store, the policies and the reports use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alerts.delivery.outbox import DeliveryResult
from rules.catalogue import RULES
from rules.model import DocumentType, LabeledEnum, Outcome, Platform
from storage.account_filter import NEVER, NOT_POLLED
from storage.campaigns import LETTER as CAMPAIGN
from storage.inquiries import LETTER, REPLY
from storage.notice_lists import SoughtWord
from storage.notices import DeliveryWay, NoticeState

DASH = "—"
TONES = {"ok": "good", "gone": "bad", "moved": "warn", "empty": "plain", NOT_POLLED: "plain"}
WAITS = {"blocked": "被拦截", "unreadable": "无法识别", NEVER: "尚未观察", NOT_POLLED: "不巡检"}


def outcome_label(code: str) -> str:
    """The Chinese label of what a newest look showed."""
    return WAITS.get(code) or Outcome(code).label


def outcome_tone(code: str) -> str:
    """The colour of what a newest look showed. What was not seen is hatched grey: never red, never green."""
    return TONES.get(code, "unseen")


def label(value: LabeledEnum | None) -> str:
    """The Chinese label, a dash where there is none."""
    return value.label if value else DASH


def notice_tone(state: NoticeState) -> str:
    """The colour of a notice's state."""
    waits = (NoticeState.DRAFT, NoticeState.DEFERRED, NoticeState.TO_PRINT)
    tones = {NoticeState.SENT: "good", NoticeState.DELIVERED: "good", NoticeState.FAILED: "bad"}
    return tones.get(state, "warn" if state in waits else "plain")


def answer_label(code: str, target: str) -> str:
    """What one target answered to a letter; paper in a folder or from a printer has reached nobody yet."""
    channel, _, address = target.partition(":")
    if code == DeliveryResult.SENT and not address:
        return "已打印" if channel == "print" else "已存档"
    return next((result.label for result in DeliveryResult if result == code), code)


def target_label(target: str) -> str:
    """Who or what took a letter: a mailbox, a printer, our own folder; a mailbox is masked by who shows it."""
    channel, _, address = target.partition(":")
    return address or {"print": "打印", "file0": "发件箱文件夹（存档）"}.get(channel, "发件箱文件夹（存档）")


def way_label(code: str) -> str:
    """By which way a paper was received."""
    return DeliveryWay(code).label if code in list(DeliveryWay) else DASH


DOCUMENTS = {kind.value: kind.label for kind in DocumentType} | {
    LETTER: "核实请求",
    REPLY: "核实答复",
    CAMPAIGN: "专项工作提醒",
}


def document_label(code: str) -> str:
    """The Chinese name of a kind of document."""
    return DOCUMENTS.get(code, code)


def sought_words(text: str) -> list[SoughtWord]:
    """What somebody typed to find letters: at most five words, with the kinds of document that each may mean."""
    kinds = DOCUMENTS.items()
    return [SoughtWord(word, [code for code, label in kinds if word in label]) for word in text.split()[:5]]


def setting_word(field: str, rule: str) -> str:
    """The Chinese name of a rule's setting."""
    return RULES[rule].setting_names.get(field, field) if rule in RULES else field


def setting_text(value: object, rule: str = "") -> str:
    """A setting's value for people."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        joined = ("、".join(item) if isinstance(item, list | tuple) else item for item in value)
        return "；".join(setting_text(item, rule) for item in joined)
    named = RULES[rule].value_names if rule in RULES else {}
    return named.get(str(value), str(value)).replace("|", "／")


def platform_label(code: str) -> str:
    """A platform's Chinese name."""
    return Platform(code).label if code in list(Platform) else code


SWITCHED = {
    ("enabled", True): "恢复访问", ("enabled", False): "停用访问", ("breaker_opened_at", None): "解除督办冻结",
    ("paused_until", None): "结束暂停", ("robots_waived", True): "登记所有者授权", ("robots_waived", False): "撤销授权登记",
    ("frozen_at", None): "解除督办冻结", ("rest_until", None): "结束暂停", ("ignore_robots", True): "登记所有者授权", ("ignore_robots", False): "撤销授权登记",
}  # fmt: skip
"""What a column was set to; the names that version 0.1.0 wrote into the audit log stay readable."""


def switch_text(platform: str, changes: Mapping[str, Any]) -> str:
    """An operator's switch in Chinese."""
    said = dict.fromkeys(text for (name, value), text in SWITCHED.items() if name in changes and changes[name] == value)
    return f"{platform_label(platform)}：{'、'.join(said) or '更改设置'}"


BROWSERS = (
    ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("Edg", "Edge"), ("OPR/", "Opera"), ("QQBrowser", "QQ浏览器"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
DEVICES = (
    ("iPhone", "苹果手机"), ("iPad", "苹果平板"), ("Android", "安卓手机"), ("HarmonyOS", "鸿蒙设备"), ("Windows", "Windows 电脑"),
    ("Macintosh", "苹果电脑"), ("Linux", "Linux 电脑"),
)  # fmt: skip
"""What stands in a browser's own description, the more particular first: each also names those it imitates."""


def browser_name(agent: str) -> str:
    """A browser's description for people; empty where it says nothing that we know."""
    found = [next((name for mark, name in table if mark in agent), "") for table in (DEVICES, BROWSERS)]
    return "，".join(part for part in found if part) or ("其他程序" if agent else "")


FILTERS = {
    "browser_name": browser_name,
    "outcome_label": outcome_label,
    "outcome_tone": outcome_tone,
    "label": label,
    "notice_tone": notice_tone,
    "answer_label": answer_label,
    "document_label": document_label,
    "way_label": way_label,
    "target_label": target_label,
    "setting_word": setting_word,
    "setting_text": setting_text,
    "platform_label": platform_label,
    "switch_text": switch_text,
}
