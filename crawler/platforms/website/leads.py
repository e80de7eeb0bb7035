"""Where a home page that shows nothing itself leads on: the address its script goes to, or its frames."""

from __future__ import annotations

import re

from crawler.page.page import Page, PageError
from crawler.platforms.spec import Target
from crawler.platforms.website.links import is_own, own_hosts
from crawler.platforms.website.placeholder_pages import SHORT
from crawler.platforms.website.reading import reading

MOST = 3
GOES = re.compile(
    r"""\blocation(?:\.href)?\s*=\s*["']([^"'<>\s]{1,200})["']|\blocation\.(?:replace|assign)\(\s*["']([^"'<>\s]{1,200})["']"""
)
CHECKS = re.compile(r"document\.cookie\s*=|eval\(|navigator\.webdriver")
"""A script that does this before it goes on checks its visitors; a guest does not walk past."""


def leads(page: Page, target: Target) -> tuple[str, ...]:
    """Up to three addresses on the site's own hosts. Empty for a page that says something, or that is no page."""
    try:
        found = reading(page).document
    except PageError:
        return ()
    if len(found.texts) > SHORT or CHECKS.search(page.text):
        return ()
    frames = [node.attributes.get("src") or "" for node in found.tree.css("frame")]
    goes = [first or second for first, second in GOES.findall(page.text)]
    urls = dict.fromkeys(found.absolute(address) for address in (goes[:1] or frames) if address)
    hosts = own_hosts(found, target)
    return tuple(url for url in urls if url != page.url and is_own(url, hosts))[:MOST]
