"""The columns of the register: one per field of a Filing, with every heading the schools' own forms give it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from rules.model import AccountLevel, Filing, FilingStatus, LabeledEnum, Platform, ReviewResult

Kind = Literal["text", "long", "id", "url", "platform", "level", "bool", "date", "names", "contacts", "count", "status"]


@dataclass(frozen=True, slots=True)
class RegisterColumn:
    """One field: its heading, its group in the sheet, what a person should write, and the other headings it goes by."""

    field: str
    heading: str
    group: str
    kind: str
    width: int
    example: str
    help: str
    also: str = ""
    required: bool = False
    month_end: bool = False
    """A date known to the month only is read in the unit's favour: its last day here, else its first."""


# fmt: off
COLUMNS: tuple[RegisterColumn, ...] = (
    RegisterColumn("id", "备案号", "账号", "text", 20, "示例",
           "学校自己的备案号；没有可不填，填过后请勿改动。",
           "备案编号 台账编号 登记号"),
    RegisterColumn("platform", "平台", "账号", "platform", 13, "微信公众号",
           "从下拉列表中选择。",
           "媒体平台 开设平台 平台类型 所属平台 账号性质 媒体类型 新媒体类型 新媒体平台 所在平台 账号平台",
           required=True),
    RegisterColumn("name", "账号名称", "账号", "text", 28, "某某大学图书馆",
           "与平台上显示的名称完全一致。",
           "名称 账号名 公共账号名称 新媒体账号名称 新媒体名称 账号全称 昵称 媒体名称 媒体名 账号昵称", required=True),
    RegisterColumn("account_id", "账号ID", "账号", "id", 22, "lib_example",
           "微信填微信号或 gh_ 开头的原始ID，微博填数字UID，抖音、B站等填主页编号。",
           "账号ID号 微信号 微信ID 原始ID 微信原始ID 公众号原始ID 微博UID UID 抖音号 快手号 小红书号 群号 "
           "账号编号 微信号/ID 账号ID/微信号 微信号/原始ID"),
    RegisterColumn("url", "网址", "账号", "url", 34, "https://lib.example.edu.cn/",
           "网站必填；其他平台填账号主页的链接。",
           "URL 链接 主页 主页地址 主页链接 主页网址 微博网址 微博地址 微博链接 网站地址 网站网址 网站域名 "
           "域名 账号链接 访问地址 首页网址 首页地址 地址链接 网页地址"),
    RegisterColumn("level", "级别", "账号", "level", 8, "二级",
           "一级、二级或三级。",
           "账号级别 平台级别 等级 账号等级 层级 平台等级"),
    RegisterColumn("category", "类别", "账号", "text", 12, "服务类",
           "如 招生、学生组织、校友会、涉外，用于确定主管部门。",
           "账号类别 分类 账号分类 业务类别 平台类别"),
    RegisterColumn("account_type", "账号类型", "账号", "text", 12, "订阅号",
           "订阅号、服务号、企业号等。",
           "公众号类型 类型 微信类型"),
    RegisterColumn("verified", "是否认证", "账号", "bool", 10, "是",
           "填 是 或 否。",
           "认证 是否通过认证 是否平台认证 认证情况 认证状态 是否已认证"),
    RegisterColumn("verified_body", "认证主体", "账号", "text", 20, "某某大学",
           "平台认证页上显示的单位全称。",
           "认证单位 主体名称 账号主体 主体 认证主体名称"),
    RegisterColumn("body_type", "主体类型", "账号", "text", 12, "事业单位",
           "平台上登记的主体类型，如 事业单位、企业、个人。",
           "主体性质 账号主体类型 认证主体类型 注册主体类型 主体类别"),
    RegisterColumn("followers", "粉丝数", "账号", "count", 10, "12000",
           "整数，也可写 1.2万。",
           "当前粉丝数 粉丝量 关注人数 关注数 粉丝人数 用户数 粉丝 关注量 订阅数 订阅人数"),
    RegisterColumn("purpose", "主要用途", "账号", "long", 30, "发布馆藏资源与服务通知",
           "一两句话。",
           "账号主要用途 用途 功能定位 内容范围 账号简介 简介 账号定位 栏目内容"),
    RegisterColumn("unit", "主办单位", "单位与责任人", "text", 22, "图书馆",
           "学校正式或规范简称的单位名。",
           "单位 开设单位 创建单位 主管单位 账号开设单位 责任单位 所属单位 部门 所属部门 运营单位 申请单位 "
           "主办部门 单位名称 所在单位 建设单位 主办单位名称 责任单位名称 开设单位名称 部门名称"),
    RegisterColumn("guiding_unit", "指导单位", "单位与责任人", "text", 22, "校团委",
           "三级账号填指导或隶属的单位，发给该账号的文书抄送该单位。",
           "指导部门 业务指导单位 隶属单位 挂靠单位 挂靠部门 上级单位"),
    RegisterColumn("first_owner", "第一责任人", "单位与责任人", "text", 12, "张三",
           "单位党组织书记或行政主要负责人。",
           "单位负责人 责任人 主管领导 分管领导 主要负责人"),
    RegisterColumn("first_owner_post", "第一责任人职务", "单位与责任人", "text", 16, "馆长",
           "担任的职务。",
           "单位负责人职务 责任人职务 负责人职务"),
    RegisterColumn("direct_owner", "直接责任人", "单位与责任人", "text", 12, "李四",
           "负责日常运维的在职教职工。",
           "运维负责人 业务负责人 具体负责人 直接负责人 账号负责人 平台负责人 运营负责人 具体工作人员"),
    RegisterColumn("direct_owner_post", "直接责任人职务", "单位与责任人", "text", 16, "办公室主任",
           "担任的职务。",
           "运维负责人职务 业务负责人职务 账号负责人职务"),
    RegisterColumn("direct_owner_is_staff", "直接责任人是否在职教职工", "单位与责任人", "bool", 14, "是",
           "填 是 或 否；学生填 否。",
           "是否在职教职工 是否在职 是否教职工 是否在编 直接责任人是否在职"),
    RegisterColumn("operators", "管理员", "单位与责任人", "names", 22, "王五、赵六",
           "多人用顿号“、”隔开。",
           "运维人员 后台管理员 后台管理人员 技术负责人 运营人员 账号管理员 维护人员 操作员 编辑人员 管理人员"),
    RegisterColumn("phones", "联系电话", "单位与责任人", "contacts", 32, "0400-0000000、13800000000",
           "多个用顿号“、”隔开。",
           "电话 手机 手机号 手机号码 办公电话 联络手机 联系手机 联系方式 固定电话 电话号码 移动电话"),
    RegisterColumn("emails", "电子邮箱", "单位与责任人", "contacts", 26, "lib@example.edu.cn",
           "多个用顿号“、”隔开。",
           "邮箱 E-mail email 邮件 联系邮箱 邮箱地址"),
    RegisterColumn("opened_at", "开通时间", "备案", "date", 13, "2024-03-05",
           "写成 2024-03-05；只知道月份写 2024-03，只知道年份写 2024。",
           "创建时间 开设时间 开设日期 开通日期 创建日期 注册时间 上线时间 开办时间 建立时间 开办日期 建立日期 注册日期 "
           "上线日期 成立时间 建成时间 创办时间", month_end=True),
    RegisterColumn("filed_at", "备案时间", "备案", "date", 13, "2024-03-08",
           "提交备案表的日期。",
           "备案日期 申报时间 登记时间 登记日期 审批时间"),
    RegisterColumn("changed_at", "变更备案时间", "备案", "date", 14, "",
           "最近一次提交信息变更的日期。",
           "变更时间 变更日期 最近变更时间 信息变更时间 重新备案时间"),
    RegisterColumn("server", "服务器位置", "备案", "text", 18, "",
           "网站填服务器IP或所在机房。",
           "服务器 服务器地址 服务器IP 服务器所在地 服务器设置"),
    RegisterColumn("holds_school_data", "是否涉及学校数据", "备案", "bool", 12, "否",
           "填 是 或 否。",
           "是否存储学校数据 是否涉及数据服务 涉及数据服务 是否涉及数据 数据服务"),
    RegisterColumn("reviewed_at", "年审时间", "年审与状态", "date", 13, "2025-12-10",
           "最近一次年审的日期。",
           "年审日期 上次年审时间 最近年审时间 年检时间 检查时间", month_end=True),
    RegisterColumn("review_result", "年审结果", "年审与状态", "status", 11, "合格",
           "合格、不合格或未提交。",
           "年审情况 年审结论 年检结果 年审"),
    RegisterColumn("self_checked_at", "自查时间", "年审与状态", "date", 13, "",
           "本单位最近一次自查的日期。",
           "自查日期 自检时间 最近自查时间 自评时间", month_end=True),
    RegisterColumn("project_ends_at", "项目结束时间", "年审与状态", "date", 14, "",
           "临时机构、活动或项目的账号填写。",
           "工作结束时间 活动结束时间 项目截止时间 临时机构撤销时间", month_end=True),
    RegisterColumn("status", "账号状态", "年审与状态", "status", 11, "在用",
           "在用、暂停、已关停或已注销；不填按在用。",
           "状态 运营状态 使用状态 运行状态 账号现状"),
    RegisterColumn("status_changed_at", "状态变更时间", "年审与状态", "date", 14, "",
           "关停、注销或恢复的日期。",
           "关停时间 注销时间 停用时间 状态变更日期 关停日期 注销日期", month_end=True),
    RegisterColumn("note", "备注", "年审与状态", "long", 30, "本行为示例，导入时自动跳过。",
           "其他需要说明的情况。",
           "说明 其他 备注说明"),
)
# fmt: on
BY_FIELD = {column.field: column for column in COLUMNS}
LABELS = {column.field: column.heading for column in COLUMNS} | {"school": "学校"}
KEY_FIELDS = frozenset({"id", "platform", "name"})
"""What a row is; the other fields may be absent from a file."""
TRACKED = frozenset(column.field for column in COLUMNS if column.kind != "long") - KEY_FIELDS
"""Fields that may be unknown: the table has no such column, or the cell says 不详."""
BOOKKEEPING = frozenset({"school", "position", "unknown", "known_to_month", "known_to_year", "extra"})
"""Fields of a Filing that are no column: they say how the columns are to be read."""
ENUMS: dict[str, type[LabeledEnum]] = {
    "platform": Platform, "level": AccountLevel, "review_result": ReviewResult, "status": FilingStatus,
}  # fmt: skip
assert {column.field for column in COLUMNS} | BOOKKEEPING == {field.name for field in fields(Filing)}
