"""Names and ids in pasted text: signs and platform words are taken away, and what is no name is said to be none."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from rules.accounts.identity import identity
from rules.model import Platform
from rules.platforms import ALIASES

WORDS = [
    "微信公众号",
    "微信公众平台",
    "微信订阅号",
    "微信服务号",
    "公众号",
    "公号",
    "订阅号",
    "服务号",
    "微信",
    "新浪微博",
    "官方微博",
    "微博",
    "抖音号",
    "抖音",
    "哔哩哔哩",
    "bilibili",
    "B站",
    "今日头条",
    "头条号",
    "头条",
    "百家号",
    "快手号",
    "快手",
    "知乎",
    "百度贴吧",
    "贴吧",
    "小红书",
    "QQ空间",
    "企鹅号",
    "移动客户端",
    "客户端",
    "App",
    "网站",
    "官网",
    "QQ群",
    "微信群",
    "视频号",
    "微信视频号",
    "小程序",
    "微信小程序",
]
"""The aliases of platforms that stand beside an account's name; others may be part of a name."""
CALLED = {word.casefold(): ALIASES[word.upper()] for word in WORDS} | {p.label: p for p in Platform}
ANY_WORD = "|".join(sorted(map(re.escape, [*WORDS, "官方账号", "账号", "帐号", "名称", "昵称"]), key=len, reverse=True))

SIGNS = " \t\u3000@＠#＃*·•,，、;；:：|｜-—~～.。!！?？…"
PAIRS = {
    "《": "》",
    "【": "】",
    "「": "」",
    "『": "』",
    "“": "”",
    "‘": "’",
    "〈": "〉",
    "<": ">",
    "[": "]",
    '"': '"',
    "'": "'",
}
BRACKETED = re.compile("|".join(f"{re.escape(a)}([^{re.escape(b)}]{{1,40}}){re.escape(b)}" for a, b in PAIRS.items()))
BEFORE = re.compile(rf"^(?:{ANY_WORD})(?:[\s\u3000:：|｜、@＠—-]+|(?=[《【「『“〈\[\"'#＃]))", re.I)
INVITED = re.compile(
    r"^(?:请|欢迎|快来|帮我)?(?:微信)?(?:关注|搜索|搜一搜|搜一下|订阅|查一下|查查|查询|核查)[\s\u3000:：]*"
    r"(?=[《【「『“〈\[\"'@＠]|[\u4e00-\u9fff]{4})"
)
"""What asks people to follow or to look up an account stands before its name."""
GLUED = re.compile(rf"^(?:{ANY_WORD})(?=[\u4e00-\u9fff]{{3}})", re.I)
AFTER = re.compile(
    rf"(?:[\s\u3000|｜_—-]+(?:{ANY_WORD})|[（(](?:{ANY_WORD}|官方)[）)]"
    rf"|[》】」』”〉](?:的)?(?:{ANY_WORD})|的(?:{ANY_WORD}|(?:个人)?(?:主页|空间|中心|资料|频道)|(?:最新)?(?:作品|视频|动态|笔记|文章)|直播间?))$",
    re.I,
)

MENTION = re.compile(r"(?:(?<=[\s\u4e00-\u9fff，。：])|^)[@＠]([\w\u4e00-\u9fff·-]{2,30})")
AUTHOR = re.compile(r"(?:^|\s)(?:\d+\s+)?([^\s，。！]{2,30}?)(?:发布了一篇|的个人主页|正在(?:快手|抖音)?直播)")
FILLER = re.compile(
    r"点击(?:链接)?(?:查看|打开|进入)?(?:详情)?|复制(?:此|本条)?(?:消息|信息|链接)?|打开|直接观看|查看精彩内容|分享自?|转发|链接|网址|地址|主页|"
    r"请|帮我|帮忙|核查|查一下|查查|看一下|看看|快来看|这个|那个|这是|账号|帐号|名称|名字|叫做|的|吧|一下|查看"
)
TALK = re.compile(r"[了吗呢啊吧没这那请看快]|[，。！？；,!?;]")
TITLE = re.compile(
    r"[，。！？：；、|｜_…,!?;]|\d{4}年|\d+月|通知|公告|公示|招聘|启事|举行|召开|举办|关于|如何|怎么|为什么|来了|一览|汇总|攻略|开幕|简章"
)
TITLE_FROM = 18
"""A headline is longer than a name, which platforms cut at some twenty characters."""
SENTENCE = re.compile(r"[。！？!?].|吗[？?]?$|是不是|请问|有没有|怎么(?:办|回事)|[，,；;].{8,}")
MAIL = re.compile(r"^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$")
HANDLE = re.compile(r"^[A-Za-z][A-Za-z0-9_.-]{3,39}$")
"""What may be an account's id as well as a name: nobody but the register knows."""

