"""People as an administrator keeps them: added, changed, disabled, given a link; the first one made from a link."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitors.people.passwords import check_password, hash_password
from rules.people import PeopleError, Role, RoleGrant, User, person_name, sign_in_name
from storage.store import Store

FIRST, SET_PASSWORD = "first-admin", "set-password"
FIRST_LASTS, LINK_LASTS = timedelta(hours=24), timedelta(hours=72)


def add_user(
    store: Store,
    name: str,
    display: str,
    grants: Sequence[RoleGrant],
    now: datetime,
    *,
    post: str = "",
    password: str = "",
    first: bool = False,
) -> User:
    """A new person; without a password only the campus login or a link opens the door. Raises PeopleError."""
    user = User(name=sign_in_name(name), display=person_name(display), post=post.strip()[:60], grants=tuple(grants))
    if password:
        check_password(password, user.name, user.display)
    if not store.users.add(user, password=hash_password(password) if password else "", now=now, first=first):
        raise PeopleError("已经有账号了，这个链接不再有效。" if first else f"登录名“{user.name}”已有人使用，请换一个。")
    return user


def require_user(store: Store, name: str) -> User:
    """The person of this sign-in name, disabled or not. Raises PeopleError."""
    user = store.users.one(sign_in_name(name))
    if user is None:
        raise PeopleError(f"没有登录名为“{name[:64]}”的账号。可以用 xunjian user list 查看。")
    return user


def set_password(store: Store, name: str, password: str, now: datetime) -> User:
    """A new password; every session of the person ends. Raises PeopleError."""
    user = require_user(store, name)
    check_password(password, user.name, user.display)
    store.users.set_password(user.name, hash_password(password), now=now)
    return user


def disable_user(store: Store, name: str, now: datetime, *, disabled: bool = True) -> User:
    """Keep a person out, or let in again. The last administrator stays. Raises PeopleError."""
    user = require_user(store, name)
    changed = replace(user, disabled=disabled)
    _keep_an_administrator(store, changed)
    store.users.change(changed, now=now)
    return changed


def change_user(
    store: Store, name: str, now: datetime, *, display: str, post: str, grants: Iterable[RoleGrant]
) -> User:
    """Another name, post or set of roles. Raises PeopleError."""
    kept = tuple(dict.fromkeys(grants))
    if not kept:
        raise PeopleError("请至少给一个角色；不再使用的账号请停用。")
    user = require_user(store, name)
    changed = replace(user, display=person_name(display), post=post.strip()[:60], grants=kept)
    _keep_an_administrator(store, changed)
    store.users.change(changed, now=now)
    return changed


def _keep_an_administrator(store: Store, changed: User) -> None:
    others = [known.user for known in store.users.all() if known.user.name != changed.name]
    was = store.users.one(changed.name)
    if was and was.may({Role.ADMIN}) and not any(user.may({Role.ADMIN}) for user in (*others, changed)):
        raise PeopleError("这是最后一个管理员，不能停用或取消其管理员角色。请先添加另一个管理员。")


def first_link(store: Store, now: datetime) -> str:
    """The secret that makes the first administrator; "" where there is anybody. An earlier one ends."""
    if store.users.any():
        return ""
    token = secrets.token_urlsafe(24)
    store.one_time_tokens.put(token, FIRST, now=now, expires_at=now + FIRST_LASTS, alone=True)
    return token


def password_link(store: Store, user: User, now: datetime) -> str:
    """The secret by which a person sets a password of their own. An earlier one of the same person ends."""
    token = secrets.token_urlsafe(24)
    purpose = f"{SET_PASSWORD}:{user.name}"
    store.one_time_tokens.put(
        token, purpose, now=now, expires_at=now + LINK_LASTS, body={"name": user.name}, alone=True
    )
    return token


def use_first_link(store: Store, token: str, name: str, display: str, post: str, password: str, now: datetime) -> User:
    """Make the first administrator, of every school. Raises PeopleError."""
    if store.one_time_tokens.look(token, [FIRST], now) is None:
        raise PeopleError("这个链接已失效。请在服务器上重新启动服务，使用新打印的链接。")
    user = add_user(store, name, display, (RoleGrant(Role.ADMIN),), now, post=post, password=password, first=True)
    store.one_time_tokens.take(token, FIRST, now)
    return user


def use_password_link(store: Store, token: str, password: str, now: datetime) -> User:
    """Set one's own password. Raises PeopleError."""
    found = store.one_time_tokens.look(token, [SET_PASSWORD], now)
    user = store.users.one(found[1]["name"]) if found else None
    if found is None or user is None or user.disabled:
        raise PeopleError("这个链接已失效。请联系管理员重新发一个设置密码的链接。")
    check_password(password, user.name, user.display)
    if store.one_time_tokens.take(token, found[0], now) is None:
        raise PeopleError("这个链接已经用过。请直接登录，或联系管理员重新发一个链接。")
    store.users.set_password(user.name, hash_password(password), now=now)
    return user


def person_acting(store: Store, by: str, roles: Iterable[Role], school: str | None) -> User | None:
    """Whose decision ``--by`` is: a person with one of these roles for the school. None while there are no people.

    Raises PeopleError.
    """
    if not store.users.any():
        return None
    wanted = frozenset(roles)
    user = require_user(store, by)
    if not user.may(wanted, school):
        names = "或".join(f"“{role.label}”" for role in Role if role in wanted)
        state = "已停用" if user.disabled else f"没有这所学校的{names}角色"
        raise PeopleError(f"{user.display}（{user.name}）{state}，不能作这项决定。")
    return user
