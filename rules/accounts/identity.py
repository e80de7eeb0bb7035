"""Which account is meant: the stable id behind what people type and paste, the same wherever two records are joined."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

from rules.model import Platform
from rules.platforms import INFO

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
        return _tieba(address) or _tieba(stated) or " ".join(stated.split()).removesuffix("吧")
    stated = _LABEL.sub("", stated)
    if strong := _strong(platform, stated) or _strong(platform, address):
        return strong
    if not _looks_like_url(stated) and re.search(INFO[platform].handle, stated, re.A | re.I):
        return stated.lower() if INFO[platform].handle_caseless else stated
    if platform is Platform.WEIBO and (page := _WEIBO_PAGE.search(address)):
        return "" if page.group(1).lower() in _WEIBO_NOT_A_PAGE else page.group(1).lower()
    return _site(address) if platform in (Platform.OTHER, Platform.GROUP) else ""


def _strong(platform: Platform, text: str) -> str:
    """The first id in a text that the platform itself never changes; "" where there is none."""
    found = (re.search(pattern, text) for pattern in INFO[platform].id_patterns if text)
    return next((match.group(match.lastindex or 0) for match in found if match), "")


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
    if any("\ufffd" in text for texts in query.values() for text in texts):  # links of the forum's first years are GBK
        query = parse_qs(urlsplit(url).query, encoding="gb18030", errors="replace")
    return next((query[key][0].removesuffix("吧") for key in ("kw", "id", "un") if query.get(key)), "")


QUERY_KEY_PREFIX = "search:"
"""Keys of looks at a search page or a suspect's page: kept as observations, never as the state of an account."""
Ids = tuple[frozenset[str], ...]
"""What is known of whose something is: each member one text, as ``kind:value`` for every kind that it may be of."""


def filed_ids(platform: Platform, account_id: str, url: str) -> Ids:
    """Every id that a register's row gives, in its id column and in its address."""
    text, address = _clean(account_id), _addressed(platform, url)
    own = _strong(platform, text) or ("" if _looks_like_url(text) else _LABEL.sub("", text))
    found = (_possible(platform, own or _addressed(platform, text)), _possible(platform, address))
    return tuple(dict.fromkeys(each for each in found if each))


def stated_ids(platform: Platform, account_id: str, ids: tuple[str, ...] = (), url: str = "") -> Ids:
    """Every id that a page states: its own, those of a known kind (``kind:value``), and the one in its address.

    The address answers only for a page that states no id of its own, or one that is understood: an id in a shape that
    nobody knows may be anybody's.
    """
    typed = [
        frozenset({f"{kind}:{_normal(kind, value)}"})
        for kind, _, value in (each.partition(":") for each in ids)
        if value
    ]
    values = {value.partition(":")[2] for each in typed for value in each}
    own = filed_ids(platform, account_id, "")
    rest = filed_ids(platform, "", url) if own or not account_id else _numbered(platform, _clean(account_id))
    plain = [each for each in (*own, *rest) if not {v.partition(":")[2] for v in each} & values]
    return tuple(dict.fromkeys((*typed, *plain)))


def agrees(filed: Ids, stated: Ids) -> bool | None:
    """Whether what a page states is the account on file. False where any id of one kind differs, True where at least one
    is the same and none differs, None where no two are of one kind."""
    answers = [_agrees(each, stated) for each in filed]
    return False if False in answers else True if True in answers else None


def _agrees(one: frozenset[str], stated: Ids) -> bool | None:
    known = {value for each in stated for value in each}
    sure = {value for each in stated if len(each) == 1 for value in each}
    if len(one) == 1 and any(_kind(value) in set(map(_kind, one)) and value not in one for value in sure):
        return False
    if one & known:
        return True
    return False if set(map(_kind, one)) <= set(map(_kind, known)) else None


def _kind(tagged: str) -> str:
    return tagged.partition(":")[0]


def _possible(platform: Platform, text: str) -> frozenset[str]:
    kinds = (kind for kind, pattern in INFO[platform].id_kinds if text and re.fullmatch(pattern, text))
    return frozenset(f"{kind}:{_normal(kind, text)}" for kind in kinds)


def _numbered(platform: Platform, text: str) -> Ids:
    """A number that is shorter or longer than the platform's own still claims to be one of them."""
    kinds = {_kind(value) for value in _possible(platform, "1234567890")} if text.isdecimal() else set()
    return (frozenset(f"{kind}:{text}" for kind in kinds),) if kinds else ()


def _normal(kind: str, value: str) -> str:
    """A ``__biz`` loses its padding in some links; handles are typed in any case; a bar is named with and without 吧."""
    if kind == "biz":
        return value.rstrip("=")
    if kind == "bar":
        return value.removesuffix("吧")
    return value.casefold() if kind in ("handle", "domain", "number", "eid", "token") else value


def _addressed(platform: Platform, url: str) -> str:
    """The id in an address; "" for an address without one. (A single post's address names no account.)"""
    return identity(platform, "", url) if url else ""
