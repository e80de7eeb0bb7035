"""Pasted text becomes something to look at, or a plain refusal."""

import pytest

from rules.accounts.pasted_target import InvalidTarget, parse_target
from rules.accounts.target_names import plain_name, platform_called
from rules.model import Platform


@pytest.mark.parametrize(
    ("text", "platform", "url"),
    [
        (
            "8.43 复制打开抖音，看看【示范大学的作品】开学第一课 https://v.douyin.com/iABC123/ q@T.yG 08/12",
            Platform.DOUYIN,
            "https://v.douyin.com/iABC123/",
        ),
        (
            "【示范大学表白墙】https://mp.weixin.qq.com/s/AbC_d-1，快来看",
            Platform.WECHAT,
            "https://mp.weixin.qq.com/s/AbC_d-1",
        ),
        ("分享@示范大学 的微博http://t.cn/A6xyz。", Platform.WEIBO, "http://t.cn/A6xyz"),
        ("https://m.weibo.cn/u/1663414103?from=1", Platform.WEIBO, "https://m.weibo.cn/u/1663414103?from=1"),
        ("www.bit.edu.cn", Platform.WEBSITE, "http://www.bit.edu.cn"),
        ("https://notweibo.com/u/1", Platform.WEBSITE, "https://notweibo.com/u/1"),
        ("http://127.0.0.1:8080/x", Platform.WEBSITE, "http://127.0.0.1:8080/x"),
        ("校官网 www.shifan.edu.cn 打不开", Platform.WEBSITE, "http://www.shifan.edu.cn"),
        ("mp.weixin.qq.com/s/abc 示范大学表白墙", Platform.WECHAT, "http://mp.weixin.qq.com/s/abc"),
        ("https://a.example/1\n示范大学", Platform.WEBSITE, "https://a.example/1"),
    ],
)
def test_links(text: str, platform: Platform, url: str) -> None:
    suspect = parse_target(text)
    assert (suspect.platform, suspect.url) == (platform, url)


def test_a_name_is_a_name() -> None:
    suspect = parse_target("  北理工表白墙\u200b ")
    assert (suspect.platform, suspect.url, suspect.name) == (None, "", "北理工表白墙")


@pytest.mark.parametrize("text", ["", " \u200b ", "javascript:alert(1)", "file:///etc/passwd", "字" * 500])
def test_refused(text: str) -> None:
    with pytest.raises(InvalidTarget, match=r"核查|网址"):
        parse_target(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("【示范大学表白墙】 https://mp.weixin.qq.com/s/xxxx 点击查看", "示范大学表白墙"),
        ("8.43 复制打开抖音，看看【示范大学的作品】开学第一课 https://v.douyin.com/iABC123/ q@T.yG 08/12", "示范大学"),
        ("分享@示范大学团委 的微博http://t.cn/A6xyz。", "示范大学团委"),
        (
            "12 示大小助手发布了一篇小红书笔记，快来看吧！ http://xhslink.com/a/b，复制本条信息，打开【小红书】App查看",
            "示大小助手",
        ),
        ("示范大学表白墙 https://mp.weixin.qq.com/s/abc", "示范大学表白墙"),
        ("公众号：示范大学团委 https://mp.weixin.qq.com/s/abc", "示范大学团委"),
        ("【示范大学2026年招生简章】https://mp.weixin.qq.com/s/x", ""),
        ("【示范大学隆重举行开学典礼】https://mp.weixin.qq.com/s/x", ""),
        ("示范大学团委很久没更新了 https://weibo.com/u/9000000003", ""),
        ("https://mp.weixin.qq.com/s/x 点击查看", ""),
        ("【快手】 https://v.kuaishou.com/abc", ""),
    ],
)
def test_the_text_around_a_link_names_the_account(text: str, name: str) -> None:
    """A headline, a sentence or a platform's own name is no account."""
    assert parse_target(text).name == name


