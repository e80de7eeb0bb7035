"""Web addresses in a cell: one and only one, and of the platform the row names."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import urlsplit

from rules.accounts.identity import identity
from rules.model import Platform
from rules.platforms import platform_of

_ADDRESS = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#]|$)|https?://", re.I)
_IP = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?(?:/|$)")
_HOST = re.compile(r"(?:[^.]+\.)+(?:[^\W\d_]{2,}|xn--[\w-]+)\.?|localhost|.*:.*", re.I)
"""A name whose last part is letters (12.5 and 1.2万 are figures), or an address of IPv6."""
_PARTS = re.compile(
    r"[\s、，；。：（）()]+|[,;|]+(?=https?://|www\.)|(?<![:/])/+(?=www\.)|(?<=\w)(?=https?://)|(?<=[a-z])[和与及或](?=[\w-]+\.)",
    re.I,
)
_BARE_LIST = re.compile(r"[,;|]")
_ANY = frozenset({Platform.OTHER, Platform.GROUP, Platform.APP})
"""Platforms whose accounts may live at any address."""
_IN_WECHAT = frozenset({Platform.WECHAT, Platform.CHANNELS, Platform.MINIPROGRAM})


def is_address(found: str) -> bool:
    """True for what goes into an address bar, with or without ``https://``."""
    return bool(_ADDRESS.match(found.strip()) or _IP.match(found.strip()))


def addresses(found: str) -> list[str]:
    """The different addresses in a cell, in order; a share text carries words around its link."""
    parts = [part for part in _PARTS.split(found) if part]
    parts = [piece for part in parts for piece in (_BARE_LIST.split(part) if _is_bare_list(part) else [part])]
    return list(dict.fromkeys(part.rstrip(",;.") for part in parts if is_address(part)))


def _is_bare_list(part: str) -> bool:
    """a.edu.cn,b.edu.cn: hosts alone. A comma behind a path or a question mark belongs to its address."""
    pieces = _BARE_LIST.split(part)
    return len(pieces) > 1 and all(
        is_address(piece) and "/" not in piece and "?" not in piece for piece in pieces if piece
    )


def address(found: str) -> str:
    """The one address of a cell, with its scheme. Raises ValueError where there is none, or more than one."""
    several = addresses(found) or addresses(unicodedata.normalize("NFKC", found))
    if len(different(found)) > 1:
        raise ValueError("一个单元格只能有一个网址，请拆成多行，每行一个账号")
    whole = not several or (found.lower().startswith(("http://", "https://")) and not re.search(r"\s", found))
    only = found if whole else several[0]
    only = only if only.lower().startswith(("http://", "https://")) else f"http://{only}"
    try:
        place, host = urlsplit(only).netloc, urlsplit(only).hostname or ""
    except ValueError:
        place = host = ""
    if "@" in place:  # taken for an address with a name to sign in with, it would be asked for over and over
        raise ValueError("这是邮箱地址，不是网址，请写到电子邮箱一列；没有网址请留空")
    if any(c.isspace() for c in only) or not (_HOST.fullmatch(host) or _IP.fullmatch(host)):
        raise ValueError("不是有效的网址，请写成 https://www.example.edu.cn/；没有请留空")
    return only


def different(found: str) -> list[str]:
    """The addresses of a cell that lead to different places."""
    several = addresses(found) or addresses(unicodedata.normalize("NFKC", found))
    return list({_bare(each): each for each in reversed(several)}.values())[::-1]


def _bare(each: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?|/+$", "", each.lower())


def mismatch(platform: Platform, url: str) -> str:
    """Why an address cannot be that of an account on this platform; "" where it can."""
    if not url:
        return ""
    found = platform_of(url)
    if (
        found in (Platform.WEBSITE, platform)
        or platform in _ANY
        or (found is Platform.WECHAT and platform in _IN_WECHAT)
    ):
        if _is_private(url) and platform is not Platform.WEBSITE:
            return f"这是学校内部的网址，不会是{platform.label}账号的主页，请填账号主页的链接；没有请留空"
        return ""
    if platform is not Platform.WEBSITE and identity(platform, "", url):
        return ""
    return f"网址是{found.label}的，平台却是{platform.label}，请核对后改正其中一个"


def doubt(platform: Platform, url: str) -> str:
    """What a person should look at, though the row is taken; "" where nothing is odd."""
    if not url or platform in _ANY | (_IN_WECHAT - {Platform.WECHAT}):
        return ""
    if platform is Platform.WEBSITE:
        return "这是学校内部的网址，校外可能无法打开" if _is_private(url) else ""
    if platform_of(url) is Platform.WEBSITE and not identity(platform, "", url):
        return f"网址不像{platform.label}账号的主页"
    return ""


def _is_private(url: str) -> bool:
    try:
        return not ipaddress.ip_address(urlsplit(url).hostname or "").is_global
    except ValueError:
        return False