ACCOUNT_KEY = re.compile(rf"^({'|'.join(Platform)}):(?!//)(?!name=)([^\s/]\S*)$")
"""An account as our own pages and commands write it."""
LABELLED: tuple[tuple[str, Platform | None], ...] = (
    (r"微信(?:公众)?号|微信ID|公众号(?:原始)?ID|公众号微信号|(?:微信)?原始ID|(?:微信)?公众号|微信", Platform.WECHAT),
    (r"抖音(?:号|ID|UID)", Platform.DOUYIN),
    (r"快手(?:号|ID)", Platform.KUAISHOU),
    (r"小红书(?:号|ID)", Platform.XIAOHONGSHU),
    (r"(?:新浪)?微博(?:号|ID|UID)", Platform.WEIBO),
    (r"(?:B站|哔哩哔哩|bilibili)(?:号|ID|UID)?|mid", Platform.BILIBILI),
    (r"(?:今日)?头条(?:号|ID|号ID|UID)", Platform.TOUTIAO),
    (r"百家号(?:ID)?", Platform.BAIJIAHAO),
    (r"知乎(?:号|ID)", Platform.ZHIHU),
    (r"QQ群(?:号)?|群号", Platform.GROUP),
    (r"QQ空间|QQ号?", Platform.QZONE),
    (r"(?:账号|帐号)ID|(?:账号|帐号)|UID|ID", None),
)
PLAIN_IDS: tuple[tuple[re.Pattern[str], Platform | None], ...] = (
    (re.compile(r"(?<![\w/=])gh_[0-9a-f]{8,16}(?!\w)", re.A), Platform.WECHAT),
    (re.compile(r"(?<![\w/=])MS4wLjAB[\w-]{20,120}", re.A), Platform.DOUYIN),
    (re.compile(r"^\d{5,20}$", re.A), None),
)
ID_VALUE = r"(?:\s*[:：=]\s*|\s+)([A-Za-z0-9_][A-Za-z0-9_.-]{3,63})(?![\w\u4e00-\u9fff@.-])"
STATED = tuple(
    (re.compile(rf"(?<![A-Za-z0-9_])(?:{label}){ID_VALUE}", re.I | re.A), platform) for label, platform in LABELLED
)
ID_LABEL = re.compile(rf"(?:{'|'.join(label for label, _ in LABELLED)})\s*[:：=]?\s*$", re.I)


@dataclass(frozen=True, slots=True)
class StatedId:
    """An id that the text states, its platform where that is said too, and the text without it."""

    platform: Platform | None
    account_id: str
    rest: str


def stated_id(text: str) -> StatedId | None:
    """The account id in a text: ``gh_…``, a labelled one (微信号：x), a bare number, or one of our own keys."""
    text = unicodedata.normalize("NFKC", text).strip()
    if key := ACCOUNT_KEY.match(text):
        return StatedId(Platform(key[1]), key[2], "")
    for pattern, platform in (*PLAIN_IDS, *STATED):
        if met := pattern.search(text):
            found = met.group(met.lastindex or 0)
            if platform and not identity(platform, found, ""):
                continue
            before = ID_LABEL.sub("", text[: met.start()])
            return StatedId(platform, found, f"{before} {text[met.end() :]}".strip())
    return None


def platform_called(word: str) -> Platform | None:
    """The platform that a code or a Chinese word names."""
    word = word.strip().casefold()
    return Platform(word) if word in list(Platform) else CALLED.get(word)


