"""企业微信 应用消息 to persons: ``wecom-app://CORPID?agent=1000002&secret=…&to=userid,userid``.

Source: developer.work.weixin.qq.com/document/path/90236 (message/send), 91039 (gettoken), 90313 (error codes).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlencode

from alerts.brief import MORE, BriefLine, clip, fit, plain_lines
from alerts.delivery.channels.base import ChannelConfig, ChannelError, ChannelType, DeliveryError
from alerts.delivery.channels.channel_url import channel_url
from alerts.delivery.channels.group_bot import GROUP_KINDS, JSON, Reasons, Refusal, judge, wanted
from alerts.delivery.channels.http_exchange import Peer, exchange
from alerts.messages import MessageKind, OutgoingMessage

LABEL, BASE, LIMIT = "企业微信应用", "https://qyapi.weixin.qq.com", 2048
"""``LIMIT`` in bytes of the text."""
REPEAT_SECONDS = 4 * 3600
"""The vendor drops the same text to the same person within this time: what was sent twice is read once."""
REASONS: Reasons = {
    -1: (Refusal.LATER, "系统繁忙，稍后再试"),
    45009: (Refusal.LATER, "发送太快，稍后再试"),
    40001: (Refusal.SETTING, "应用的 secret 不对，请重新复制"),
    40013: (Refusal.SETTING, "企业 ID 不对，请核对"),
    40014: (Refusal.SETTING, "访问凭证无效，请核对 secret"),
    42001: (Refusal.SETTING, "访问凭证已过期"),
    40056: (Refusal.SETTING, "agent 不对，请核对应用的 AgentId"),
    60020: (Refusal.SETTING, "本机出口地址不在应用的可信 IP 里，请在管理后台添加"),
    301002: (Refusal.SETTING, "secret 与 agent 不是同一个应用的"),
    81013: (Refusal.CONTENT, "收件人不存在，或不在应用的可见范围"),
    40003: (Refusal.CONTENT, "收件人的 userid 不存在"),
    44004: (Refusal.CONTENT, "内容为空"),
    45002: (Refusal.CONTENT, "内容超长"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WecomApp:
    """An application that writes to persons by their userid."""

    confirms_receipt: ClassVar[bool] = False

    name: str
    base: str
    corp: str
    agent: int
    secret: str = field(repr=False)
    readers: tuple[str, ...]
    kinds: Collection[MessageKind] = GROUP_KINDS
    school: str = ""
    peer: Peer

    def check(self) -> None:
        """Sign in as for a message. Raises DeliveryError."""
        self._token()

    def targets(self, letter: OutgoingMessage) -> tuple[str, ...]:
        """The persons that the URL names, for the kinds of message that they get."""
        return self.readers if wanted(letter, self.kinds, self.school) else ()

    def send(self, letter: OutgoingMessage, target: str) -> str:
        """One message to one person; returns the vendor's answer. Raises DeliveryError."""
        body = {
            "touser": target,
            "msgtype": "text",
            "agentid": self.agent,
            "text": {"content": _text(letter)},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": REPEAT_SECONDS,
        }
        url = f"{self.base}/cgi-bin/message/send?{urlencode({'access_token': self._token()})}"
        answer = exchange(self.peer, url, json.dumps(body, ensure_ascii=False).encode(), JSON)
        said = judge(self.peer, answer, "errcode", REASONS)
        if target in str((answer.data or {}).get("invaliduser", "")).split("|"):
            raise DeliveryError(f"{LABEL}：{target} 不存在，或不在应用的可见范围", permanent=True)
        return said

    def _token(self) -> str:
        query: Mapping[str, Any] = {"corpid": self.corp, "corpsecret": self.secret}
        try:
            answer = exchange(self.peer, f"{self.base}/cgi-bin/gettoken?{urlencode(query)}")
            judge(self.peer, answer, "errcode", REASONS)
        except DeliveryError as error:  # nothing was handed over yet, whatever happened
            raise DeliveryError(f"取访问凭证时，{error}", channel_down=True) from error
        return str((answer.data or {}).get("access_token", ""))


def _text(letter: OutgoingMessage) -> str:
    foot = [letter.link] if letter.link else []
    foot.append(f"编号：{letter.id}")
    head = clip(letter.subject, 200)
    room = LIMIT - len("".join([head, MORE, *foot]).encode()) - 60
    lines, dropped = fit(letter.brief or plain_lines(letter.text), room, _shown)
    return "\n".join([head, *lines, *([MORE.format(dropped)] if dropped else []), *foot])


def _shown(line: BriefLine) -> str:
    # The vendor turns <a href> into a link: strangers' words must not.
    text = line.text.translate(str.maketrans("<>", "＜＞")).replace("://", "：//")
    return f"【{text}】" if line.heading else f"· {text}"


def from_url(config: ChannelConfig) -> WecomApp:
    """Read the URL. Raises ChannelError."""
    url = channel_url(config, {"secret", "agent", "to"})
    secret, agent = url.secret("secret"), url.options.get("agent", "")
    readers = tuple(filter(None, url.options.get("to", "").replace("|", ",").split(",")))
    if not (url.key and secret and agent.isdigit() and readers):
        raise ChannelError(f"渠道“{config.name}”应写成 {HELP}")
    return WecomApp(
        name=config.name,
        base=url.base(BASE),
        corp=url.key,
        agent=int(agent),
        secret=secret,
        readers=readers,
        kinds=url.kinds(GROUP_KINDS),
        school=url.options.get("school", ""),
        peer=Peer(
            label=LABEL,
            timeout=url.seconds(),
            ca=url.options.get("ca", ""),
            proxy=url.options.get("proxy", ""),
            secrets=(secret,),
        ),
    )


HELP = "wecom-app://企业ID?agent=应用ID&secret=应用密钥&to=成员账号,成员账号"
CHANNEL = ChannelType(("wecom-app",), HELP, WecomApp.confirms_receipt, from_url)
