"""JSON to another system of the school, signed as standardwebhooks.com has it: ``https+webhook://host/path?secret_env=…``."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from alerts.delivery.channels.base import ChannelConfig, ChannelError, ChannelType, DeliveryError
from alerts.delivery.channels.channel_url import channel_url
from alerts.delivery.channels.group_bot import JSON, wanted
from alerts.delivery.channels.http_exchange import Peer, exchange
from alerts.messages import MessageKind, OutgoingMessage

LABEL = "接收系统"
LATER = (408, 409, 425, 500, 503)
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that takes every message as JSON."""

    confirms_receipt: ClassVar[bool] = False

    name: str
    url: str = field(repr=False)
    secret: bytes = field(repr=False)
    kinds: Collection[MessageKind]
    school: str
    peer: Peer
    wall: Callable[[], datetime] = field(repr=False)

    def check(self) -> None:
        """See that somebody answers there. Raises DeliveryError."""
        exchange(self.peer, "{0.scheme}://{0.netloc}/".format(urlsplit(self.url)))

    def targets(self, letter: OutgoingMessage) -> tuple[str, ...]:
        """The address, for the kinds of message that it takes."""
        return ("",) if wanted(letter, self.kinds, self.school) else ()

    def send(self, letter: OutgoingMessage, target: str) -> str:
        """Post it; any 2xx takes it. Returns status and answer; raises DeliveryError."""
        body = json.dumps(document(letter), ensure_ascii=False).encode()
        moment, mark = str(int(self.wall().timestamp())), delivery_id(letter)
        headers = {
            "webhook-id": mark,
            "webhook-timestamp": moment,
            "webhook-signature": sign(self.secret, mark, moment, body),
        }
        answer = exchange(self.peer, self.url, body, headers | JSON)
        said = self.peer.masked(answer.text.strip())[:200]
        if 200 <= answer.status < 300:
            return f"HTTP {answer.status} {said}".strip()
        raise DeliveryError(
            f"{LABEL}拒绝（HTTP {answer.status} {said}）",
            permanent=answer.status in (400, 413, 422),
            channel_down=answer.status not in (400, 413, 422, *LATER),
        )


def delivery_id(letter: OutgoingMessage) -> str:
    """The same for every attempt at a letter: the receiver keeps those it knows and answers 2xx."""
    return f"msg_{hashlib.sha256(letter.id.encode()).hexdigest()[:32]}"


def sign(secret: bytes, mark: str, moment: str, body: bytes) -> str:
    """The value of ``webhook-signature``."""
    signed = hmac.new(secret, b".".join((mark.encode(), moment.encode(), body)), hashlib.sha256)
    return f"v1,{base64.b64encode(signed.digest()).decode('ascii')}"


def document(letter: OutgoingMessage) -> dict[str, Any]:
    """The body, as docs/notices.md describes it. Version 1: fields are added, never changed or removed."""
    return {
        "version": 1,
        "id": letter.id,
        "kind": letter.kind.value,
        "school": letter.school,
        "subject": letter.subject,
        "text": letter.text,
        "lines": [
            {"text": line.text, "weight": line.weight, "heading": line.heading, "url": line.url}
            for line in letter.brief
        ],
        "link": letter.link,
        "recipients": list(letter.recipients),
        "dated": letter.dated.isoformat(timespec="seconds") if letter.dated else None,
        "attachments": [
            {
                "name": each.name,
                "content_type": each.content_type,
                "base64": base64.b64encode(each.data).decode("ascii"),
            }
            for each in letter.attachments
        ],
    }


def from_url(config: ChannelConfig) -> Webhook:
    """Read ``https+webhook://host/path?secret=…``. Raises ChannelError."""
    url = channel_url(config, {"secret"})
    secret = url.secret("secret")
    place = f"{config.url.partition('+')[0]}://{url.key}"
    if not url.key or not secret:
        raise ChannelError(f"渠道“{config.name}”应写成 {HELP}；签名密钥不能省略，接收方用它辨认真伪")
    if place.startswith("http://") and urlsplit(place).netloc.partition(":")[0] not in LOOPBACK:
        raise ChannelError(f"渠道“{config.name}”不能用不加密的地址发送，请改为 https+webhook://")
    return Webhook(
        name=config.name,
        url=place,
        secret=_key(secret),
        kinds=url.kinds([kind for kind in MessageKind if kind is not MessageKind.TEST]),
        school=url.options.get("school", ""),
        peer=Peer(
            label=LABEL,
            timeout=url.seconds(),
            ca=url.options.get("ca", ""),
            proxy=url.options.get("proxy", ""),
            secrets=(secret,),
        ),
        wall=config.wall,
    )


def _key(secret: str) -> bytes:
    """``whsec_`` and Base64, as the standard writes a key; anything else is the key itself."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


HELP = "https+webhook://主机/路径?secret_env=存签名密钥的环境变量"
CHANNEL = ChannelType(("https+webhook", "http+webhook"), HELP, Webhook.confirms_receipt, from_url)