def bare_name(text: str) -> tuple[str, Platform | None]:
    """The name without the signs and platform words around it, and the platform that they name."""
    name, platform, before = text.strip(), None, ""
    while name != before:
        before = name
        name = _unsigned(name)
        for pattern in (INVITED, BEFORE, AFTER):
            met = pattern.search(name)
            if met and met[0] != name:
                platform = platform or _named_in(met[0])
                name = name[: met.start()] + name[met.end() :]
    inner = BRACKETED.search(name)
    if inner and not _filled(name[: inner.start()] + name[inner.end() :]):
        outside = name[: inner.start()] + name[inner.end() :]
        return bare_name(next(filter(None, inner.groups())))[0], platform or _named_in(outside)
    return name, platform


def plain_name(name: str) -> str:
    """What two spellings of one account's name have in common: no signs, no platform words, one case, one width."""
    name = unicodedata.normalize("NFKC", bare_name(name)[0])
    for _ in range(3):
        name = re.sub(rf"(?:官方)?(?:{ANY_WORD})$|官方$", "", name, flags=re.I) or name
    name = GLUED.sub("", name)
    return "".join(c for c in name if c.isalnum()).casefold()


def shared_name(around: str) -> str:
    """The account that the text around a link names; empty where it names none. A headline is no account."""
    mention = MENTION.search(around)
    author = AUTHOR.search(around)
    found = [mention[1]] if mention else []
    found += [next(filter(None, met.groups())) for met in BRACKETED.finditer(around)]
    found += [author[1]] if author else []
    outside = BRACKETED.sub(" ", around)
    if (
        not found
        and (rest := FILLER.sub("", outside).strip(SIGNS))
        and len(rest) < TITLE_FROM
        and not TALK.search(rest)
    ):
        found = [rest]
    names = (bare_name(each)[0] for each in found)
    return next((name for name in names if name.casefold() not in CALLED and not _headline(name)), "")


def no_name(text: str) -> str:
    """Why a text cannot be an account's name, as the middle of a sentence; empty where it can."""
    letters = [c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum()]
    joined = "".join(letters)
    if not any(c.isalpha() for c in letters):
        return "不像账号名称，也没有网址"
    if len(joined) < 2:
        return "只有一个字，不像账号名称"
    if len(set(letters)) == 1 or re.fullmatch(r"(.{1,3})\1{2,}", joined):
        return "只是同一个字的重复，不像账号名称"
    if text.casefold() in CALLED:
        return "是平台的名称，不是账号名称"
    if ID_LABEL.fullmatch(text.strip()):
        return "后面没有写账号ID"
    if joined.isascii() and _typed_at_random(text.casefold()):
        return "像是随手敲的字母，不像账号名称"
    if MAIL.match(text):
        return "是邮箱地址，不是账号名称"
    return "像一句话，不像账号名称" if SENTENCE.search(text) else ""


ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1234567890")
RUN = 4
"""Neighbouring keys in a row, from which on nobody meant a word."""


def _typed_at_random(text: str) -> bool:
    """Keys beside one another, letters without a vowel followed by signs, or hardly any letter at all."""
    rows = [*ROWS, *(row[::-1] for row in ROWS)]
    words = re.findall(r"[a-z0-9]+", text)
    slid = [w for w in words if any(w[n : n + RUN] in row for row in rows for n in range(len(w) - RUN + 1))]
    mute = [w for w in words if w.isalpha() and len(w) > RUN and not re.search(r"[aeiouy]", w)]
    noise = sum(not c.isalnum() and not c.isspace() for c in text)
    letters = sum(c.isalpha() for c in text)
    return len([*slid, *mute]) * 2 > len(words) or noise > letters


def _unsigned(name: str) -> str:
    name = name.strip(SIGNS)
    for opening, closing in PAIRS.items():
        inner = name[1:-1]
        if name[:1] == opening and name[-1:] == closing and opening not in inner and closing not in inner:
            return inner.strip(SIGNS)
    return name


def _filled(outside: str) -> str:
    """What is said outside the brackets besides platform words and small talk."""
    left = re.sub(rf"(?:{ANY_WORD})", "", outside, flags=re.I)
    return FILLER.sub("", left).strip(SIGNS)


def _named_in(text: str) -> Platform | None:
    met = re.search("|".join(sorted(map(re.escape, WORDS), key=len, reverse=True)), text, re.I)
    return CALLED[met[0].casefold()] if met else None


def _headline(name: str) -> bool:
    return bool(no_name(name)) or len(name) > TITLE_FROM or bool(TITLE.search(name))
