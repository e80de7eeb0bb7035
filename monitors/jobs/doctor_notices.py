"""The part of `xunjian doctor` that asks who gets letters and whether they would arrive: it connects, greets, signs in."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping

from alerts.delivery.channels import Channel, ChannelError, DeliveryError, open_channel
from monitors.clock import wall
from monitors.settings import Settings
from rules.policies.schema import Addressee, Policy
from storage.store import Store

Found = tuple[str, str, str]
"""Name, state, note of a check."""
MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
PAGE_ROLES = ("digest", "leader", "it")
ROLES = tuple(who.value for who in Addressee if who is not Addressee.UNIT)
"""Whom the settings may give mailboxes; the units' stand in the register."""


def channels(settings: Settings) -> Iterator[Found]:
    """Each channel as it would be used, up to the point where a letter would be handed over."""
    if not settings.channels:
        yield "通知渠道", "warn", "没有设置邮件渠道，通知与日报只保存在数据目录的 outbox 文件夹"
    for number, url in enumerate(settings.channels, start=1):
        text = url.get_secret_value()
        name = f"通知渠道 {number}（{text.partition(':')[0]}）"
        try:
            channel = open_channel(f"channels 第 {number} 项", text, os.environ, wall)
            channel.check()
        except (ChannelError, DeliveryError) as error:
            yield name, "fail", str(error)
        else:
            yield name, "ok", _says(channel)


def _says(channel: Channel) -> str:
    if channel.confirms_receipt:
        return "已连通"
    return "可以使用（可用 xunjian notices test 试发一条）；它不能确认收到，送达须由人登记"


def addresses(settings: Settings) -> Iterator[Found]:
    """Addresses that are none, roles that do not exist, and who gets nothing."""
    for name, boxes in (*_pages(settings), *_roles(settings)):
        wrong = [box for box in boxes if not MAILBOX.fullmatch(box)]
        if wrong:
            yield "收件人", "fail", f"设置 {name} 中{'、'.join(f'“{box}”' for box in wrong)}不是邮箱地址"
    for role in sorted(set(settings.mailboxes) - set(ROLES)):
        yield "收件人", "fail", f"设置 mailboxes 中没有“{role}”这个角色，可用 {'、'.join(ROLES)}"
    if not settings.digest_recipients and not any(one.digest for one in settings.recipients.values()):
        yield "收件人", "warn", "没有设置 digest_recipients，没有人会收到日报"
    silent = [who.label for who in Addressee if who.value in ROLES and not settings.mailboxes.get(who.value)]
    if silent and settings.channels:
        yield "收件人", "warn", f"没有为{'、'.join(silent)}设置收件邮箱（mailboxes），给它们的文书只存入发件箱文件夹"


def _pages(settings: Settings) -> list[tuple[str, tuple[str, ...]]]:
    """Who gets pages: for all schools, and for single ones."""
    found = [(f"{role}_recipients", getattr(settings, f"{role}_recipients")) for role in PAGE_ROLES]
    own = [(code, role, getattr(one, role) or ()) for code, one in settings.recipients.items() for role in PAGE_ROLES]
    return [*found, *((f"recipients.{code}.{role}", boxes) for code, role, boxes in own)]


def _roles(settings: Settings) -> list[tuple[str, tuple[str, ...]]]:
    return [(f"mailboxes.{role}", boxes) for role, boxes in settings.mailboxes.items()]


def units(store: Store) -> Iterator[Found]:
    """Accounts whose unit cannot be written to, and addresses in the register that are none."""
    filings = store.filings.all()
    without = sum(not filing.emails for filing in filings)
    wrong = sorted({box for filing in filings for box in filing.emails if not MAILBOX.fullmatch(box)})
    if without:
        yield "单位邮箱", "warn", f"台账中 {without} 个账号没有电子邮箱，给责任单位的文书只存入发件箱文件夹，须打印送达"
    if wrong:
        shown = "、".join(f"“{box}”" for box in wrong[:5])
        yield "单位邮箱", "fail", f"台账中{shown}{f'等 {len(wrong)} 处' if len(wrong) > 5 else ''}不是邮箱地址"


def offices(settings: Settings, policies: Mapping[str, Policy], schools: Iterable[str]) -> Iterator[Found]:
    """Schools whose papers nobody issues."""
    without = [
        policies[code].school
        for code in sorted(schools)
        if code in policies and not (policies[code].office or settings.office)
    ]
    if without:
        yield (
            "发文机关",
            "warn",
            f"{'、'.join(without)}的制度文件没有写明发文机关，文书不能编号和印发；请在制度文件中填写 office，"
            "例如 office: {name: ××大学党委宣传部, contact: 党委宣传部}",
        )


def texts(settings: Settings) -> Iterator[Found]:
    """Settings that others read and that still say nothing."""
    if settings.base_url and not re.match(r"https?://[^/]+", settings.base_url):
        yield (
            "对外网址",
            "fail",
            f"设置 base_url 写的是“{settings.base_url}”，应以 https:// 开头，如 https://xunjian.example.edu.cn",
        )
    if not settings.base_url:
        yield "对外网址", "warn", "没有设置 base_url，日报里没有可点的链接"
    if settings.contact.endswith("@localhost"):
        yield "联系方式", "warn", "没有设置 contact，被访问的网站无法联系到学校；请写 mailto:邮箱"
    if not settings.canaries:
        yield "哨兵账号", "warn", "没有设置 canaries，平台改版时只能靠大面积变化来发现"
