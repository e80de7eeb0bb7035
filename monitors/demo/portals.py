"""The campus's other portals: Toutiao, Baijiahao, Tieba, Zhihu, Xiaohongshu and QQ, mostly by their walls."""

from __future__ import annotations

import json
from urllib.parse import quote

from monitors.demo.activity import DemoAccount, DemoCampus, DemoPost
from monitors.demo.answer import MARK, DemoRequest, DemoResponse, answer_json, missing, page, redirect
from rules.model import Platform

UNHUMAN = {
    "error": {"need_login": True, "redirect": "https://www.zhihu.com/account/unhuman?type=unhuman&need_login=true",
              "code": 40352, "message": "系统监测到您的网络环境存在异常，请点击下方验证按钮进行验证。"}
}  # fmt: skip
BAIDU_CAPTCHA = "https://wappass.baidu.com/static/captcha/tuxing.html?ak=demo&backurl=https%3A%2F%2Ftieba.baidu.com"


def toutiao_id(item: DemoPost, actor: DemoAccount) -> str:
    """A group id: its upper half is the time, its lower half tells which account."""
    return str(item.unix << 32 | int.from_bytes(actor.digest[:4]))


def baijiahao_id(item: DemoPost, actor: DemoAccount) -> str:
    """Nineteen digits that hold account and number."""
    return f"17{int.from_bytes(actor.digest[:4]):010d}{item.number:07d}"


def _by_id(campus: DemoCampus, platform: Platform, ident: str) -> tuple[DemoAccount, DemoPost] | None:
    name = toutiao_id if platform is Platform.TOUTIAO else baijiahao_id
    pairs = ((a, item) for a in campus.actors if a.platform is platform for item in campus.items(a))
    return next(((actor, item) for actor, item in pairs if name(item, actor) == ident), None)


def toutiao(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """www.toutiao.com: articles carry their account; the profile's list wants a signature."""
    parts = [part for part in ask.path.split("/") if part]
    found = _by_id(campus, Platform.TOUTIAO, parts[1]) if len(parts) == 2 and parts[0] in ("article", "group") else None
    if found is None:
        return page("toutiao_captcha.html") if parts[:1] == ["c"] else missing()
    actor, item = found
    if actor.trait == "captcha":
        return page("toutiao_captcha.html")
    ident = parts[1]
    media = {"userId": actor.id, "name": actor.name, "verifiedContent": actor.body, "openUrl": f"/c/user/{actor.id}/"}
    data = {"title": f"{item.title}（{MARK}）", "itemId": ident, "groupId": ident, "publishTime": str(item.unix),
            "source": actor.name, "mediaInfo": media}  # fmt: skip
    return page("toutiao.html", item=item, actor=actor, state=quote(json.dumps({"data": data}, ensure_ascii=False)))


def toutiao_search(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """so.toutiao.com/search?keyword=&pd=user: articles with their source, users by their page."""
    found = [
        (actor, items[0], toutiao_id(items[0], actor))
        for actor in campus.search(Platform.TOUTIAO, ask.get("keyword"))
        if (items := campus.items(actor))
    ]
    return page("toutiao_search.html", query=ask.get("keyword"), found=found)


def baijiahao(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """baijiahao.baidu.com: /s?id= is an article, /u?app_id= an author whose list wants a fingerprint."""
    pair = _by_id(campus, Platform.BAIJIAHAO, ask.get("id")) if ask.path == "/s" else None
    actor = pair[0] if pair else campus.who(Platform.BAIJIAHAO, ask.get("app_id"))
    if actor is None:
        return missing()
    if actor.trait == "captcha":
        return redirect(BAIDU_CAPTCHA)
    if actor.trait == "layout":
        return page("notice.html", title=MARK, text="新版页面加载中")
    if pair is None:
        return page("baijiahao_author.html", actor=actor)
    return page("baijiahao.html", actor=actor, item=pair[1])


def tieba(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """tieba.baidu.com/f?kw=: threads of everybody, so it proves nothing about the owner."""
    actor = campus.who(Platform.TIEBA, ask.get("kw").removesuffix("吧"))
    if actor is None:
        return page("notice.html", status=404, title="贴吧404", text="您要访问的页面不存在")
    if actor.trait == "captcha":
        return redirect(BAIDU_CAPTCHA)
    return page("tieba.html", actor=actor, items=campus.items(actor), now=campus.now)


def baidu_captcha(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """wappass.baidu.com."""
    return page("notice.html", title="百度安全验证", text="网络不给力，请稍后重试")


def zhihu(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """www.zhihu.com: 403 with an explanation, whatever is asked."""
    return answer_json(UNHUMAN, 403)


def xiaohongshu(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """www.xiaohongshu.com: the login wall, or the captcha with a status of its own."""
    if ask.path.startswith("/login"):
        return page("notice.html", title="小红书 - 你的生活兴趣社区", text="登录后推荐更懂你的笔记")
    actor = campus.who(Platform.XIAOHONGSHU, ask.path.rpartition("/")[2])
    if actor is None:
        return missing()
    if actor.trait == "captcha":
        return DemoResponse(b"", 461, headers=(("verifytype", "102"), ("verifyuuid", "demo")))
    return redirect(f"https://www.xiaohongshu.com/login?redirectPath={quote(ask.path)}")


def qzone(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """user.qzone.qq.com: QQ's login page."""
    return redirect("https://i.qq.com/?s_url=http%3A%2F%2Fuser.qzone.qq.com")


def qq_login(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """i.qq.com."""
    return page("notice.html", title="QQ空间-分享生活，留住感动", text="QQ登录")
