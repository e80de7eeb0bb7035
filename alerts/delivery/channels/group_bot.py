"""What the group bots of 企业微信, 钉钉 and 飞书 have in common: a short text, and an answer that must be read, not only its status."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar

from alerts.brief import MORE, BriefLine, clip, fit, plain_lines
from alerts.delivery.channels.base import ChannelConfig, ChannelError, DeliveryError
from alerts.delivery.channels.channel_url import channel_url
from alerts.delivery.channels.http_exchange import Answer, Peer, exchange
from alerts.messages import MessageKind, OutgoingMessage

GROUP_KINDS = frozenset({MessageKind.DIGEST, MessageKind.ALERT})
"""What a group gets unless its URL says more: papers are for their addressees."""
MARKUP = str.maketrans("<>[]()*_`#|~@", "＜＞［］（）＊＿｀＃｜～＠")
JSON = {"content-type": "application/json; charset=utf-8"}


class Refusal(Enum):
    """What a refused letter needs."""

    LATER = "later"
    """The bot was asked too often, or is busy: the rest of the pass is spared."""
    SETTING = "setting"
    """The bot's own key, signature or address list is wrong: an operator must look; no letter is to blame."""
    CONTENT = "content"
    """This text will never be taken."""


Reasons = Mapping[int, tuple[Refusal, str]]
"""By error code: what it needs, and what an operator reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotPost:
    """A title and a text in the vendor's markdown, ready to be signed and sent."""

    title: str
    text: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotDialect:
    """How one vendor's bots are spoken to. ``request`` makes path, query and body of a post; ``limit`` is the vendor's, in
    bytes of the text."""

    label: str
    scheme: str
    base: str
    limit: int
    gap: str
    code: str
    reasons: Reasons
    request: Callable[[GroupBot, BotPost, datetime], tuple[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBot:
    """One bot of one group. The key and the signing secret are never shown."""

    confirms_receipt: ClassVar[bool] = False

    name: str
    dialect: BotDialect
    base: str
    key: str = field(repr=False)
    secret: str = field(default="", repr=False)
    kinds: Collection[MessageKind] = GROUP_KINDS
    school: str = ""
    peer: Peer
    wall: Callable[[], datetime] = field(repr=False)

    def check(self) -> None:
        """See that somebody answers there; only a message could try the key. Raises DeliveryError."""
        exchange(self.peer, self.base)

    def targets(self, letter: OutgoingMessage) -> tuple[str, ...]:
        """The group, for the kinds of message that it takes."""
        return ("",) if wanted(letter, self.kinds, self.school) else ()

    def send(self, letter: OutgoingMessage, target: str) -> str:
        """Say it in the group; returns the vendor's answer. Raises DeliveryError."""
        path, body = self.dialect.request(self, self._post(letter), self.wall())
        answer = exchange(self.peer, self.base + path, json.dumps(body, ensure_ascii=False).encode(), JSON)
        return judge(self.peer, answer, self.dialect.code, self.dialect.reasons)

    def _post(self, letter: OutgoingMessage) -> BotPost:
        title, link = clip(without_markup(letter.subject), 200), letter.link
        foot = f"编号：{without_markup(letter.id)}"  # a letter that came twice is seen to be one
        room = self.dialect.limit - len(f"{title}{foot}{link}{MORE}".encode()) - 120
        lines, dropped = fit(letter.brief or plain_lines(letter.text), room, _shown, gap=self.dialect.gap)
        more = [MORE.format(dropped)] if dropped else []
        where = [f"[打开控制台]({link})"] if link else []
        text = self.dialect.gap.join([f"**{title}**", *lines, *more, *where, foot])
        return BotPost(title=title, text=text, link=link)


def wanted(letter: OutgoingMessage, kinds: Collection[MessageKind], school: str) -> bool:
    """Whether a channel of these kinds and this school ("" is any) takes a letter."""
    if letter.kind is MessageKind.TEST:
        return True
    return letter.kind in kinds and school in ("", letter.school)


def _shown(line: BriefLine) -> str:
    text = without_markup(line.text)
    if line.heading:
        return f"**{text}**"
    return f"· {text} [查看]({line.url})" if line.url else f"· {text}"


def without_markup(text: str) -> str:
    """Strangers' words as words: no link, no mention of everybody, no colour. None of the vendors has an escape sign."""
    return text.translate(MARKUP).replace("://", "：//")


def judge(peer: Peer, answer: Answer, code_field: str, reasons: Reasons) -> str:
    """The answer as text where it says that the letter was taken. Raises DeliveryError."""
    data = answer.data or {}
    code = data.get(code_field, data.get("StatusCode"))
    said = peer.masked(str(data.get("errmsg") or data.get("msg") or data.get("StatusMessage") or ""))[:200]
    if code == 0 and answer.status < 300:
        return f"{code_field} 0 {said}".strip()
    if not isinstance(code, int) or isinstance(code, bool):
        return _no_verdict(peer, answer)
    refusal, advice = reasons.get(code, (None, "请对照该平台的错误码说明处理"))
    raise DeliveryError(
        f"{peer.label}拒绝（{code_field} {code} {said}）：{advice}",
        permanent=refusal is Refusal.CONTENT,
        channel_down=refusal in (Refusal.LATER, Refusal.SETTING),
    )


def _no_verdict(peer: Peer, answer: Answer) -> str:
    """An answer that is none of the vendor's: a login page in between, or half a sentence."""
    if 300 <= answer.status < 500:
        reason = f"{peer.label}的地址答复 HTTP {answer.status}，不是机器人接口，请检查 base 设置和网络出口"
        raise DeliveryError(reason, channel_down=True)
    raise DeliveryError(f"{peer.label}的答复看不懂（HTTP {answer.status}），可能已送达", unknown=True)


def bot_from_url(dialect: BotDialect, config: ChannelConfig) -> GroupBot:
    """Read ``scheme://KEY?secret=…``. Raises ChannelError."""
    url = channel_url(config, {"secret"})
    key, secret = url.secret("key", url.key), url.secret("secret")
    if not key or "/" in key:
        raise ChannelError(f"渠道“{config.name}”应写成 {dialect.scheme}://机器人的密钥，密钥是机器人地址里最后一段")
    peer = Peer(
        label=dialect.label,
        timeout=url.seconds(),
        ca=url.options.get("ca", ""),
        proxy=url.options.get("proxy", ""),
        secrets=(key, secret),
    )
    return GroupBot(
        name=config.name,
        dialect=dialect,
        base=url.base(dialect.base),
        key=key,
        secret=secret,
        kinds=url.kinds(GROUP_KINDS),
        school=url.options.get("school", ""),
        peer=peer,
        wall=config.wall,
    )
