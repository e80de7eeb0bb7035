"""What a platform file declares: its sources in order of worth, what each can prove, and how its pages are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crawler.page.page import Page
from rules.model import ClaimType, Observation, Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One account to look at. ``account_id`` is the platform's stable id; ``hosts`` are a website's own hosts."""

    platform: Platform
    key: str
    name: str = ""
    account_id: str = ""
    url: str = ""
    hosts: tuple[str, ...] = ()
    filed_id: str = ""
    """The id column of the register as it was typed; ``account_id`` is the one stable id found in it or in ``url``."""
    earlier_names: tuple[str, ...] = ()
    earlier_columns: tuple[str, ...] = ()
    """What a website called itself and its columns when it was last seen to be itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSource:
    """One kind of page of one platform.

    ``recognises`` looks at the page alone (never at the file name); ``read`` turns it into an Observation or raises
    Blocked / Unreadable; ``urls`` gives what to fetch for an account, an empty tuple where there is no public address.
    ``follow`` gives further URLs worth fetching after this page was read (list columns of a home page, the posts list
    of a profile), newest first; ``leads`` gives them for a page that shows nothing itself: where it goes, its frames.
    ``least``: own dated items, none of them pinned, below which a list counts as cut short and shows no silence, unless
    the platform's number of all posts is no larger.
    """

    code: str
    label: str
    proves: ClaimType
    note: str
    matches: Callable[[Page], bool]
    read: Callable[[Page], Observation]
    urls: Callable[[Target], tuple[str, ...]] = lambda target: ()
    next_urls: Callable[[Page, Target], tuple[str, ...]] = lambda page, target: ()
    fallback_urls: Callable[[Page, Target], tuple[str, ...]] = lambda page, target: ()
    browser: bool = False
    least: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformSpec:
    """One platform: its sources, and the hosts a guest may ask."""

    platform: Platform
    sources: tuple[PageSource, ...]
    hosts: tuple[str, ...] = ()
    delay_seconds: float = 5.0
    daily_budget: int = 2000
