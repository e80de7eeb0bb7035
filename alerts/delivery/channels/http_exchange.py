"""One HTTP exchange, bounded as a whole, and what its end means for the letter: taken, refused, or not known."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx

from alerts.delivery.channels.base import DeliveryError

ANSWER_MAX = 64 * 1024
"""Bytes of an answer; a real one takes a hundred."""
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
"""Errors before the first byte of the request left: the letter was certainly not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The other side: what people call it, how long an exchange may take in seconds, its private certificate authority, a
    proxy on the way there, and the secrets that no message of ours may repeat."""

    label: str
    timeout: float = 15.0
    ca: str = ""
    proxy: str = field(default="", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def masked(self, text: str) -> str:
        """The text without the secrets: vendors repeat what they were sent."""
        for secret in filter(None, self.secrets):
            text = text.replace(secret, "***")
        return text


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``data`` is the JSON object of the body, None where there is none."""

    status: int
    text: str
    data: Mapping[str, Any] | None


def exchange(peer: Peer, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """POST ``body``, or GET without one. Raises DeliveryError; HTTP errors that say nothing about the letter included."""
    return asyncio.run(_bounded(peer, url, body, headers or {}))


async def _bounded(peer: Peer, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
    sent = body is not None
    try:
        # httpx bounds single reads; a server that says a byte now and then would hold the outbox for hours.
        answer = await asyncio.wait_for(_ask(peer, url, body, headers), peer.timeout)
    except UNSENT as error:
        raise DeliveryError(f"{peer.label}{_unreachable(error)}", channel_down=True) from error
    except (TimeoutError, httpx.TimeoutException) as error:
        raise DeliveryError(f"{peer.label}超时无应答", unknown=sent, channel_down=True) from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise DeliveryError(f"{peer.label}连接中断，没有收到完整的答复", unknown=sent) from error
    except (httpx.InvalidURL, ssl.SSLError, OSError) as error:
        reason = f"{peer.label}的地址或证书设置有误（{type(error).__name__}）"
        raise DeliveryError(reason, channel_down=True) from error
    return _judged(peer, answer)


async def _ask(peer: Peer, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
    trust = _trust(peer.ca) if url.startswith("https:") else _NO_TLS
    client = httpx.AsyncClient(
        verify=trust, timeout=peer.timeout, trust_env=False, proxy=peer.proxy or None, follow_redirects=False
    )
    async with client, client.stream("GET" if body is None else "POST", url, content=body, headers=headers) as response:
        text = bytearray()
        async for piece in response.aiter_bytes():
            text += piece
            if len(text) > ANSWER_MAX:
                raise httpx.ReadError("answer without end")
    shown = text.decode("utf-8", "replace")
    return Answer(response.status_code, shown, _object(shown))


_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For loopback without encryption: httpx would load every certificate authority for it."""


@cache
def _trust(ca: str) -> ssl.SSLContext:
    """Loading the authorities takes longer than the whole exchange, so once."""
    return ssl.create_default_context(cafile=ca or None)


def _object(text: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _judged(peer: Peer, answer: Answer) -> Answer:
    """Only answers that may say yes or no about the letter come through."""
    if answer.status == 429:
        raise DeliveryError(f"{peer.label}限流（HTTP 429），稍后再试", channel_down=True)
    if answer.status in (502, 504):  # from a gateway: what stands behind it may have taken the letter
        raise DeliveryError(f"{peer.label}前面的网关答复 HTTP {answer.status}，结果不明", unknown=True)
    if answer.status >= 500 and answer.data is None:
        raise DeliveryError(f"{peer.label}暂时不能服务（HTTP {answer.status}）")
    return answer


def _unreachable(error: Exception) -> str:
    text, cause = str(error), error.__cause__ or error.__context__
    if isinstance(error, httpx.ConnectTimeout):
        return "无法连接（超时），请检查网络、防火墙和 base 设置"
    if isinstance(error, httpx.ProxyError):
        return "的代理不能使用，请检查 proxy 设置"
    if "CERTIFICATE" in text or "SSL" in text or isinstance(cause, ssl.SSLError):
        return "的加密连接失败（证书无效或不受信任），请检查证书或 ca 设置"
    if "refused" in text.lower() or "all connection attempts failed" in text.lower():
        return "无法连接（连接被拒绝），请检查地址、端口和网络"
    return "无法连接，请检查主机名、网络和防火墙"
