"""A group bot of 飞书: ``feishu://TOKEN?secret=…``. Source: open.feishu.cn/document/client-docs/bot-v3/add-custom-bot."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from alerts.delivery.channels.base import ChannelType
from alerts.delivery.channels.group_bot import BotDialect, BotPost, GroupBot, Refusal, bot_from_url

REASONS = {
    11232: (Refusal.LATER, "发送太快（每分钟不超过 100 条），稍后再试"),
    11233: (Refusal.LATER, "系统繁忙，稍后再试"),
    19001: (Refusal.SETTING, "机器人地址无效，请重新复制"),
    19002: (Refusal.SETTING, "机器人地址无效，请重新复制"),
    19021: (Refusal.SETTING, "签名不符：请核对签名密钥和本机时间（相差不能超过一小时）"),
    19022: (Refusal.SETTING, "本机出口地址不在机器人的 IP 白名单里"),
    19024: (Refusal.SETTING, "内容不含机器人设置的关键词，请在机器人的安全设置里改用签名"),
    9499: (Refusal.CONTENT, "请求格式不被接受"),
    11246: (Refusal.CONTENT, "卡片内容不被接受"),
}


def sign(secret: str, seconds: int) -> str:
    """The signature of a moment: HMAC-SHA256 of nothing under "seconds, line break, secret", in Base64."""
    key = f"{seconds}\n{secret}".encode()
    return base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode("ascii")


def _request(bot: GroupBot, post: BotPost, now: datetime) -> tuple[str, dict[str, Any]]:
    text = post.text.partition("\n")[2]  # the card's own header shows the title
    card = {
        "config": {"wide_screen_mode": True},
        "header": {"title": {"tag": "plain_text", "content": post.title}, "template": "blue"},
        "elements": [{"tag": "markdown", "content": text}],
    }
    body: dict[str, Any] = {"msg_type": "interactive", "card": card}
    if bot.secret:
        moment = int(now.timestamp())
        body |= {"timestamp": str(moment), "sign": sign(bot.secret, moment)}
    return f"/open-apis/bot/v2/hook/{quote(bot.key, safe='')}", body


DIALECT = BotDialect(
    label="飞书",
    scheme="feishu",
    base="https://open.feishu.cn",
    limit=18_000,  # the whole body has 20 kB
    gap="\n",
    code="code",
    reasons=REASONS,
    request=_request,
)
CHANNEL = ChannelType(
    ("feishu",),
    "feishu://飞书群机器人的token?secret=签名密钥",
    GroupBot.confirms_receipt,
    partial(bot_from_url, DIALECT),
)
