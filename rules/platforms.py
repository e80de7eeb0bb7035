"""Every platform once: how people call it, where its pages live, and what its account ids look like."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from rules.model import Platform


@dataclass(frozen=True, slots=True)
class PlatformInfo:
    """What is known of a platform's names, addresses and ids.

    - ``aliases``: what people type for it, separated by spaces (the label itself included).
    - ``hosts``: its hosts; a subdomain belongs to the longest entry it ends with.
    - ``id_patterns``: ids the platform itself never changes, in an id column or an address; the last group, or all of it.
    - ``id_kinds``: kinds of ids that one text may be of. Different kinds cannot be compared; of one kind, they agree or
      differ.
    - ``polled``: it has public pages to look at; without them its accounts are filed and reviewed only.
    - ``handle``: ids that the owner may change: good enough to tell two accounts apart when nothing better is on file.
    """

    platform: Platform
    aliases: str
    hosts: tuple[str, ...] = ()
    id_patterns: tuple[str, ...] = ()
    id_kinds: tuple[tuple[str, str], ...] = ()
    handle: str = ""
    handle_caseless: bool = False
    polled: bool = True


PLATFORMS: tuple[PlatformInfo, ...] = (
    PlatformInfo(
        Platform.WEBSITE,
        aliases="网站 官网 官方网站 学校网站 部门网站 门户网站 网页 二级网站 站点 WEB 校园网站 专题网站",
    ),
    PlatformInfo(
        Platform.WECHAT,
        aliases="微信公众号 微信 公众号 订阅号 服务号 企业号 微信订阅号 微信服务号 微信企业号 微信平台 微信公众平台 官方微信 WECHAT 公号",
        hosts=("mp.weixin.qq.com", "weixin.sogou.com"),
        id_patterns=(
            r"^gh_[0-9a-f]{8,16}$",
            r"[?&]__biz=([A-Za-z0-9+/]{8,24}={0,2})",
            r"^M[A-Za-z0-9+/]{11,21}={1,2}$",
            r"[?&]account=(gh_[0-9a-f]{8,16})",
        ),
        id_kinds=(
            ("gh", r"gh_[0-9a-f]{6,16}"),
            ("biz", r"[MNO][DTjz][A-Za-z0-9+/]{6,20}={0,2}"),
            ("handle", r"(?!gh_)[A-Za-z][\w-]{5,19}"),
        ),
        handle=r"^[a-z][\w-]{5,19}$",
        handle_caseless=True,
    ),
    PlatformInfo(
        Platform.WEIBO,
        aliases="微博 新浪微博 官方微博 官方新浪微博 WEIBO",
        hosts=("weibo.com", "weibo.cn", "t.cn"),
        id_patterns=(
            r"^\d{5,20}$",
            r"weibo\.c(?:om|n)/(?:u/|profile/)?(\d{5,20})(?:[/?#]|$)",
            r"weibo\.com/p/\d{6}(\d{10})(?:[/?#]|$)",
            r"weibo\.c(?:om|n)/.*[?&](?:uid|value)=(\d{5,20})",
            r"weibo\.cn/.*[?&]containerid=(?:100505|107603|230283|230413)(\d{10})",
        ),
        id_kinds=(("uid", r"\d{5,20}"), ("domain", r"[A-Za-z][\w-]{3,31}")),
        handle=r"^[a-z][\w-]{3,31}$",
        handle_caseless=True,
    ),
    PlatformInfo(
        Platform.DOUYIN,
        aliases="抖音 抖音号 DOUYIN 抖音短视频",
        hosts=("douyin.com", "iesdouyin.com"),
        id_patterns=(
            r"^MS4wLjAB[\w-]{20,120}$",
            r"/user/(MS4wLjAB[\w-]{20,120})",
            r"[?&]sec_(?:user_)?uid=(MS4wLjAB[\w-]{20,120})",
            r"[?&]sec_user_id=(MS4wLjAB[\w-]{20,120})",
        ),
        id_kinds=(("sec_uid", r"MS4wLj[\w.-]{8,120}"), ("uid", r"\d{5,20}"), ("number", r"(?!MS4wLj)[\w.-]{2,32}")),
        handle=r"^[\w.-]{2,32}$",
        handle_caseless=True,
    ),
    PlatformInfo(
        Platform.BILIBILI,
        aliases="哔哩哔哩 B站 BILIBILI 哔哩 BILIBILI网",
        hosts=("bilibili.com", "b23.tv"),
        id_patterns=(
            r"^\d{1,20}$",
            r"^(?:uid|mid)[:：=\s]*(\d{1,20})$",
            r"space\.bilibili\.com/(\d{1,20})",
            r"bilibili\.com/space/(\d{1,20})",
            r"bilibili\.com/.*[?&](?:mid|host_mid)=(\d{1,20})",
        ),
        id_kinds=(("mid", r"\d{1,20}"),),
        handle=r"^[\w.-]{2,32}$",
    ),
    PlatformInfo(
        Platform.TOUTIAO,
        aliases="今日头条 头条 头条号 今日头条号 TOUTIAO",
        hosts=("toutiao.com",),
        id_patterns=(
            r"^\d{5,20}$",
            r"/(?:c/user|profile|c/mid/profile)/(\d{5,20})",
            r"/c/user/token/([\w.-]{20,120})",
            r"^MS4wLjAB[\w-]{20,120}$",
        ),
        id_kinds=(("uid", r"\d{5,20}"), ("token", r"MS4w[\w.-]{8,120}")),
        handle=r"^[\w.-]{2,64}$",
    ),
    PlatformInfo(
        Platform.BAIJIAHAO,
        aliases="百家号 百度百家号 百度百家 BAIJIAHAO",
        hosts=("baijiahao.baidu.com", "mbd.baidu.com", "author.baidu.com"),
        id_patterns=(r"^\d{5,20}$", r"[?&]app_id=(\d{5,20})", r"author\.baidu\.com/home/(\d{5,20})"),
        id_kinds=(("app_id", r"\d{8,20}"),),
        handle=r"^[\w.-]{2,64}$",
    ),
    PlatformInfo(
        Platform.KUAISHOU,
        aliases="快手 快手号 KUAISHOU",
        hosts=("kuaishou.com", "gifshow.com", "chenzhongtech.com"),
        id_patterns=(r"kuaishou\.com/(?:profile|u)/([\w-]{4,40})",),
        id_kinds=(
            ("eid", r"3[xX][a-z0-9]{8,30}"),
            ("uid", r"\d{5,20}"),
            ("number", r"(?!3[xX][a-z0-9]{8,30}$)[\w.-]{2,40}"),
        ),
        handle=r"^[\w.-]{2,40}$",
    ),
    PlatformInfo(
        Platform.ZHIHU,
        aliases="知乎 知乎号 知乎机构号 ZHIHU",
        hosts=("zhihu.com",),
        id_patterns=(
            r"zhihu\.com/(?:people|org)/([\w-]{1,60})",
            r"zhihu\.com/api/v\d/(?:members|moments|people)/([\w-]{1,60})",
        ),
        id_kinds=(("hash", r"[0-9a-f]{32}"), ("token", r"(?![0-9a-f]{32}$)[\w.-]{1,60}")),
        handle=r"^[\w.-]{1,60}$",
    ),
    PlatformInfo(
        Platform.TIEBA,
        aliases="百度贴吧 贴吧 TIEBA",
        hosts=("tieba.baidu.com",),
        id_kinds=(
            ("portrait", r"tb\.1\.[\w.-]{6,60}"),
            ("forum", r"\d{4,12}"),
            ("bar", r"(?!tb\.1\.|\d{4,12}$).{1,40}"),
        ),
    ),
    PlatformInfo(
        Platform.XIAOHONGSHU,
        aliases="小红书 小红书号 XIAOHONGSHU",
        hosts=("xiaohongshu.com", "xhslink.com"),
        id_patterns=(r"^[0-9a-f]{24}$", r"/user/profile/([0-9a-f]{24})"),
        id_kinds=(("user", r"[0-9a-f]{24}"), ("number", r"(?![0-9a-f]{24}$)[\w.-]{2,32}")),
        handle=r"^[\w.-]{2,64}$",
        handle_caseless=True,
    ),
    PlatformInfo(
        Platform.QZONE,
        aliases="QQ空间 QQ公众空间 QZONE",
        hosts=("qzone.qq.com",),
        id_patterns=(r"^\d{5,12}$", r"user\.qzone\.qq\.com/(\d{5,12})", r"//(\d{5,12})\.qzone\.qq\.com"),
        id_kinds=(("uin", r"\d{5,12}"),),
        handle=r"^[\w.-]{2,64}$",
    ),
    PlatformInfo(
        Platform.PENGUIN,
        aliases="企鹅号 企鹅媒体平台 腾讯企鹅号 PENGUIN",
        hosts=("om.qq.com",),
        id_patterns=(r"om\.qq\.com/page/([\w*-]{8,60})", r"qq\.com/(?:omn|rain)/author/([\w*%-]{4,60})"),
        id_kinds=(("media", r"[\w*.%-]{2,64}"),),
        handle=r"^[\w*.-]{2,64}$",
    ),
    PlatformInfo(Platform.CHANNELS, aliases="微信视频号 视频号 CHANNELS", handle=r"^\S.{0,120}$", polled=False),
    PlatformInfo(
        Platform.MINIPROGRAM,
        aliases="小程序 微信小程序 支付宝小程序 百度小程序 抖音小程序 快手小程序 MINIPROGRAM",
        id_patterns=(r"^(?:wx[0-9a-f]{16}|gh_[0-9a-f]{8,16})$",),
        handle=r"^\S.{0,120}$",
        polled=False,
    ),
    PlatformInfo(
        Platform.APP,
        aliases="移动客户端 APP 客户端 手机客户端 移动应用 移动APP",
        hosts=("apps.apple.com", "itunes.apple.com"),
        id_patterns=(
            r"^(?:id)?(\d{6,12})$",
            r"(?:apps|itunes)\.apple\.com/.*\bid=?(\d{6,12})",
            r"/appdetail/([a-z][\w]*(?:\.[\w]+)+)",
            r"[?&](?:id|pkgname|apkName)=([a-zA-Z][\w]*(?:\.[\w]+)+)",
            r"^[a-zA-Z][\w]*(?:\.[\w-]+)+$",
        ),
        id_kinds=(("track", r"\d{6,12}"), ("bundle", r"[a-zA-Z]\w*(?:\.[\w-]+)+")),
        handle=r"^[\w.-]{2,128}$",
    ),
    PlatformInfo(
        Platform.GROUP,
        aliases="互联网群组 QQ群 微信群 企业微信群 钉钉群 群组 群 GROUP",
        handle=r"^\S.{0,120}$",
        polled=False,
    ),
    PlatformInfo(
        Platform.OTHER,
        aliases="其他平台 其他 其它 其它平台 澎湃号 强国号 喜马拉雅 人民号 新华号 央视频 网易号 搜狐号 一点号 大鱼号 西瓜视频 豆瓣 荔枝 学习强国 企业微信 钉钉 OTHER",
        handle=r"^\S.{0,120}$",
        polled=False,
    ),
)
"""A new platform is one row here, its member of `Platform`, and its reader in crawler/platforms.

