"""What a heading means where its neighbours decide."""

from __future__ import annotations

import pytest

from storage.register.headings import assign


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
    ],
)
def test_neighbours_decide(headings: list[str], fields: list[str]) -> None:
    assert assign(headings) == fields
