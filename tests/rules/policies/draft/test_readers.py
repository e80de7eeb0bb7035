"""Sentences as regulations write them, invented: which rule, number and unit each becomes, and what stays open."""

import pytest

from rules.policies.draft.assemble import READERS
from rules.policies.draft.text import Sentence

UNDERSTOOD = (
    ("二级账号报党委宣传部审批，审批通过后方可开通", "unfiled_account", None, None, False),
    ("已上线未备案的网站，应在本通知印发之日起15个工作日内完成补备案", "late_filing", 15, "working_day", False),
    ("网站开设论坛、留言板须经审批并备案", "unfiled_account", None, None, True),
    ("连续３个月未更新的账号，予以关停", "inactivity", 3, "month", False),
    ("新媒体账号一百八十天无更新的，自动注销", "inactivity", 180, "day", False),
    ("连续3个月未更新的新媒体账号，由党委宣传部予以提醒", "inactivity", 3, "month", False),
    ("连续六个月以上未更新的账号，主办单位应主动注销", "inactivity", 6, "month", False),
    ("对超过30天未更新内容的平台进行通报", "inactivity", 30, "day", False),
    ("两周内无更新的微信公众号，由党委宣传部约谈负责人", "inactivity", 2, "week", False),
    ("一个月内未发布信息的账号视为停更账号", "inactivity", 1, "month", False),
    ("网站首页信息超过15个工作日没有更新的，责令整改", "inactivity", 15, "working_day", False),
    ("半年以上未更新的网站应予关停", "inactivity", 6, "month", False),
    ("未更新时间达到三个月的，学校予以关闭", "inactivity", 3, "month", False),
    ("因故停更超过一个月的，应书面报党委宣传部", "inactivity", 1, "month", False),
    ("长期（三个月以上）不更新的账号予以关停", "inactivity", 3, "month", False),
    ("连续三个月（含）以上不更新的，予以注销", "inactivity", 3, "month", False),
    ("连续90日不更新的账号将予以清理", "inactivity", 90, "day", False),
    ("各新媒体平台更新间隔不得超过两周", "inactivity", 2, "week", False),
    ("各单位网站每月至少更新一次", "inactivity", 1, "month", True),
    ("各账号应保持更新，每周更新不少于1次", "inactivity", 1, "week", True),
    ("微信公众号原则上每周至少推送1次", "inactivity", 1, "week", True),
    ("对长期无人维护、无更新的“僵尸”账号，应当及时关停", "inactivity", None, None, True),
    ("对长期不更新、内容陈旧的账号，由党委宣传部责令注销", "inactivity", None, None, True),
    ("年度发布信息少于12条的账号，年审不予通过", "low_volume", 12, "year", True),
    ("全年更新不足10篇的新媒体予以关停", "low_volume", 10, "year", True),
    ("各单位应在账号开通后10个工作日内向党委宣传部备案", "late_filing", 10, "working_day", False),
    ("新媒体账号注册后七个工作日内，主办单位应填写备案表报党委宣传部备案", "late_filing", 7, "working_day", False),
    ("本办法印发之日起20个工作日内，已开设的新媒体应完成补充备案", "late_filing", 20, "working_day", False),
    ("开通前5个工作日，应向党委宣传部提交备案申请", "late_filing", 5, "working_day", False),
    ("备案信息发生变更的，应当在变更之日起5个工作日内办理变更备案", "unfiled_change", 5, "working_day", False),
    (
        "账号名称、管理员等信息发生变化的，主办单位应于两个工作日内报党委宣传部更新备案信息",
        "unfiled_change",
        2,
        "working_day",
        False,
    ),
    ("平台负责人、管理员发生变动的，应及时向党委宣传部报备", "unfiled_change", None, None, False),
    ("账号停止使用的，应及时向党委宣传部报备并注销账号", "closed_but_live", None, None, True),
    ("未经批准，任何单位和个人不得以学校名义开设新媒体账号", "unregistered_name", None, None, False),
    ("任何个人不得使用学校校名、校徽注册微博、微信公众号等账号", "unregistered_name", None, None, False),
    ("严禁擅自以学校或学院名义建立微信群、QQ群", "unregistered_name", None, None, False),
    ("开设新媒体账号须经党委宣传部审批，审批通过后方可开通", "unfiled_account", None, None, False),
    ("对未经审批备案擅自开设的新媒体，学校将责令关停", "unfiled_account", None, None, False),
    ("各单位主要负责人是本单位新媒体管理的第一责任人，分管领导为直接责任人", "missing_owner", None, None, False),
    ("各单位应明确一名在职教职工担任新媒体管理员", "missing_owner", None, None, False),
    ("每个账号应指定专人负责日常运维", "missing_owner", None, None, False),
    ("同一单位在同一平台上原则上只能开设一个账号", "duplicate_account", 1, None, False),
    ("每个二级单位在同一平台开设的账号不得超过2个", "duplicate_account", 2, None, False),
    ("新媒体名称应以“学校简称+单位名称”的形式命名", "name_format", None, None, False),
    ("党委宣传部每年12月组织开展新媒体年审", "annual_review", 1, "year", True),
    ("新媒体账号实行年审制度，每年3月至4月由主办单位提交年审材料", "annual_review", 1, "year", True),
    ("学校每年对各单位新媒体进行一次年度审核", "annual_review", 1, "year", True),
    ("各单位每季度开展一次新媒体账号自查", "self_check", 3, "month", True),
    ("各单位应每月对所属网站和新媒体进行一次自查", "self_check", 1, "month", True),
    ("各二级单位每学期至少开展一次自查自纠", "self_check", None, None, True),
    ("各单位每半年应对所属平台进行全面排查", "self_check", 6, "month", True),
    ("转载稿件须注明来源和作者，原创稿件应署名作者、编辑、审核人", "byline", None, None, False),
    ("推文末尾应标注文字作者、编辑、审核信息", "byline", None, None, False),
    ("网站服务器应部署在校内数据中心", "off_campus_hosting", None, None, False),
    ("临时性活动账号在活动结束后6个月内应予注销", "expired_project", 6, "month", False),
    ("有下列情形之一的，予以关停：（一）连续3个月未更新的", "inactivity", 3, "month", False),
    ("学校网站应保持信息及时更新，首页信息更新周期不超过7天", "inactivity", 7, "day", False),
    ("开设新媒体须提前10个工作日提出申请，经审批后方可开设", "late_filing", 10, "working_day", False),
)
"""(sentence, rule, number, unit, whether it waits for the school)"""
OPEN = (
    "发现问题后3个工作日内未更新整改的，予以通报",
    "账号开通后3个月内未发布内容的，视为自动放弃",
    "未经批准，不得以学校名义在网络平台发布信息",
    "认证通过后5个工作日内报党委宣传部备案",
    "半个月未更新的账号予以提醒",
    "两至三个月未更新的账号予以提醒",
    "微信公众号每月推送不少于4次",
    "新媒体账号开通后15日内应当备案",
    "账号信息变更应在10日内重新备案",
    "各单位开办新媒体实行审批备案制度，未备案的不得运行",
    "各单位每年至少自查两次",
    "收到整改通知后1个月内仍未更新的，予以公开通报",
    "专项工作结束后，主办单位应在30天内注销相关账号",
    "发布内容应自发布之日起保存不少于6个月",
    "新媒体管理员每年应参加不少于2次培训",
    "账号管理员离岗后3个工作日内应完成密码更换",
    "党委宣传部在收到申请后5个工作日内予以答复",
    "自收到备案材料之日起5个工作日内完成审核，符合条件的准予开通",
    "发生负面舆情时应在1小时内上报",
    "对整改不到位的，暂停账号3个月",
    "年审不合格的账号，应在1个月内完成整改",
    "账号注销后5个工作日内报党委宣传部备案",
)


