"""What an import would change, told in Chinese."""

from __future__ import annotations

from dataclasses import replace

from rules.model import AccountLevel, Platform
from storage.register import ChangeType, diff
from tests.support.register import filing


def test_changes_are_named_in_chinese() -> None:
    old = [filing(), filing(id="2", name="旧", account_id="old_account")]
    new = [
        replace(old[0], direct_owner="王五", level=AccountLevel.TWO),
        filing(id="3", name="新", account_id="new_account"),
    ]
    changes = diff(old, new)
    assert [c.kind for c in changes] == [ChangeType.CHANGED, ChangeType.ADDED, ChangeType.REMOVED]
    assert str(changes[0]) == "变更 微信公众号「图书馆」：级别 （空） → 二级，直接责任人 （空） → 王五"
    assert (changes[1].title, changes[2].title) == ("新", "旧")
    assert not diff(old, old)


def test_rows_without_a_number_are_paired_by_account_then_by_name() -> None:
    old = [filing(id="B-1", account_id="lib_aa"), filing(id="B-2", platform=Platform.WEIBO)]
    new = [
        filing(id="x", account_id="LIB_AA", name="改名"),
        filing(id="y", platform=Platform.WEIBO, account_id="1663414103"),
    ]
    changes = diff(old, new)
    assert [c.kind for c in changes] == [ChangeType.CHANGED, ChangeType.CHANGED]
    assert {f.field for f in changes[0].fields} == {"id", "account_id", "name"}
