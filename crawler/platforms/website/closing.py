"""Reads what a site declares about its own end: no longer updated, closed, moved to another address."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.platforms.website.document import ParsedPage, TextNode

ENDS = r"[^。；\n]{0,24}?(?:(?:停止|不再|终止)(?:进行)?(?:更新|维护|使用|服务|运行)|停用|停更|下线|关闭|关停)"
ITSELF = re.compile(rf"(?:本|该|此)(?:网站|站点|主页|门户|官网|网页|网|站){ENDS}")
"""Only 本站 speaks of the page it stands on: a new site says 原网站已停止更新 too."""
ENDED = re.compile(rf"(?:网站|站点|主页|门户|官网|网页|[本该此原旧]站|[本该此原旧]网){ENDS}")
MOVED = re.compile(
    r"(?:网站|站点|主页|门户|官网|本站|域名|网址)[^。；\n]{0,16}?(?:迁移|迁至|搬迁|搬家|更换|变更|启用新|改版)"
    r"|(?:请|欢迎)?(?:访问|前往|移步|使用|点击|转到|登录)[^。；\n]{0,8}(?:新(?:版|站|网站|网址|官网|主页|域名|地址)|以下(?:网址|网站|地址))"
)
TEMPORARY = re.compile(r"暂时|临时|暂停|期间|升级改造|恢复|节假日|假期|\d{1,2}\s?[:：]\s?\d{2}|小时|系统维护")
"""A night of maintenance is not the end of a site."""
ADDRESS = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)+(?:edu|com|cn|net|org|gov|ac)(?:\.cn)?(?::\d+)?(?:/[\w./%-]*)?", re.I | re.A
)
LITTLE = 40
"""Texts up to which a page is nothing but its notice, provided that it has hardly a link."""
FEW_LINKS = 5
LONGEST = 200
BEHIND = 4
"""Texts from the notice on among which its link stands."""


def successor(document: ParsedPage) -> tuple[str, str] | None:
    """The sentence in which the site declares its end, and the address that it names ("" where none); None where none.

    On a page with content of its own the sentence must say that this site is no longer updated, and name where to go.
    """
    little = len(document.texts) <= LITTLE and len(document.links) <= FEW_LINKS
    for text in document.texts:
        if len(text.text) > LONGEST or TEMPORARY.search(text.text) or (not little and _is_link(text)):
            continue
        ended = (ENDED if little else ITSELF).search(text.text)
        if ended or (little and MOVED.search(text.text)):
            address = _address(document, text)
            if address or (ended and little):
                return text.text, address
    return None


def _address(document: ParsedPage, text: TextNode) -> str:
    """The address written in the notice, else that of the first link in or right behind it; never one of its own host."""
    said = " ".join(other.text for other in document.texts[text.index : text.index + BEHIND])
    written = [match[0] if "://" in match[0] else f"http://{match[0]}" for match in ADDRESS.finditer(said)]
    linked = [document.absolute(link.href) for link in document.links if 0 <= link.index - text.index < BEHIND]
    return next((url for url in (*linked, *written) if _elsewhere(url, document.host)), "")


def _is_link(text: TextNode) -> bool:
    return text.node.parent is not None and text.node.parent.tag == "a"


def _elsewhere(url: str, host: str) -> bool:
    try:
        other = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return False
    return bool(other) and other.removeprefix("www.") != host.removeprefix("www.") and url.startswith("http")
