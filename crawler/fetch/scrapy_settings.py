"""Scrapy's settings for one order: slow, honest about who asks, bounded; values note Scrapy's default."""

from __future__ import annotations

import os
from typing import Any

from crawler.fetch.job import USER_AGENT, CrawlJob
from crawler.page.page import MAX_BYTES
from crawler.platforms.spec import PlatformSpec

CHROMIUM_ARGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--proxy-bypass-list=<-loopback>",  # by default Chromium reaches loopback past any proxy
)
MIDDLEWARES = {
    "downloadtimeout.DownloadTimeoutMiddleware": 350,
    "defaultheaders.DefaultHeadersMiddleware": 400,
    "useragent.UserAgentMiddleware": 500,
    "retry.RetryMiddleware": 550,
    "redirect.MetaRefreshMiddleware": 580,
    "httpcompression.HttpCompressionMiddleware": 590,
    "redirect.RedirectMiddleware": 600,
    "httpproxy.HttpProxyMiddleware": 750,
}
"""The parts of Scrapy that every request and page goes through, in its own order. Of what else it brings by default
(cookies, consoles and remote control, its own limits, counts and exports) nothing is loaded."""
NO_MEDIA = frozenset({"image", "media", "font"})


FIXED: dict[str, Any] = {
    "ROBOTSTXT_USER_AGENT": "XunjianBot",
    # Scrapy starts as many tasks for each answer, to have our list of requests handled by one of them.
    "CONCURRENT_ITEMS": 1,  # default 100
    "CONCURRENT_REQUESTS": 16,  # default 16
    "DOWNLOAD_MAXSIZE": MAX_BYTES,  # default 1 GB
    "DOWNLOAD_WARNSIZE": 0,
    "RETRY_TIMES": 1,  # default 2
    "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],  # without 429 and 503: no retries into a wall
    "REDIRECT_MAX_TIMES": 5,  # default 20
    "METAREFRESH_ENABLED": True,
    "REFERRER_POLICY": "same-origin",  # Scrapy's default tells other hosts too
    "LOG_LEVEL": "WARNING",  # default DEBUG
    "TWISTED_DNS_RESOLVER": "crawler.fetch.egress.EgressResolver",
    "DNS_TIMEOUT": 15,  # default 60
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    "DOWNLOADER_MIDDLEWARES_BASE": {f"scrapy.downloadermiddlewares.{name}": at for name, at in MIDDLEWARES.items()},
    "DOWNLOADER_MIDDLEWARES": {
        "crawler.fetch.robots.SharedRobots": 100,
        "crawler.fetch.middleware.ProxyAnswers": 40,
        "crawler.fetch.middleware.PolitenessMiddleware": 50,
        "crawler.fetch.middleware.ReplayMiddleware": 60,
    },
    "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "crawler.fetch.download.BoundedHandler"),
    "SPIDER_MIDDLEWARES_BASE": {
        "scrapy.spidermiddlewares.start.StartSpiderMiddleware": 25,
        "scrapy.spidermiddlewares.referer.RefererMiddleware": 700,
    },
    "EXTENSIONS_BASE": {},
    "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
}


def delay_of(order: CrawlJob, spec: PlatformSpec) -> float:
    """Seconds between two requests to one host."""
    return spec.delay_seconds if order.delay_seconds is None else order.delay_seconds


def settings_for(order: CrawlJob, spec: PlatformSpec, proxy: str, browser: str | None) -> dict[str, Any]:
    """Settings of the crawler process. ``proxy`` is the guard proxy's URL, ``browser`` the browser found."""
    settings = FIXED | {
        "USER_AGENT": USER_AGENT.format(contact=order.contact),
        "ROBOTSTXT_OBEY": not order.ignore_robots,  # default False
        "DOWNLOAD_DELAY": 0,  # the host's lease gives the pace, over all processes
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1 if delay_of(order, spec) and not order.urgent else 8,  # default 8
        "DOWNLOAD_TIMEOUT": order.timeout_seconds,  # default 180
        "ALLOWED_RANGES": list(order.allowed_ranges),
        "GUARD_PROXY": proxy if order.connect_to else "",
    }
    wanted = any(look.browser for look in order.looks) or any(source.browser for source in spec.sources)
    if browser and wanted and not order.replay:
        return settings | _browser(order, proxy, browser)
    return settings | {"ASYNCIO_EVENT_LOOP": "uvloop.Loop"}


def _browser(order: CrawlJob, proxy: str, browser: str) -> dict[str, Any]:
    handler = "crawler.fetch.download_browser.BoundedBrowserHandler"
    args = [*CHROMIUM_ARGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]  # Chromium refuses its sandbox to root
    launch = {"args": args, "proxy": {"server": proxy}, "executable_path": browser}
    shots = any(look.screenshot for look in order.looks)
    return {
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch,
        "PLAYWRIGHT_CONTEXTS": {
            order.platform.value: {
                "ignore_https_errors": bool(order.connect_to),  # only the demo campus signs for itself
                "locale": "zh-CN",
                "timezone_id": "Asia/Shanghai",
                "service_workers": "block",
                "accept_downloads": False,
            }
        },
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 2,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": order.timeout_seconds * 1000,
        "PLAYWRIGHT_ABORT_REQUEST": None if shots else lambda request: request.resource_type in NO_MEDIA,
    }
