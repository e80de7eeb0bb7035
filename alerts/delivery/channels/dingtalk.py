"""A group bot of 钉钉: ``dingtalk://TOKEN?secret=SEC…``. Source: open.dingtalk.com/document/orgapp/custom-robot-access."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from alerts.delivery.channels.base import ChannelType
from alerts.delivery.channels.group_bot import BotDialect, BotPost, GroupBot, Refusal, bot_from_url

SECURITY = "安全设置不符：请核对加签密钥和本机时间（相差不能超过一小时），以及关键词、IP 地址段"
REASONS = {
    -1: (Refusal.LATER, "系统繁忙，稍后再试"),
    130101: (Refusal.LATER, "发送太快（每分钟不超过 20 条），稍后再试"),
    410100: (Refusal.LATER, "发送太快（每分钟不超过 20 条），稍后再试"),
    310000: (Refusal.SETTING, SECURITY),
    300001: (Refusal.SETTING, "access_token 不存在，请重新复制机器人地址"),
    400101: (Refusal.SETTING, "access_token 不存在，请重新复制机器人地址"),
    400013: (Refusal.SETTING, "群已被解散，请换一个群"),
    400102: (Refusal.SETTING, "机器人已停用，请联系群管理员启用"),
    400106: (Refusal.SETTING, "机器人不存在，请检查是否已被移除"),
    400105: (Refusal.CONTENT, "消息类型不被接受"),
    40035: (Refusal.CONTENT, "参数不合要求"),
    430101: (Refusal.CONTENT, "内容含有不安全的外链"),
    430102: (Refusal.CONTENT, "内容含有不合适的文本"),
    430104: (Refusal.CONTENT, "内容含有不合适的内容"),
    460101: (Refusal.CONTENT, "内容超长"),
}


def sign(secret: str, milliseconds: int) -> str:
    """The signature of a moment: HMAC-SHA256 of "milliseconds, line break, secret" under the secret, in Base64."""
    text = f"{milliseconds}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode("ascii")


def _request(bot: GroupBot, post: BotPost, now: datetime) -> tuple[str, dict[str, Any]]:
    query = {"access_token": bot.key}
    if bot.secret:
        moment = int(now.timestamp() * 1000)
        query |= {"timestamp": str(moment), "sign": sign(bot.secret, moment)}
    return f"/robot/send?{urlencode(query)}", {
        "msgtype": "markdown",
        "markdown": {"title": post.title, "text": post.text},
    }


DIALECT = BotDialect(
    label="钉钉",
    scheme="dingtalk",
    base="https://oapi.dingtalk.com",
    limit=18_000,  # the whole body has 20,000 bytes
    gap="\n\n",
    code="errcode",
    reasons=REASONS,
    request=_request,
)
CHANNEL = ChannelType(
    ("dingtalk",),
    "dingtalk://钉钉群机器人的token?secret=加签密钥",
    GroupBot.confirms_receipt,
    partial(bot_from_url, DIALECT),
)
