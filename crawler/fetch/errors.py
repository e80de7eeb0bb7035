"""A request that brought no page: what it says. It is an observation about us or the network, never about the account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from twisted.internet import error as network
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError, ResponseFailed
from twisted.web.client import ResponseNeverReceived

from crawler.fetch.download import HeadTooLarge
from crawler.fetch.egress import EgressResolver
from crawler.fetch.middleware import EgressDenied, NotRecorded, NoWayOut
from rules.model import Outcome

ROBOTS = "Forbidden by robots.txt"
REDIRECTS = "max redirections reached"
BOMB = "during decompression"
"""What Scrapy's own middlewares say when they drop a request; everything else that is dropped says nothing of robots."""
TOO_LARGE = "too_large: 页面超过大小上限"
TIMEOUT = "timeout: 连接超时"
REFUSED = "refused: 服务器拒绝连接"
DNS = "dns: 域名无法解析"
CUT = "cut: 传输中断"
CERTIFICATE = "certificate: 证书或加密连接有问题"
CONNECT = "connect: 无法连接服务器"
GARBLED = "garbled: 服务器的应答不合 HTTP 规范"
UNKNOWN = "error: 访问没有成功，原因未能识别"
KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (HeadTooLarge, "too_large: 应答头超过大小上限"),
    (DownloadCancelledError, TOO_LARGE),
    (CannotResolveHostError, DNS),
    (network.DNSLookupError, DNS),
    (DownloadConnectionRefusedError, REFUSED),
    (network.ConnectionRefusedError, REFUSED),
    (SSL.Error, CERTIFICATE),
    (network.CertificateError, CERTIFICATE),
    (network.VerifyError, CERTIFICATE),
    (DownloadTimeoutError, TIMEOUT),
    (network.TimeoutError, TIMEOUT),
    (network.TCPTimedOutError, TIMEOUT),
    (ParseError, GARBLED),
    (UnsupportedURLSchemeError, "scheme: 只能访问 http/https 网页"),
    (MemoryError, "memory: 本机内存不足，没有读完"),
    (TimeoutError, TIMEOUT),
    (ConnectionRefusedError, REFUSED),
    (ValueError, GARBLED),
    (KeyError, GARBLED),
    (network.ConnectError, CONNECT),
    (network.ConnectionLost, CUT),
    (network.ConnectionDone, CUT),
    (network.ConnectionAborted, CUT),
    (ResponseDataLossError, CUT),
    (ResponseNeverReceived, CUT),
    (ResponseFailed, CUT),
    (DownloadFailedError, CUT),
    (OSError, CUT),
)
"""The first kind that is met on an error or among its causes gives the reason: what is special comes first."""
BROWSER = (
    (r"ERR_NAME_NOT_RESOLVED|ERR_NAME_RESOLUTION", DNS),
    (r"ERR_CONNECTION_REFUSED", REFUSED),
    (r"ERR_(CONNECTION_)?TIMED_OUT|Timeout \d+ms exceeded", TIMEOUT),
    (r"ERR_CERT|ERR_SSL|ERR_BAD_SSL", CERTIFICATE),
    (r"ERR_TOO_MANY_REDIRECTS", "redirects: 网页反复跳转"),
    (r"ERR_RESPONSE_HEADERS_TOO_BIG", "too_large: 应答头超过大小上限"),
    (r"ERR_INVALID_(HTTP_)?RESPONSE|ERR_INVALID_CHUNKED|ERR_CONTENT_DECODING", GARBLED),
    (r"ERR_(EMPTY_RESPONSE|CONNECTION_(RESET|CLOSED|ABORTED)|CONTENT_LENGTH|INCOMPLETE|HTTP2|QUIC)", CUT),
    (r"ERR_(ADDRESS|INTERNET|NETWORK|TUNNEL|PROXY|SOCKET|CONNECTION)", CONNECT),
    (r"ERR_HTTP_RESPONSE_CODE_FAILURE", "no_content: 服务器返回错误状态，没有内容"),
    (r"ERR_ABORTED|Download is starting", "not_a_page: 网址给出的是文件下载，不是网页"),
    (r"Target (page, context or browser has been )?closed|[Cc]rash|Connection closed", "browser: 浏览器意外退出"),
)
"""What Chromium and Playwright say, by the words they use."""


def describe_fetch_error(error: BaseException | None, url: str) -> tuple[Outcome, str]:
    """Outcome and reason ("code: 中文") of a failed request for ``url``."""
    match error:
        case NotRecorded():
            return Outcome.UNREADABLE, "not_recorded: 录制文件中没有该页面"
        case EgressDenied():
            return Outcome.UNREADABLE, f"refused_address: {error}"
        case NoWayOut():
            return Outcome.UNREADABLE, str(error)
        case IgnoreRequest():
            return _dropped(str(error))
    return Outcome.UNREADABLE, _network(error, url)


def _dropped(text: str) -> tuple[Outcome, str]:
    """Why Scrapy dropped a request. Only robots.txt is the site's own word, and nothing else may be taken for it."""
    if text == ROBOTS:
        return Outcome.BLOCKED, "robots: 网站的 robots.txt 不允许访问"
    if text == REDIRECTS:
        return Outcome.UNREADABLE, "redirects: 网页反复跳转"
    return Outcome.UNREADABLE, TOO_LARGE if text.rstrip(".").endswith(BOMB) else UNKNOWN


def _network(error: BaseException | None, url: str) -> str:
    if refused := EgressResolver.refused.get(urlsplit(url).hostname or ""):
        return f"refused_address: {refused}"
    causes = list(_causes(error))
    known = (reason for kind, reason in KINDS if any(isinstance(cause, kind) for cause in causes))
    text = " ".join(str(cause) for cause in causes) if _of_browser(causes) else ""
    said = (reason for pattern, reason in BROWSER if text and re.search(pattern, text))
    return next(said, None) or next(known, UNKNOWN)


def _of_browser(causes: list[BaseException]) -> bool:
    return any(type(cause).__module__.startswith("playwright") for cause in causes)


def _causes(error: BaseException | None, depth: int = 8) -> Iterator[BaseException]:
    """The error, what it was raised from, and what Twisted lists as its reasons."""
    if error is None or not depth:
        return
    yield error
    yield from _causes(error.__cause__, depth - 1)
    for reason in getattr(error, "reasons", None) or ():
        yield from _causes(reason.value if isinstance(reason, Failure) else reason, depth - 1)