微信视频号, 小程序 and 互联网群组 have no public page of their own: filed, not polled."""

UNPOLLED = frozenset(row.platform for row in PLATFORMS if not row.polled)
INFO: dict[Platform, PlatformInfo] = {row.platform: row for row in PLATFORMS}
HOSTS: dict[str, Platform] = {host: row.platform for row in PLATFORMS for host in row.hosts}
ALIASES: dict[str, Platform] = {alias: row.platform for row in PLATFORMS for alias in row.aliases.split()}


def platform_of_host(host: str) -> Platform | None:
    """Whose host this is; None where no platform claims it."""
    known = [suffix for suffix in HOSTS if host == suffix or host.endswith(f".{suffix}")]
    return HOSTS[max(known, key=len)] if known else None


def platform_of(url: str) -> Platform:
    """The platform a link belongs to; a website where no platform claims its host."""
    return platform_of_host(host_of(url)) or Platform.WEBSITE


def evident_platform(url: str) -> Platform | None:
    """The platform where the address alone says it: a platform's own host, or a host of a university."""
    host = host_of(url)
    return platform_of_host(host) or (Platform.WEBSITE if f".{host}".endswith(".edu.cn") else None)


def host_of(url: str) -> str:
    """The host of an address, with or without http://; "" where there is none."""
    try:
        return (urlsplit(url if "//" in url[:10] else f"//{url}").hostname or "").lower()
    except ValueError:
        return ""
