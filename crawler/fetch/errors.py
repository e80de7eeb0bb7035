"""A request that brought no page: what it says. It is an observation about us or the network, never about the account."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest
from twisted.internet.error import (
    ConnectError,
    ConnectionRefusedError,
    DNSLookupError,
    TCPTimedOutError,
    TimeoutError,
)
from twisted.web.client import ResponseFailed

from crawler.fetch.egress import EgressResolver
from crawler.fetch.middleware import EgressDenied, HostPaused, NotRecorded, RequestBudgetExceeded
from crawler.platforms.authorized_api import redact_secrets
from rules.model import Outcome

NOT_ASKED = (RequestBudgetExceeded, HostPaused)
"""We chose not to ask: there is nothing to say, and the account stays due."""
NETWORK: tuple[tuple[type[Exception], str], ...] = (
    (DNSLookupError, "dns: 域名无法解析"),
    (ConnectionRefusedError, "refused: 服务器拒绝连接"),
    (TimeoutError, "timeout: 连接超时"),
    (TCPTimedOutError, "timeout: 连接超时"),
    (ConnectError, "connect: 无法连接服务器"),
    (ResponseFailed, "cut: 传输中断"),
)


def describe_fetch_error(error: BaseException | None, url: str) -> tuple[Outcome, str]:
    """Outcome and reason ("code: 中文") of a failed request for ``url``."""
    match error:
        case NotRecorded():
            return Outcome.UNREADABLE, "not_recorded: 录制文件中没有该页面"
        case EgressDenied():
            return Outcome.UNREADABLE, f"refused_address: {error}"
        case IgnoreRequest() if "redirect" in str(error):
            return Outcome.UNREADABLE, "redirects: 网页反复跳转"
        case IgnoreRequest():
            return Outcome.BLOCKED, "robots: 网站的 robots.txt 不允许访问"
    return Outcome.UNREADABLE, _network(error, url)


def _network(error: BaseException | None, url: str) -> str:
    if refused := EgressResolver.refused.get(urlsplit(url).hostname or ""):
        return f"refused_address: {refused}"
    text = f"{type(error).__name__} {error}"
    if "certificate" in text.lower() or "ssl" in text.lower():
        return "certificate: 证书或加密连接有问题"
    if "maxsize" in text.lower() or "DownloadCancelled" in text or "larger than" in text:
        return "too_large: 页面超过大小上限"
    known = (reason for kind, reason in NETWORK if isinstance(error, kind))
    return next(known, f"error: {redact_secrets(text)[:120]}")