@pytest.mark.parametrize(("text", "rule", "number", "unit", "waits"), UNDERSTOOD)
def test_understood(text: str, rule: str, number: int | None, unit: str | None, waits: bool) -> None:
    (found,) = filter(None, (read(Sentence("第一条", text)) for read in READERS))
    assert (found.rule, found.number, found.unit, found.waits) == (rule, number, unit, waits)


@pytest.mark.parametrize("text", OPEN)
def test_left_open(text: str) -> None:
    """No rule says this, or another length than the rule counts in, or a number counted from something else."""
    assert [read(Sentence("第一条", text)) for read in READERS] == [None] * len(READERS)


SETTINGS = (
    ("各单位应在账号开通后10个工作日内备案", {"workdays": 10}),
    ("开通前5个工作日，应向党委宣传部提交备案申请", {"workdays": -5}),
    ("本办法印发之日起20个工作日内，已开设的新媒体应完成补充备案", {"workdays": 20, "counted_from": "effective"}),
    ("两周内无更新的微信公众号，由党委宣传部约谈负责人", {"limit": "14天"}),
    ("半年以上未更新的网站应予关停", {"limit": "6个月"}),
    ("平台负责人、管理员发生变动的，应及时向党委宣传部报备", {"workdays": 0, "fields": ["owner"]}),
    ("每年3月至4月由主办单位提交年审材料", {"first_month": 3, "last_month": 4, "grace": "1个月"}),
    ("各单位每季度开展一次新媒体账号自查", {"months": 3, "grace": "1个月"}),
    ("任何个人不得使用学校校名注册微博等账号", {"own_bodies": False, "persons": True}),
    ("各单位应明确一名在职教职工担任新媒体管理员", {"first": False, "staff": True}),
    ("推文末尾应标注文字作者、编辑、审核信息", {"any_of": [["作者|供稿|提供", "编辑|发布人", "审稿|审核|审查"]]}),
)


@pytest.mark.parametrize(("text", "settings"), SETTINGS)
def test_settings(text: str, settings: dict[str, object]) -> None:
    (found,) = filter(None, (read(Sentence("第一条", text)) for read in READERS))
    assert found.settings == settings
