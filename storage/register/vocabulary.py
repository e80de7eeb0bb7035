"""The words people use for platforms, levels, states and yes or no."""

from __future__ import annotations

from rules.model import AccountLevel, FilingStatus, LabeledEnum, Platform, ReviewResult

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
