"""A group bot of 企业微信: ``wecom://KEY``. Source: developer.work.weixin.qq.com/document/path/91770 and 90313 (error codes)."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from alerts.delivery.channels.base import ChannelType
from alerts.delivery.channels.group_bot import BotDialect, BotPost, GroupBot, Refusal, bot_from_url

REASONS = {
    -1: (Refusal.LATER, "系统繁忙，稍后再试"),
    45009: (Refusal.LATER, "发送太快（每个机器人每分钟不超过 20 条），稍后再试"),
    45033: (Refusal.LATER, "同时发送过多，稍后再试"),
    93000: (Refusal.SETTING, "机器人地址里的 key 无效或机器人已被移除，请重新复制"),
    93004: (Refusal.SETTING, "机器人已被停用，请在群里重新启用"),
    93008: (Refusal.SETTING, "机器人不在群里，请重新添加"),
    93017: (Refusal.SETTING, "机器人地址已失效，请重新复制"),
    60020: (Refusal.SETTING, "本机出口地址不在允许的名单里，请在管理后台添加"),
    40008: (Refusal.CONTENT, "消息类型不被接受"),
    40058: (Refusal.CONTENT, "参数不合要求，多为内容超长"),
    44004: (Refusal.CONTENT, "内容为空"),
    45002: (Refusal.CONTENT, "内容超长"),
}


def _request(bot: GroupBot, post: BotPost, now: datetime) -> tuple[str, dict[str, Any]]:
    body = {"msgtype": "markdown", "markdown": {"content": post.text}}
    return f"/cgi-bin/webhook/send?key={quote(bot.key, safe='')}", body


DIALECT = BotDialect(
    label="企业微信",
    scheme="wecom",
    base="https://qyapi.weixin.qq.com",
    limit=4096,
    gap="\n",
    code="errcode",
    reasons=REASONS,
    request=_request,
)
CHANNEL = ChannelType(
    ("wecom",), "wecom://企业微信群机器人的key", GroupBot.confirms_receipt, partial(bot_from_url, DIALECT)
)
