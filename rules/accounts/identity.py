"""Which account is meant: the stable id behind what people type and paste, the same wherever two records are joined."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

from rules.model import Platform

# Ids the platform itself never changes, found in an id column or in an address. They beat any handle.
_UID = r"\d{5,20}"
_STRONG: dict[Platform, tuple[str, ...]] = {
    Platform.WECHAT: (
        r"^gh_[0-9a-f]{8,16}$",
        r"[?&]__biz=([A-Za-z0-9+/]{8,24}={0,2})",
        r"^M[A-Za-z0-9+/]{11,21}={1,2}$",
    ),
    Platform.WEIBO: (
        rf"^{_UID}$",
        rf"weibo\.c(?:om|n)/(?:u/|profile/)?({_UID})(?:[/?#]|$)",
        r"weibo\.com/p/\d{6}(\d{10})(?:[/?#]|$)",
        rf"weibo\.c(?:om|n)/.*[?&](?:uid|value)=({_UID})",
        r"weibo\.cn/.*[?&]containerid=(?:100505|107603|230283)(\d{10})",
    ),
    Platform.DOUYIN: (
        r"^MS4wLjAB[\w-]{20,120}$",
        r"/user/(MS4wLjAB[\w-]{20,120})",
        r"[?&]sec_(?:user_)?uid=(MS4wLjAB[\w-]{20,120})",
        r"[?&]sec_user_id=(MS4wLjAB[\w-]{20,120})",
    ),
    Platform.BILIBILI: (
        r"^\d{1,20}$",
        r"^(?:uid|mid)[:：=\s]*(\d{1,20})$",
        r"space\.bilibili\.com/(\d{1,20})",
        r"bilibili\.com/space/(\d{1,20})",
        r"bilibili\.com/.*[?&](?:mid|host_mid)=(\d{1,20})",
    ),
    Platform.TOUTIAO: (
        rf"^{_UID}$",
        rf"/(?:c/user|profile|c/mid/profile)/({_UID})",
        r"/c/user/token/([\w.-]{20,120})",
        r"^MS4wLjAB[\w-]{20,120}$",
    ),
    Platform.BAIJIAHAO: (
        rf"^{_UID}$",
        rf"[?&]app_id=({_UID})",
        rf"author\.baidu\.com/home/({_UID})",
    ),
    Platform.KUAISHOU: (r"kuaishou\.com/(?:profile|u)/([\w-]{4,40})",),
    Platform.ZHIHU: (r"zhihu\.com/(?:people|org)/([\w-]{1,60})",),
    Platform.XIAOHONGSHU: (r"^[0-9a-f]{24}$", r"/user/profile/([0-9a-f]{24})"),
    Platform.QZONE: (r"^\d{5,12}$", r"user\.qzone\.qq\.com/(\d{5,12})", r"//(\d{5,12})\.qzone\.qq\.com"),
    Platform.PENGUIN: (r"om\.qq\.com/page/([\w*-]{8,60})", r"qq\.com/(?:omn|rain)/author/([\w*%-]{4,60})"),
    Platform.APP: (
        r"^(?:id)?(\d{6,12})$",
        r"(?:apps|itunes)\.apple\.com/.*\bid=?(\d{6,12})",
        r"/appdetail/([a-z][\w]*(?:\.[\w]+)+)",
        r"[?&](?:id|pkgname|apkName)=([a-zA-Z][\w]*(?:\.[\w]+)+)",
        r"^[a-zA-Z][\w]*(?:\.[\w-]+)+$",
    ),
}
# Handles the owner may change: good enough to tell two accounts apart when nothing better is on file.
_HANDLE: dict[Platform, str] = {
    Platform.WECHAT: r"^[a-z][\w-]{5,19}$",
    Platform.WEIBO: r"^[a-z][\w-]{3,31}$",
    Platform.DOUYIN: r"^[\w.-]{2,32}$",
    Platform.BILIBILI: r"^[\w.-]{2,32}$",
    Platform.TOUTIAO: r"^[\w.-]{2,64}$",
    Platform.BAIJIAHAO: r"^[\w.-]{2,64}$",
    Platform.KUAISHOU: r"^[\w.-]{2,40}$",
    Platform.ZHIHU: r"^[\w.-]{1,60}$",
    Platform.XIAOHONGSHU: r"^[\w.-]{2,64}$",
    Platform.QZONE: r"^[\w.-]{2,64}$",
    Platform.PENGUIN: r"^[\w*.-]{2,64}$",
    Platform.APP: r"^[\w.-]{2,128}$",
    Platform.GROUP: r"^\S.{0,120}$",
    Platform.OTHER: r"^\S.{0,120}$",
}
_CASELESS = {Platform.WECHAT, Platform.WEIBO, Platform.DOUYIN, Platform.XIAOHONGSHU}
_WEIBO_PAGE = re.compile(r"weibo\.com/([a-z][\w-]{3,31})/?(?:[?#]|$)", re.I)
_WEIBO_NOT_A_PAGE = {"login", "signup", "search", "visitor", "ajax", "home", "user", "newlogin", "settings"}
_LABEL = re.compile(r"^[A-Za-z\u4e00-\u9fff]{0,8}(?:id|号|账号|帐号)\s*[:：]\s*", re.I)
_HOST = re.compile(r"^(?:[\w-]+\.)+[a-z][a-z0-9-]{1,30}$|^\d{1,3}(?:\.\d{1,3}){3}$|^\[[0-9a-f:]+\]$", re.I)


@lru_cache(maxsize=4096)  # the same few accounts are asked about many times over
def identity(platform: Platform, account_id: str, url: str) -> str:
    """The stable id of an account, or "" where neither the id nor the address holds one.

    An id the platform never changes (weibo uid, ``gh_…``, sec_uid, mid) wins wherever it stands, then a handle. A
    website is its host without ``www.``, followed by the folder where a site lives in one (``x.edu.cn/rsc``).
    """
    stated, address = _clean(account_id), _clean(url)
    if platform is Platform.WEBSITE:
        return _site(address) or _site(stated)
    if platform is Platform.TIEBA:
        return _tieba(address) or _tieba(stated) or stated.removesuffix("吧")
    stated = _LABEL.sub("", stated)
    for text in (stated, address):
        for pattern in _STRONG.get(platform, ()):
            if text and (match := re.search(pattern, text)):
                return match.group(match.lastindex or 0)
    if not _looks_like_url(stated) and re.search(_HANDLE[platform], stated, re.A | re.I):
        return stated.lower() if platform in _CASELESS else stated
    if platform is Platform.WEIBO and (page := _WEIBO_PAGE.search(address)):
        return "" if page.group(1).lower() in _WEIBO_NOT_A_PAGE else page.group(1).lower()
    return _site(address) if platform in (Platform.OTHER, Platform.GROUP) else ""


def account_key(platform: Platform, account_id: str, url: str, name: str = "") -> str:
    """``platform:stable-id``, or ``platform:name=<name>`` where no id is known: what declared and seen join on."""
    stable = identity(platform, account_id, url)
    return f"{platform}:{stable}" if stable else f"{platform}:name={''.join(_clean(name).split()).casefold()}"


def _clean(text: str) -> str:
    """NFKC and trimmed: full-width digits and letters are how an input method leaves them."""
    return unicodedata.normalize("NFKC", text).strip().strip("\u200b\ufeff").strip()


def _looks_like_url(text: str) -> bool:
    return "://" in text or text.lower().startswith("www.") or "/" in text


def _site(text: str) -> str:
    """``host[:port][/folder]`` in lower case, "" where the text is no address."""
    if not text or any(c.isspace() for c in text):
        return ""
    try:
        parts = urlsplit(text if "://" in text else "//" + text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if ":" in host:
        host = f"[{host}]"
    elif not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    if not _HOST.match(host):
        return ""
    folders = [unquote(part) for part in parts.path.split("/") if part]
    if folders and "." in folders[-1]:  # index.htm, main.psp: the file, not the folder
        folders.pop()
    standard = port in (None, 80, 443)
    return "/".join([host.lower().removeprefix("www.") + ("" if standard else f":{port}"), *folders])


def _tieba(url: str) -> str:
    """The bar's name, else the user's portrait id, from a tieba address."""
    if "tieba.baidu.com" not in url:
        return ""
    query = parse_qs(urlsplit(url).query)
    return next((query[key][0].removesuffix("吧") for key in ("kw", "id", "un") if query.get(key)), "")