@pytest.mark.parametrize(
    ("text", "platform", "account_id", "name"),
    [
        ("gh_0123456789ab", Platform.WECHAT, "gh_0123456789ab", ""),
        ("原始ID：gh_0123456789ab", Platform.WECHAT, "gh_0123456789ab", ""),
        ("微信号：bit1940", Platform.WECHAT, "bit1940", ""),
        ("微信号: ｂｉｔ１９４０", Platform.WECHAT, "bit1940", ""),
        ("抖音号: bitedu 北理工", Platform.DOUYIN, "bitedu", "北理工"),
        ("微博UID：1663414103", Platform.WEIBO, "1663414103", ""),
        ("UID:123456", None, "123456", ""),
        ("1663414103", None, "1663414103", ""),
        ("weibo:1663414103", Platform.WEIBO, "1663414103", ""),
        ("QQ群：12345678", Platform.GROUP, "12345678", ""),
        ("bit_1xcb", None, "bit_1xcb", "bit_1xcb"),
    ],
)
def test_an_id_is_no_name(text: str, platform: Platform | None, account_id: str, name: str) -> None:
    suspect = parse_target(text)
    assert (suspect.platform, suspect.account_id, suspect.name, suspect.url) == (platform, account_id, name, "")


@pytest.mark.parametrize(
    ("text", "name", "platform"),
    [
        ("@示范大学团委", "示范大学团委", None),
        ("#示范大学团委#", "示范大学团委", None),
        ("《示范大学报》", "示范大学报", None),
        ("公众号 示范大学团委", "示范大学团委", Platform.WECHAT),
        ("微信公众号：【示范大学团委】", "示范大学团委", Platform.WECHAT),
        ("微博@示范大学团委", "示范大学团委", Platform.WEIBO),
        ("示范大学团委（公众号）", "示范大学团委", Platform.WECHAT),
        ("示范大学团委的微博", "示范大学团委", Platform.WEIBO),
        ("请查一下“示范大学表白墙”这个公众号", "示范大学表白墙", Platform.WECHAT),
        ("示范大学《青年》杂志", "示范大学《青年》杂志", None),
        ("示范大学（威海）", "示范大学（威海）", None),
    ],
)
def test_signs_and_platform_words_go(text: str, name: str, platform: Platform | None) -> None:
    suspect = parse_target(text)
    assert (suspect.name, suspect.platform) == (name, platform)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("示范大学图书馆微信公众号", "公众号 示范大学图书馆", True),
        ("示范大学团委官方微博", "@示范大学团委", True),
        ("公众号示范大学团委", "示范大学团委", True),
        ("ＢＩＴ 图书馆", "bit图书馆", True),
        ("欢迎关注“示范大学团委”", "示范大学团委", True),
        ("示范大学团委的个人空间-哔哩哔哩", "示范大学团委", True),
        ("关注民生", "民生", False),
        ("示范大学团委", "示范大学校团委", False),
    ],
)
def test_what_two_spellings_have_in_common(one: str, other: str, alike: bool) -> None:
    assert (plain_name(one) == plain_name(other)) is alike


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("示范大学团委\n示范大学图书馆", "2 个"),
        ("示范大学团委、示范大学图书馆；示大青年", "3 个"),
        ("微信号：", "后面没有写账号"),
    ],
)
def test_a_list_of_names_or_half_an_id_is_asked_for_again(text: str, told: str) -> None:
    with pytest.raises(InvalidTarget, match=told):
        parse_target(text)


@pytest.mark.parametrize(
    "text", ["asdf!!! 12345", "啊啊啊", "测试测试测试", "qwertyui!!", "？？？", "😀😀", "啊", "微博", "抖音号", "abc@bit.edu.cn", "请问这个公众号是我们学校的吗？"]
)  # fmt: skip
def test_nonsense_is_said_to_be_no_name(text: str) -> None:
    with pytest.raises(InvalidTarget, match="请填写完整的账号名称"):
        parse_target(text)


@pytest.mark.parametrize("text", ["NASA爱好者", "BIT", "Netflix", "学习强国", "人人网", "TED演讲", "示大！", "Rhythm"])
def test_real_names_are_names(text: str) -> None:
    assert parse_target(text).name


def test_platforms_are_called_in_chinese() -> None:
    called = [platform_called(word) for word in ("微信公众号", "公众号", "B站", "wechat", "WeChat", "抖音")]
    assert called == [Platform.WECHAT] * 2 + [Platform.BILIBILI] + [Platform.WECHAT] * 2 + [Platform.DOUYIN]
    assert platform_called("sogou") is None
