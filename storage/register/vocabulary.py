"""The words people use for platforms, levels, states and yes or no."""

from __future__ import annotations

from rules.model import AccountLevel, FilingStatus, LabeledEnum, Platform, ReviewResult

PLATFORM_WORDS: dict[str, Platform] = {
    word: platform
    for platform, words in {
        Platform.WEBSITE: "网站 官网 门户网站 网页 二级网站 站点 WEB 校园网站 专题网站",
        Platform.WECHAT: "微信公众号 微信 公众号 订阅号 服务号 企业号 微信订阅号 微信服务号 微信企业号 微信平台 "
                         "微信公众平台 WECHAT",
        Platform.WEIBO: "微博 新浪微博 官方微博 WEIBO",
        Platform.DOUYIN: "抖音 抖音号 DOUYIN 抖音短视频",
        Platform.BILIBILI: "哔哩哔哩 B站 BILIBILI 哔哩 BILIBILI网",
        Platform.TOUTIAO: "今日头条 头条 头条号 今日头条号 TOUTIAO",
        Platform.BAIJIAHAO: "百家号 百度百家号 百度百家 BAIJIAHAO",
        Platform.KUAISHOU: "快手 快手号 KUAISHOU",
        Platform.ZHIHU: "知乎 知乎号 知乎机构号 ZHIHU",
        Platform.TIEBA: "百度贴吧 贴吧 TIEBA",
        Platform.XIAOHONGSHU: "小红书 小红书号 XIAOHONGSHU",
        Platform.QZONE: "QQ空间 QQ公众空间 QZONE",
        Platform.PENGUIN: "企鹅号 企鹅媒体平台 腾讯企鹅号 PENGUIN",
        Platform.APP: "移动客户端 APP 客户端 手机客户端 移动应用 移动APP",
        Platform.CHANNELS: "微信视频号 视频号 CHANNELS",
        Platform.MINIPROGRAM: "小程序 微信小程序 支付宝小程序 百度小程序 抖音小程序 快手小程序 MINIPROGRAM",
        Platform.GROUP: "互联网群组 QQ群 微信群 企业微信群 钉钉群 群组 群 GROUP",
        Platform.OTHER: "其他平台 其他 其它 其它平台 澎湃号 强国号 喜马拉雅 人民号 新华号 央视频 网易号 搜狐号 一点号 大鱼号 西瓜视频 "
                        "豆瓣 荔枝 学习强国 企业微信 钉钉 OTHER",
    }.items()
    for word in words.split()
}  # fmt: skip
"""What people call the platforms. 微信视频号, 小程序 and 互联网群组 have no public page of their own: filed, not polled."""

_TYPED = (
    "订阅号 服务号 企业号 二级网站 专题网站 门户网站 支付宝小程序 百度小程序 抖音小程序 快手小程序 QQ群 微信群 企业微信群 钉钉群 "
    "澎湃号 强国号 喜马拉雅 人民号 新华号 央视频 网易号 搜狐号 一点号 大鱼号 西瓜视频 豆瓣 荔枝 学习强国 企业微信 钉钉 知乎机构号"
)
PLATFORM_TYPES: dict[str, str] = {
    "微信订阅号": "订阅号", "微信服务号": "服务号", "微信企业号": "企业号", **{word: word for word in _TYPED.split()},
}  # fmt: skip
"""Platform words that say more than the platform: the rest is the 账号类型."""
PLATFORM_FAMILIES = {
    Platform.WECHAT: {Platform.CHANNELS, Platform.MINIPROGRAM, Platform.GROUP}, Platform.OTHER: set(Platform),
}  # fmt: skip
"""Where a bracket names the platform itself: 微信（视频号） is a 视频号, 其他（小程序） a 小程序."""

PLATFORM_HOSTS = {
    "weibo.c": Platform.WEIBO, "mp.weixin.qq.com": Platform.WECHAT, "douyin.com": Platform.DOUYIN,
    "bilibili.com": Platform.BILIBILI, "toutiao.com": Platform.TOUTIAO, "baijiahao.baidu": Platform.BAIJIAHAO,
    "kuaishou.com": Platform.KUAISHOU, "zhihu.com": Platform.ZHIHU, "tieba.baidu": Platform.TIEBA,
    "xiaohongshu.com": Platform.XIAOHONGSHU, "qzone.qq.com": Platform.QZONE, ".edu.cn": Platform.WEBSITE,
}  # fmt: skip
"""Where an address says which platform, for tables that do not."""

YES = {
    "是", "√", "✓", "✔", "☑", "■", "Y", "YES", "TRUE", "T", "1",
    "对", "有", "已认证", "已通过", "通过", "已", "涉及", "在职", "认证",
}  # fmt: skip
NO = {
    "否", "×", "✗", "✘", "X", "N", "NO", "FALSE", "F", "0", "错",
    "无", "没有", "未认证", "未通过", "不是", "未", "不涉及", "非", "□",
}  # fmt: skip
LEVELS = {"1": AccountLevel.ONE, "一": AccountLevel.ONE, "Ⅰ": AccountLevel.ONE, "I": AccountLevel.ONE, "校": AccountLevel.ONE,
           "2": AccountLevel.TWO, "二": AccountLevel.TWO, "Ⅱ": AccountLevel.TWO, "II": AccountLevel.TWO, "院": AccountLevel.TWO,
           "3": AccountLevel.THREE, "三": AccountLevel.THREE, "Ⅲ": AccountLevel.THREE, "III": AccountLevel.THREE}  # fmt: skip
STATES: dict[str, LabeledEnum] = {
    **dict.fromkeys(
        ("在用", "正常", "运营", "运营中", "使用中", "在运营", "启用", "正常运营", "正常运行"), FilingStatus.ACTIVE
    ),
    **dict.fromkeys(("暂停", "停更", "暂停运营", "暂停使用", "整改中"), FilingStatus.PAUSED),
    **dict.fromkeys(("已关停", "关停", "停用", "已停用", "关闭", "已关闭", "停止运营"), FilingStatus.CLOSED),
    **dict.fromkeys(("已注销", "注销"), FilingStatus.CANCELLED),
    **dict.fromkeys(("合格", "通过", "已通过", "年审合格"), ReviewResult.PASSED),
    **dict.fromkeys(("不合格", "未通过", "不通过"), ReviewResult.FAILED),
    **dict.fromkeys(("未提交", "未年审", "未参加", "未报送"), ReviewResult.MISSING),
}
