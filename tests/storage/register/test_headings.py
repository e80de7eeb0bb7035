"""What a heading means where its neighbours decide."""

from __future__ import annotations

import pytest

from storage.register.headings import assign, field_of


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (["账号", "平台"], ["name", "platform"]),
        (["账号名称", "账号"], ["name", "id_or_url"]),
        (["账号", "账号名称"], ["id_or_url", "name"]),
        (["平台", "账号", "账号"], ["platform", "name", "id_or_url"]),
        (["账号/网址", "平台"], ["id_or_url", "platform"]),
        (["负责人", "职务"], ["first_owner", "first_owner_post"]),
        (["平台名称", "平台"], ["name", "platform"]),
        (["平台名称", "账号名称"], ["platform", "name"]),
        (["平台名称", "账号名称", "平台"], [None, "name", "platform"]),
        (["平台名称", "平台名称", "平台"], ["name", None, "platform"]),
        (["平台名称", "账号"], ["platform", "name"]),
        (["网址/微信号", "平台"], ["id_or_url", "platform"]),  # an id where nothing is called a name, too
        (["帐号", "账号ID/网址", "平台"], ["name", "id_or_url", "platform"]),
        (["* 账 号（全称）：", "微信号/微博网址"], ["name", "id_or_url"]),
        (["账号", "网站名称"], ["id_or_url", "name"]),
        (
            ["第一责任人", "职务", "负责人", "职务"],
            ["first_owner", "first_owner_post", "direct_owner", "direct_owner_post"],
        ),
        (["负责人", "职务", "第一责任人"], ["direct_owner", "direct_owner_post", "first_owner"]),
        (["职务"], ["first_owner_post"]),
        (["主办单位名称", "账号名称", "账号平台"], ["unit", "name", "platform"]),
        (["序号", "审核人", "账号名称"], [None, None, "name"]),
    ],
)
def test_neighbours_decide(headings: list[str], fields: list[str]) -> None:
    assert assign(headings) == fields


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("第一责任人电话", "phones"),
        ("管理员1手机", "phones"),
        ("管理员2手机号", "phones"),
        ("单位邮箱", "emails"),
        ("本单位信息化工作联络员的办公电话", None),  # a sentence, not a heading
        ("公众号名称", "name"),
        ("微博昵称", "name"),
        ("院系名称", None),  # no platform is called so
        ("操作员3", "operators"),
        ("网址/主页", "url"),
        ("网址或主页链接", "url"),
        ("抖音号／主页链接", "id_or_url"),
        ("主办单位/负责人", None),  # two facts in one cell are the office's own column
        ("粉丝", "followers"),
        ("媒体名", "name"),
        ("开办日期", "opened_at"),
        ("", None),
        (None, None),
    ],
)
def test_a_heading_alone(heading: str | None, field: str | None) -> None:
    assert field_of(heading) == field
