"""The demonstration's people: one for each role, with passwords that are new at every start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from monitors.app_context import DemoPerson
from monitors.people.passwords import hash_password, suggested
from rules.model import Filing
from rules.people import Role, RoleGrant, User
from storage.store import Store

PEOPLE = {
    Role.EDITOR: ("经办（演示）", "党委宣传部网络科科员"),
    Role.SIGNER: ("签批人（演示）", "党委宣传部部长"),
    Role.IT: ("信息中心（演示）", "信息中心工程师"),
    Role.READER: ("审阅（演示）", "党委办公室秘书"),
    Role.UNIT: ("单位（演示）", "新媒体负责人"),
    Role.ADMIN: ("管理员（演示）", "信息中心主任"),
}


def demo_people(store: Store, filings: Iterable[Filing], now: datetime) -> tuple[DemoPerson, ...]:
    """Make them, or give them new passwords; the unit is the one with most accounts, so that it has something to see."""
    units = Counter(filing.unit for filing in filings if filing.unit)
    unit = units.most_common(1)[0][0] if units else "图书馆"
    made = []
    for role, (display, post) in PEOPLE.items():
        grant = RoleGrant(role, unit=unit if role is Role.UNIT else "")
        user, password = User(name=role.value, display=display, post=post, grants=(grant,)), suggested()
        kept = hash_password(password)
        if not store.users.add(user, password=kept, now=now):
            store.users.change(user, now=now)
            store.users.set_password(user.name, kept, now=now)
        made.append(DemoPerson(user.name, display, grant.text, password))
    return tuple(made)
